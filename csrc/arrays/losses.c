/* The passes over a loss: rows, blocks, sums and divisors. Rows longer than a block are cut into nodes, whose sums are
 * joined at the end. */
#include "arrays/losses.h"

#include <stdlib.h>
#include <string.h>

#include "arrays/loss_pieces.h"
#include "arrays/sums.h"
#include "arrays/tasks.h"

/* Parts of a sum that threads may take: enough for many threads, few enough to keep. */
enum { MOST_NODES = 1024 };

/* One pass over a loss. */
struct pass {
    struct plan plan;
    int counts;                   /* whether it sums up what the rows are divided by, instead of the loss */
    ptrdiff_t node_length, nodes; /* of a row */
    union scalar *sums;           /* of nodes: the first node of every row, the second of every row, ... */
    union scalar *divisors;       /* of rows, NULL where all have the same */
};

static int divisors_vary(const struct loss *loss)
{
    return loss->divisor != DIVISOR_fixed;
}

static void run(pool_task *task, struct pass *pass, ptrdiff_t n, ptrdiff_t grain)
{
    run_in_our_mode(task, pass, n, grain, uses_x87(pass->plan.loss));
}

/* ---- one block ---- */

static union scalar sum_of_values(const struct pass *pass, struct workspace *space, ptrdiff_t count)
{
    union scalar sum;
    pass->plan.arithmetic->sum_rows(&sum, values_in(space), 1, count);
    return sum;
}

/* What the elements of a block add to the divisor of their row: their number, or their weight. */
static union scalar count_block(const struct pass *pass, ptrdiff_t element, ptrdiff_t count, struct workspace *space)
{
    const struct plan *plan = &pass->plan;
    if (plan->loss->divisor == DIVISOR_weight) {
        weigh_pieces(plan, element, count, space);
        return sum_of_values(pass, space, count);
    }
    return scalar_of(plan->arithmetic, (f64)count_pieces(plan, element, count, space));
}

static union scalar fixed_divisor(const struct pass *pass)
{
    return scalar_of(pass->plan.arithmetic, (f64)pass->plan.loss->fixed_divisor);
}

/* Delivers the values of `count` rows. */
static void deliver_values(const struct pass *pass, ptrdiff_t row, ptrdiff_t count, struct workspace *space)
{
    enum { MOST = BLOCK / 4, ROOM = MOST * sizeof(longdouble) };
    _Static_assert(BLOCK * sizeof(longdouble) + 2 * ROOM <= WORKSPACE_BYTES, "both rooms fit");
    const struct loss *loss = pass->plan.loss;
    enum number work = pass->plan.types.work;
    ptrdiff_t size = pass->plan.arithmetic->size;
    char *rounded = (char *)values_in(space) + BLOCK * size, *raw = rounded + ROOM;
    for (ptrdiff_t i = 0; i < count; i += MOST) {
        struct piece piece = {&loss->row_axes, row + i, count - i < MOST ? count - i : MOST};
        char *values = (char *)values_in(space) + i * size;
        if (loss->rounding != loss->value.number) {
            convert_numbers(rounded, loss->rounding, values, work, whole_packs(piece.count));
            convert_numbers(values, work, rounded, loss->rounding, whole_packs(piece.count));
        }
        deliver(&loss->value, &piece, values, work, raw);
    }
}

/* Elements that are computed at a time: several blocks need no room where kernels take them as they lie, no values are
 * written and no weight of 1 is read. */
static ptrdiff_t most_together(const struct pass *pass, int writes_values)
{
    const struct plan *plan = &pass->plan;
    int reads_ones = plan->loss->working != WORKING_paired && plan->loss->form != LOSS_plain;
    return !writes_values && !reads_ones && plan->layout.piece > BLOCK ? LONGEST_PIECE : BLOCK;
}

/* ---- rows no longer than a block ---- */

/* As many at a time as so many elements hold; alone where each has a divisor of its own. */
static ptrdiff_t rows_of(const struct loss *loss, ptrdiff_t elements)
{
    return divisors_vary(loss) ? 1 : elements / loss->row_length;
}

