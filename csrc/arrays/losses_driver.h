/* The passes over a loss in one working precision: read with WORK f64 and longdouble. */

#define D_EXPANDED(name, work) name##_in_##work
#define D_GLUED(name, work) D_EXPANDED(name, work)
#define D(name) D_GLUED(name, WORK) /* a name of this reading */
#define NUMBER_GLUED(work) NUMBER_##work
#define NUMBER_OF(work) NUMBER_GLUED(work)

/* The terms of a block, and what is staged of it. */
struct D(workspace) {
    WORK value[BLOCK];
    union { longdouble alignment; char bytes[WORKSPACE_BYTES - BLOCK * sizeof(WORK)]; } rooms;
};

/* What stands for a weight that is not there. */
static const WORK D(ones)[BLOCK] = {[0 ... BLOCK - 1] = 1};

/* One pass over a loss. Rows longer than a block are cut into nodes, whose sums are joined at the end. */
struct D(pass) {
    struct loss *loss;
    struct layout layout;
    struct suspects suspects;
    int counts; /* whether it sums up what the rows are divided by, instead of the loss */
    ptrdiff_t node_length, nodes; /* of a row */
    WORK *sums;                   /* of nodes: the first node of every row, the second of every row, ... */
    WORK *divisors;               /* of rows, NULL where all have the same */
};

#include "arrays/losses_extremes.h"

/* ---- sums ---- */

static WORK D(sum_of_block)(const WORK *terms, ptrdiff_t n)
{
    WORK sums[RUNNING_SUMS] = {0};
    ptrdiff_t whole = n - n % RUNNING_SUMS;
    for (ptrdiff_t i = 0; i < whole; i += RUNNING_SUMS)
        for (int k = 0; k < RUNNING_SUMS; k++)
            sums[k] += terms[i + k];
    for (ptrdiff_t i = whole; i < n; i++)
        sums[i - whole] += terms[i];
    for (int half = RUNNING_SUMS / 2; half > 0; half /= 2)
        for (int k = 0; k < half; k++)
            sums[k] += sums[k + half];
    return sums[0];
}

/* A pairwise sum of equal parts, given one after the other: the sums of 1, 2, 4, ... parts that wait for their other half,
 * like the digits of a binary counter. */
struct D(tree) { WORK waiting[64]; uint64_t parts; };

static void D(add_part)(struct D(tree) *tree, WORK sum)
{
    int level = 0;
    for (uint64_t digits = tree->parts++; digits & 1; digits >>= 1)
        sum = tree->waiting[level++] + sum;
    tree->waiting[level] = sum;
}

static WORK D(total)(const struct D(tree) *tree)
{
    WORK sum = 0;
    int level = 0, empty = 1;
    for (uint64_t digits = tree->parts; digits != 0; digits >>= 1, level++)
        if (digits & 1) {
            sum = empty ? tree->waiting[level] : tree->waiting[level] + sum;
            empty = 0;
        }
    return sum;
}

/* ---- one block ---- */

static const void *D(staged)(enum room room, const struct operand *operand, const struct D(pass) *pass, ptrdiff_t element,
                             ptrdiff_t count, enum number number, char *rooms)
{
    const struct layout *layout = &pass->layout;
    if (operand->data == NULL)
        return D(ones);
    return stage(rooms + layout->room[room], operand, &pass->loss->axes, element, count, number,
                 rooms + layout->room[ROOM_raw]);
}

static void D(validate)(const struct D(pass) *pass, ptrdiff_t element, ptrdiff_t count, const struct loss_block *block,
                        const uint8_t *kept, char *rooms)
{
    struct loss *loss = pass->loss;
    enum number of_logits = logits_number(loss, NUMBER_OF(WORK)), of_labels = labels_number(loss, NUMBER_OF(WORK));
    validate_piece(loss, &loss->labels, &pass->layout, element, count, block->labels, of_labels, kept, rooms);
    if (loss->form == LOSS_probability)
        validate_piece(loss, &loss->logits, &pass->layout, element, count, block->logits, of_logits, kept, rooms);
}

