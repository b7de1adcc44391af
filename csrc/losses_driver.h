/* The passes over a loss in one working precision: read with WORK f64 and longdouble. */

#define D_EXPANDED(name, work) name##_in_##work
#define D_GLUED(name, work) D_EXPANDED(name, work)
#define D(name) D_GLUED(name, WORK) /* a name of this reading */
#define NUMBER_GLUED(work) NUMBER_##work
#define NUMBER_OF(work) NUMBER_GLUED(work)

/* One block: its operands as they are staged, its terms and derivatives; in types no wider than WORK, so that it fits on
 * small stacks. */
struct D(workspace) {
    WORK logits[BLOCK], labels[BLOCK], weight[BLOCK], pos_weight[BLOCK];
    WORK value[BLOCK], gradient[BLOCK], hessian[BLOCK];
    uint8_t kept[BLOCK], mask[BLOCK];
};

/* What stands for a weight that is not there. */
static const WORK D(ones)[BLOCK] = {[0 ... BLOCK - 1] = 1};

/* One pass over a loss. Rows longer than a block are cut into nodes, whose sums are joined at the end. */
struct D(pass) {
    struct loss *loss;
    WORK options[3];
    struct suspects suspects;
    int counts; /* whether it sums up what the rows are divided by, instead of the loss */
    ptrdiff_t node_length, nodes; /* of a row */
    WORK *sums;                   /* of nodes: the first node of every row, the second of every row, ... */
    WORK *divisors;               /* of rows, NULL where all have the same */
};

#include "losses_extremes.h"

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

static const WORK *D(staged)(WORK *to, const struct operand *operand, const struct loss *loss, ptrdiff_t element,
                             ptrdiff_t count)
{
    if (operand->data == NULL)
        return D(ones);
    return stage(to, operand, &loss->axes, element, count, NUMBER_OF(WORK));
}

/* Which elements of the block count; NULL where all of them do. Uses space->value. */
static const uint8_t *D(find_kept)(const struct loss *loss, ptrdiff_t element, ptrdiff_t count,
                                   struct D(workspace) *space)
{
    uint8_t *kept = space->kept, *mask = space->mask;
    if (!leaves_out(loss))
        return NULL;
    memset(kept, 1, BLOCK);
    if (loss->kept.data != NULL) {
        gather_operand((char *)mask, &loss->kept, &loss->axes, element, count);
        for (ptrdiff_t i = 0; i < count; i++)
            kept[i] = mask[i] != 0;
    }
    for (int k = 0; k < MOST_DROPPED && loss->dropped[k].data != NULL; k++) {
        gather_operand((char *)mask, &loss->dropped[k], &loss->axes, element, count);
        for (ptrdiff_t i = 0; i < count; i++)
            kept[i] &= mask[i] == 0;
    }
    if (!loss->ignores)
        return kept;
    const WORK *labels = D(staged)(space->value, &loss->labels, loss, element, count), ignored = (WORK)loss->ignored;
    if (isnan(ignored))
        for (ptrdiff_t i = 0; i < count; i++)
            kept[i] = isnan(labels[i]) ? 0 : kept[i];
    else
        for (ptrdiff_t i = 0; i < count; i++)
            kept[i] = labels[i] == ignored ? 0 : kept[i];
    return kept;
}

/* Computes a block: its terms to space->value, its derivatives, over the divisor, to where they belong. */
static void D(compute_block)(const struct D(pass) *pass, ptrdiff_t element, ptrdiff_t count, WORK divisor,
                             struct D(workspace) *space)
{
    struct loss *loss = pass->loss;
    const struct axes *axes = &loss->axes;
    const struct operand *gradient = &loss->gradient, *hessian = &loss->hessian;
    enum number work = NUMBER_OF(WORK), of_logits = logits_number(loss, work), of_labels = labels_number(loss, work);
    enum number of_derivatives = rounds_derivatives(loss) ? NUMBER_f32 : work;
    struct loss_block block = {
        .logits = stage(space->logits, &loss->logits, axes, element, count, of_logits),
        .labels = stage(space->labels, &loss->labels, axes, element, count, of_labels),
        .weight = D(staged)(space->weight, &loss->weight, loss, element, count),
        .pos_weight = D(staged)(space->pos_weight, &loss->pos_weight, loss, element, count),
        .value = space->value,
        .gradient = target_of(space->gradient, gradient, axes, element, count, of_derivatives),
        .hessian = target_of(space->hessian, hessian, axes, element, count, of_derivatives),
        .options = pass->options,
        .divisor = divisor == 1 ? NULL : &divisor,
        .rounds_derivatives = rounds_derivatives(loss),
    };
    const uint8_t *kept = D(find_kept)(loss, element, count, space);
    if (loss->validates) {
        validate_block(loss, &loss->labels, element, count, block.labels, of_labels, kept);
        if (loss->form == LOSS_probability)
            validate_block(loss, &loss->logits, element, count, block.logits, of_logits, kept);
    }
    D(compute_losses)(loss, &block, &pass->suspects, whole_packs(count));

    leave_out(space->value, NUMBER_OF(WORK), kept, count);
    finish_derivative(gradient, axes, element, count, block.gradient, space->gradient, of_derivatives, kept);
    finish_derivative(hessian, axes, element, count, block.hessian, space->hessian, of_derivatives, kept);
}