static void evaluate_rows(const struct pass *pass, ptrdiff_t row, ptrdiff_t rows, struct workspace *space)
{
    const struct loss *loss = pass->plan.loss;
    const struct arithmetic *arithmetic = pass->plan.arithmetic;
    ptrdiff_t length = loss->row_length, element = row * length;
    union scalar divisor = divisors_vary(loss) ? count_block(pass, element, length, space) : fixed_divisor(pass);
    void *values = values_in(space);
    compute_pieces(&pass->plan, element, rows * length, &divisor, NULL, space);
    if (loss->value.data == NULL)
        return;
    if (length > 1 || !arithmetic->is_one(&divisor)) { /* alone, a single term keeps the sign of its zero */
        arithmetic->sum_rows(values, values, rows, length);
        arithmetic->divide(values, &divisor, rows);
    }
    deliver_values(pass, row, rows, space);
}

static void short_rows_task(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct pass *pass = job;
    const struct loss *loss = pass->plan.loss;
    ptrdiff_t length = loss->row_length, most = rows_of(loss, most_together(pass, is_wanted(loss, VALUE)));
    struct workspace space;
    set_up_workspace(&space, loss, &pass->plan.layout);
    for (ptrdiff_t row = begin / length, last = end / length; row < last; row += most)
        evaluate_rows(pass, row, last - row < most ? last - row : most, &space);
}

/* ---- longer rows ---- */

static union scalar divisor_of_row(const struct pass *pass, ptrdiff_t row)
{
    return pass->divisors != NULL ? pass->divisors[row] : fixed_divisor(pass);
}

/* The sums over blocks that follow each other, as many as are computed together; 0 where there are no values. */
struct sums_ahead {
    ptrdiff_t first, end; /* elements */
    ptrdiff_t limit;      /* where the nodes of a task follow each other: their end */
    union scalar sums[LONGEST_PIECE / BLOCK];
};

/* Pairs of floats are added up where they are computed. */
static int adds_in_kernel(const struct loss *loss)
{
    return loss->working == WORKING_paired && loss->value.data != NULL;
}

/* Unrolled, they are cleared by plain stores: for those of the one instruction that fills memory, which compilers prefer, all
 * that is read soon after has to wait. */
static void clear_running(struct running_sums *sums)
{
#pragma GCC unroll 16
    for (int k = 0; k < RUNNING_SUMS; k++) {
        sums->high[k] = sums->rest[k] = 0;
        sums->low[k] = 0;
    }
}

static void evaluate_in_kernel(const struct pass *pass, struct sums_ahead *ahead, const union scalar *divisor,
                               struct workspace *space)
{
    struct running_sums running[LONGEST_PIECE / BLOCK];
    ptrdiff_t count = ahead->end - ahead->first, blocks = (count + BLOCK - 1) / BLOCK;
    for (ptrdiff_t k = 0; k < blocks; k++)
        clear_running(&running[k]);
    compute_pieces(&pass->plan, ahead->first, count, divisor, running, space);
    for (ptrdiff_t k = 0; k < blocks; k++)
        ahead->sums[k].f64 = total_of_running(&running[k]);
}

static void evaluate_ahead(const struct pass *pass, struct sums_ahead *ahead, const union scalar *divisor,
                           struct workspace *space)
{
    const struct loss *loss = pass->plan.loss;
    ptrdiff_t first = ahead->first, count = ahead->end - first;
    if (pass->counts) {
        ahead->sums[0] = count_block(pass, first, count, space);
        return;
    }
    if (adds_in_kernel(loss)) {
        evaluate_in_kernel(pass, ahead, divisor, space);
        return;
    }
    compute_pieces(&pass->plan, first, count, divisor, NULL, space);
    if (loss->value.data != NULL)
        ahead->sums[0] = sum_of_values(pass, space, count);
}

/* The sum over the block that begins with `element`, of a node that ends with `last`. */
static union scalar sum_of_block(const struct pass *pass, ptrdiff_t element, ptrdiff_t last, const union scalar *divisor,
                                 struct sums_ahead *ahead, struct workspace *space)
{
    if (element < ahead->first || element >= ahead->end) {
        int writes_values = pass->counts || (is_wanted(pass->plan.loss, VALUE) && !adds_in_kernel(pass->plan.loss));
        ptrdiff_t most = most_together(pass, writes_values), end = last > ahead->limit ? last : ahead->limit;
        ahead->first = element;
        ahead->end = end - element < most ? end : element + most;
        evaluate_ahead(pass, ahead, divisor, space);
    }
    return ahead->sums[(element - ahead->first) / BLOCK];
}