/* Computes a piece of a block: its terms, and its derivatives, over the divisor, to where they belong. */
static void D(compute_piece)(const struct D(pass) *pass, ptrdiff_t element, ptrdiff_t count, WORK divisor, WORK *value,
                             char *rooms)
{
    const struct loss *loss = pass->loss;
    const struct operand *gradient = &loss->gradient, *hessian = &loss->hessian;
    const WORK options[] = {(WORK)loss->options[0], (WORK)loss->options[1], (WORK)loss->options[2]};
    enum number work = NUMBER_OF(WORK), of_derivatives = rounds_derivatives(loss) ? NUMBER_f32 : work;
    char *of_gradient = rooms + pass->layout.room[ROOM_gradient], *of_hessian = rooms + pass->layout.room[ROOM_hessian];
    char *raw = rooms + pass->layout.room[ROOM_raw];
    struct loss_block block = {
        .logits = D(staged)(ROOM_logits, &loss->logits, pass, element, count, logits_number(loss, work), rooms),
        .labels = D(staged)(ROOM_labels, &loss->labels, pass, element, count, labels_number(loss, work), rooms),
        .weight = D(staged)(ROOM_weight, &loss->weight, pass, element, count, work, rooms),
        .pos_weight = D(staged)(ROOM_pos_weight, &loss->pos_weight, pass, element, count, work, rooms),
        .value = value,
        .gradient = target_of(of_gradient, gradient, &loss->axes, element, count, of_derivatives),
        .hessian = target_of(of_hessian, hessian, &loss->axes, element, count, of_derivatives),
        .options = options,
        .divisor = divisor == 1 ? NULL : &divisor,
        .rounds_derivatives = rounds_derivatives(loss),
    };
    const uint8_t *kept = find_kept(loss, &pass->layout, element, count, rooms);
    if (loss->validates)
        D(validate)(pass, element, count, &block, kept, rooms);
    D(compute_losses)(loss, &block, &pass->suspects, whole_packs(count));

    leave_out(value, work, kept, count);
    finish_derivative(gradient, &loss->axes, element, count, block.gradient, of_gradient, of_derivatives, kept, raw);
    finish_derivative(hessian, &loss->axes, element, count, block.hessian, of_hessian, of_derivatives, kept, raw);
}

static void D(compute_block)(const struct D(pass) *pass, ptrdiff_t element, ptrdiff_t count, WORK divisor,
                             struct D(workspace) *space)
{
    for (ptrdiff_t i = 0, piece; i < count; i += piece) {
        piece = next_piece(&pass->layout, count - i);
        D(compute_piece)(pass, element + i, piece, divisor, space->value + i, space->rooms.bytes);
    }
}

/* What the elements of a block add to the divisor of their row: their number, or their weight. */
static WORK D(count_block)(const struct D(pass) *pass, ptrdiff_t element, ptrdiff_t count, struct D(workspace) *space)
{
    const struct loss *loss = pass->loss;
    char *rooms = space->rooms.bytes;
    ptrdiff_t number = 0;
    for (ptrdiff_t i = 0, piece; i < count; i += piece) {
        piece = next_piece(&pass->layout, count - i);
        const uint8_t *kept = find_kept(loss, &pass->layout, element + i, piece, rooms);
        if (loss->divisor == DIVISOR_count) {
            number += number_kept(kept, piece);
            continue;
        }
        memcpy(space->value + i,
               D(staged)(ROOM_weight, &loss->weight, pass, element + i, piece, NUMBER_OF(WORK), rooms),
               (size_t)piece * sizeof(WORK));
        leave_out(space->value + i, NUMBER_OF(WORK), kept, piece);
    }
    return loss->divisor == DIVISOR_count ? (WORK)number : D(sum_of_block)(space->value, count);
}

/* ---- rows ---- */

/* Rows no longer than a block, as many at a time as a block holds; alone where each has a divisor of its own. */
static ptrdiff_t D(rows_of_block)(const struct loss *loss)
{
    return divisors_vary(loss) ? 1 : BLOCK / loss->row_length;
}

/* Delivers space->value as the values of `count` rows. */
static void D(deliver_values)(const struct loss *loss, ptrdiff_t row, ptrdiff_t count, struct D(workspace) *space)
{
    enum { PIECE = BLOCK / 2, ROOM = PIECE * sizeof(longdouble) };
    char *rounded = space->rooms.bytes, *raw = rounded + ROOM;
    _Static_assert(2 * ROOM <= sizeof space->rooms, "both rooms fit");
    for (ptrdiff_t i = 0; i < count; i += PIECE) {
        ptrdiff_t piece = count - i < PIECE ? count - i : PIECE;
        WORK *values = space->value + i;
        if (loss->rounding != loss->value.number) {
            convert_numbers(rounded, loss->rounding, values, NUMBER_OF(WORK), whole_packs(piece));
            convert_numbers(values, NUMBER_OF(WORK), rounded, loss->rounding, whole_packs(piece));
        }
        deliver(&loss->value, &loss->row_axes, row + i, piece, values, NUMBER_OF(WORK), raw);
    }
}

static void D(evaluate_rows)(const struct D(pass) *pass, ptrdiff_t row, ptrdiff_t rows, struct D(workspace) *space)
{
    const struct loss *loss = pass->loss;
    ptrdiff_t length = loss->row_length, element = row * length;
    WORK divisor = (WORK)loss->fixed_divisor;
    if (divisors_vary(loss))
        divisor = D(count_block)(pass, element, length, space);
    D(compute_block)(pass, element, rows * length, divisor, space);
    if (loss->value.data == NULL)
        return;
    if (length > 1 || divisor != 1) /* alone, a single term keeps the sign of its zero */
        for (ptrdiff_t k = 0; k < rows; k++)
            space->value[k] = D(sum_of_block)(space->value + k * length, length) / divisor;
    D(deliver_values)(loss, row, rows, space);
}

static void D(short_rows_task)(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct D(pass) *pass = job;
    ptrdiff_t length = pass->loss->row_length, most = D(rows_of_block)(pass->loss), last = end / length;
    struct D(workspace) space;
    for (ptrdiff_t row = begin / length; row < last; row += most)
        D(evaluate_rows)(pass, row, last - row < most ? last - row : most, &space);
}