/* What the elements of a block add to the divisor of their row: their number, or their weight. */
static WORK D(count_block)(const struct D(pass) *pass, ptrdiff_t element, ptrdiff_t count, struct D(workspace) *space)
{
    const struct loss *loss = pass->loss;
    const uint8_t *kept = D(find_kept)(loss, element, count, space);
    if (loss->divisor == DIVISOR_count)
        return (WORK)number_kept(kept, count);
    memcpy(space->value, D(staged)(space->weight, &loss->weight, loss, element, count), (size_t)count * sizeof(WORK));
    leave_out(space->value, NUMBER_OF(WORK), kept, count);
    return D(sum_of_block)(space->value, count);
}

/* ---- rows ---- */

/* Rows no longer than a block, as many at a time as a block holds; alone where each has a divisor of its own. */
static ptrdiff_t D(rows_of_block)(const struct loss *loss)
{
    return divisors_vary(loss) ? 1 : BLOCK / loss->row_length;
}

static void D(deliver_values)(const struct loss *loss, ptrdiff_t row, ptrdiff_t count, WORK *values)
{
    room rounded;
    if (loss->rounding != loss->value.number) {
        convert_numbers(rounded.bytes, loss->rounding, values, NUMBER_OF(WORK), whole_packs(count));
        convert_numbers(values, NUMBER_OF(WORK), rounded.bytes, loss->rounding, whole_packs(count));
    }
    deliver(&loss->value, &loss->row_axes, row, count, values, NUMBER_OF(WORK));
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
    D(deliver_values)(loss, row, rows, space->value);
}

static void D(short_rows_task)(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct D(pass) *pass = job;
    ptrdiff_t length = pass->loss->row_length, most = D(rows_of_block)(pass->loss), last = end / length;
    struct D(workspace) space;
    MODE callers = enter_mode();
    for (ptrdiff_t row = begin / length; row < last; row += most)
        D(evaluate_rows)(pass, row, last - row < most ? last - row : most, &space);
    leave_mode(callers);
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
    MODE callers = enter_mode();
    for (ptrdiff_t i = begin / pass->node_length; i < end / pass->node_length; i++)
        pass->sums[i] = D(evaluate_node)(pass, i % pass->loss->rows, i / pass->loss->rows, &space);
    leave_mode(callers);
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
    run_in_parallel(D(nodes_task), pass, pass->loss->rows * pass->nodes * pass->node_length, pass->node_length);
}

static void D(deliver_rows)(const struct D(pass) *pass)
{
    const struct loss *loss = pass->loss;
    WORK values[BLOCK];
    for (ptrdiff_t row = 0; row < loss->rows; row += BLOCK) {
        ptrdiff_t count = loss->rows - row < BLOCK ? loss->rows - row : BLOCK;
        for (ptrdiff_t k = 0; k < count; k++)
            values[k] = D(total_of_row)(pass, row + k)
                        / (pass->divisors != NULL ? pass->divisors[row + k] : (WORK)loss->fixed_divisor);
        D(deliver_values)(loss, row, count, values);
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
    MODE callers;
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
        for (ptrdiff_t row = 0; row < loss->rows; row++)
            pass->divisors[row] = D(total_of_row)(pass, row);
    }
    D(sum_up)(pass);
    callers = enter_mode();
    if (loss->value.data != NULL)
        D(deliver_rows)(pass);
    leave_mode(callers);
    free(pass->sums);
    return 0;
}

static void D(validation_task)(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    struct loss *loss = job;
    enum number work = NUMBER_OF(WORK), of_logits = logits_number(loss, work), of_labels = labels_number(loss, work);
    struct D(workspace) space;
    MODE callers = enter_mode();
    for (ptrdiff_t i = begin; i < end; i += BLOCK) {
        ptrdiff_t count = end - i < BLOCK ? end - i : BLOCK;
        const void *labels = stage(space.labels, &loss->labels, &loss->axes, i, count, of_labels);
        const uint8_t *kept = D(find_kept)(loss, i, count, &space);
        validate_block(loss, &loss->labels, i, count, labels, of_labels, kept);
        if (loss->form == LOSS_probability) {
            const void *probabilities = stage(space.logits, &loss->logits, &loss->axes, i, count, of_logits);
            validate_block(loss, &loss->logits, i, count, probabilities, of_logits, kept);
        }
    }
    leave_mode(callers);
}

static int D(evaluate)(struct loss *loss)
{
    struct D(pass) pass = {.loss = loss,
                           .options = {(WORK)loss->options[0], (WORK)loss->options[1], (WORK)loss->options[2]},
                           .suspects = find_suspects(loss)};
    ptrdiff_t n = loss->rows * loss->row_length;
    if (loss->row_length > BLOCK || loss->row_length == 0)
        return D(evaluate_long_rows)(&pass);
    run_in_parallel(D(short_rows_task), &pass, n, D(rows_of_block)(loss) * loss->row_length);
    return 0;
}

#undef D_EXPANDED
#undef D_GLUED
#undef D
#undef NUMBER_GLUED
#undef NUMBER_OF