/* The sum over one node of a row. */
static union scalar evaluate_node(const struct pass *pass, ptrdiff_t row, ptrdiff_t node, struct sums_ahead *ahead,
                                  struct workspace *space)
{
    ptrdiff_t length = pass->plan.loss->row_length, before = row * length;
    ptrdiff_t first = node * pass->node_length, last = first + pass->node_length;
    union scalar divisor = divisor_of_row(pass, row);
    struct tree tree;
    start_tree(&tree, pass->plan.arithmetic);
    if (last > length)
        last = length;
    for (ptrdiff_t i = first; i < last; i += BLOCK)
        add_part(&tree, sum_of_block(pass, before + i, before + last, &divisor, ahead, space));
    return total_of_tree(&tree);
}

static void nodes_task(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct pass *pass = job;
    const struct loss *loss = pass->plan.loss;
    struct sums_ahead ahead = {.limit = loss->rows > 1 ? 0 : end < loss->row_length ? end : loss->row_length};
    struct workspace space;
    set_up_workspace(&space, loss, &pass->plan.layout);
    for (ptrdiff_t i = begin / pass->node_length; i < end / pass->node_length; i++)
        pass->sums[i] = evaluate_node(pass, i % loss->rows, i / loss->rows, &ahead, &space);
}

static union scalar total_of_row(const struct pass *pass, ptrdiff_t row)
{
    struct tree tree;
    start_tree(&tree, pass->plan.arithmetic);
    for (ptrdiff_t node = 0; node < pass->nodes; node++)
        add_part(&tree, pass->sums[node * pass->plan.loss->rows + row]);
    return total_of_tree(&tree);
}

static void sum_up(struct pass *pass)
{
    run(nodes_task, pass, pass->plan.loss->rows * pass->nodes * pass->node_length, pass->node_length);
}

static void divisors_task(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct pass *pass = job;
    for (ptrdiff_t row = begin; row < end; row++)
        pass->divisors[row] = total_of_row(pass, row);
}

static void values_task(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct pass *pass = job;
    const struct arithmetic *arithmetic = pass->plan.arithmetic;
    struct workspace space;
    for (ptrdiff_t row = begin; row < end; row += BLOCK) {
        ptrdiff_t count = end - row < BLOCK ? end - row : BLOCK;
        for (ptrdiff_t k = 0; k < count; k++) {
            union scalar value = total_of_row(pass, row + k), divisor = divisor_of_row(pass, row + k);
            arithmetic->divide(&value, &divisor, 1);
            memcpy((char *)values_in(&space) + k * arithmetic->size, &value, (size_t)arithmetic->size);
        }
        deliver_values(pass, row, count, &space);
    }
}

/* A node is a power of two of blocks, so that its sum is one of those in the tree over all blocks; as small as MOST_NODES
 * allow, since the threads share them out. */
static void cut_into_nodes(struct pass *pass)
{
    const struct loss *loss = pass->plan.loss;
    pass->node_length = BLOCK;
    for (;; pass->node_length *= 2) {
        pass->nodes = (loss->row_length + pass->node_length - 1) / pass->node_length;
        if (pass->nodes <= 1 || loss->rows * pass->nodes <= MOST_NODES)
            return;
    }
}

static int evaluate_long_rows(struct pass *pass)
{
    const struct loss *loss = pass->plan.loss;
    cut_into_nodes(pass);
    size_t sums = (size_t)(loss->rows * pass->nodes), divisors = divisors_vary(loss) ? (size_t)loss->rows : 0;
    pass->sums = malloc((sums + divisors + 1) * sizeof *pass->sums);
    if (pass->sums == NULL)
        return -1;
    if (divisors_vary(loss)) {
        pass->counts = 1;
        sum_up(pass);
        pass->counts = 0;
        pass->divisors = pass->sums + sums;
        run(divisors_task, pass, loss->rows, BLOCK);
    }
    sum_up(pass);
    if (loss->value.data != NULL)
        run(values_task, pass, loss->rows, BLOCK);
    free(pass->sums);
    return 0;
}

int evaluate_loss(struct loss *loss)
{
    struct pass pass = {.plan = plan_of(loss)};
    if (loss->row_length > BLOCK || loss->row_length == 0)
        return evaluate_long_rows(&pass);
    run(short_rows_task, &pass, loss->rows * loss->row_length, rows_of(loss, BLOCK) * loss->row_length);
    return 0;
}