/* The sum over one node of a row. */
static WORK D(evaluate_node)(const struct D(pass) *pass, ptrdiff_t row, ptrdiff_t node, struct D(workspace) *space)
{
    const struct loss *loss = pass->loss;
    ptrdiff_t first = node * pass->node_length, last = first + pass->node_length;
    WORK divisor = pass->divisors != NULL ? pass->divisors[row] : (WORK)loss->fixed_divisor;
    struct D(tree) tree;
    tree.parts = 0;
    if (last > loss->row_length)
        last = loss->row_length;
    for (ptrdiff_t i = first; i < last; i += BLOCK) {
        ptrdiff_t element = row * loss->row_length + i, count = last - i < BLOCK ? last - i : BLOCK;
        if (pass->counts) {
            D(add_part)(&tree, D(count_block)(pass, element, count, space));
            continue;
        }
        D(compute_block)(pass, element, count, divisor, space);
        if (loss->value.data != NULL)
            D(add_part)(&tree, D(sum_of_block)(space->value, count));
    }
    return D(total)(&tree);
}

static void D(nodes_task)(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct D(pass) *pass = job;
    struct D(workspace) space;
    for (ptrdiff_t i = begin / pass->node_length; i < end / pass->node_length; i++)
        pass->sums[i] = D(evaluate_node)(pass, i % pass->loss->rows, i / pass->loss->rows, &space);
}

static WORK D(total_of_row)(const struct D(pass) *pass, ptrdiff_t row)
{
    struct D(tree) tree;
    tree.parts = 0;
    for (ptrdiff_t node = 0; node < pass->nodes; node++)
        D(add_part)(&tree, pass->sums[node * pass->loss->rows + row]);
    return D(total)(&tree);
}

static void D(sum_up)(struct D(pass) *pass)
{
    run_in_our_mode(D(nodes_task), pass, pass->loss->rows * pass->nodes * pass->node_length, pass->node_length,
                    uses_x87(pass->loss));
}

static void D(divisors_task)(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct D(pass) *pass = job;
    for (ptrdiff_t row = begin; row < end; row++)
        pass->divisors[row] = D(total_of_row)(pass, row);
}

static void D(values_task)(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct D(pass) *pass = job;
    const struct loss *loss = pass->loss;
    struct D(workspace) space;
    for (ptrdiff_t row = begin; row < end; row += BLOCK) {
        ptrdiff_t count = end - row < BLOCK ? end - row : BLOCK;
        for (ptrdiff_t k = 0; k < count; k++)
            space.value[k] = D(total_of_row)(pass, row + k)
                             / (pass->divisors != NULL ? pass->divisors[row + k] : (WORK)loss->fixed_divisor);
        D(deliver_values)(loss, row, count, &space);
    }
}

/* A node is a power of two of blocks, so that its sum is one of those in the tree over all blocks; as small as MOST_NODES
 * allow, since the threads share them out. */
static void D(cut_into_nodes)(struct D(pass) *pass)
{
    const struct loss *loss = pass->loss;
    pass->node_length = BLOCK;
    for (;; pass->node_length *= 2) {
        pass->nodes = (loss->row_length + pass->node_length - 1) / pass->node_length;
        if (pass->nodes <= 1 || loss->rows * pass->nodes <= MOST_NODES)
            return;
    }
}

static int D(evaluate_long_rows)(struct D(pass) *pass)
{
    struct loss *loss = pass->loss;
    D(cut_into_nodes)(pass);
    size_t sums = (size_t)(loss->rows * pass->nodes), divisors = divisors_vary(loss) ? (size_t)loss->rows : 0;
    pass->sums = malloc((sums + divisors + 1) * sizeof(WORK));
    if (pass->sums == NULL)
        return -1;
    if (divisors_vary(loss)) {
        pass->counts = 1;
        D(sum_up)(pass);
        pass->counts = 0;
        pass->divisors = pass->sums + sums;
        run_in_our_mode(D(divisors_task), pass, loss->rows, BLOCK, uses_x87(loss));
    }
    D(sum_up)(pass);
    if (loss->value.data != NULL)
        run_in_our_mode(D(values_task), pass, loss->rows, BLOCK, uses_x87(loss));
    free(pass->sums);
    return 0;
}

static int D(evaluate)(struct loss *loss)
{
    struct D(pass) pass = {
        .loss = loss, .layout = layout_of_loss(loss, NUMBER_OF(WORK)), .suspects = find_suspects(loss)};
    ptrdiff_t n = loss->rows * loss->row_length;
    if (loss->row_length > BLOCK || loss->row_length == 0)
        return D(evaluate_long_rows)(&pass);
    run_in_our_mode(D(short_rows_task), &pass, n, D(rows_of_block)(loss) * loss->row_length, uses_x87(loss));
    return 0;
}

#undef D_EXPANDED
#undef D_GLUED
#undef D
#undef NUMBER_GLUED
#undef NUMBER_OF
