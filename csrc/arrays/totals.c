/* The pass over a loss whose sums are exact: since their order is free, threads add what they have to the total of a row. */
#include "arrays/totals.h"

#include <stdlib.h>

#include "arrays/loss_pieces.h"
#include "arrays/tasks.h"

struct pass {
    struct plan plan;
    const struct totals *job;
    struct total *totals;  /* NULL where the values of short rows are all that is wanted */
    ptrdiff_t units;       /* blocks of a row, for rows that are longer than one */
    atomic_flag is_locked; /* for the few additions of a merge */
};

/* What a thread has of one row. */
struct part {
    struct bins losses, weights;
    uint64_t count;
};

static void clear_part(struct part *part)
{
    clear_bins(&part->losses);
    clear_bins(&part->weights);
    part->count = 0;
}

static int weighs(const struct loss *loss)
{
    return loss->divisor == DIVISOR_weight;
}

/* ---- totals ---- */

static uint64_t count_of(const struct total *total)
{
    return (uint64_t)total->count[1] << 32 | total->count[0];
}

static void add_to_count(struct total *total, uint64_t more)
{
    uint64_t count = count_of(total) + more;
    total->count[0] = (uint32_t)count;
    total->count[1] = (uint32_t)(count >> 32);
}

static void empty_part(struct total *total, struct part *part)
{
    empty_bins(&total->losses, &part->losses);
    empty_bins(&total->weights, &part->weights);
    add_to_count(total, part->count);
    part->count = 0;
}

void merge_totals(struct total *totals, const struct total *others, ptrdiff_t rows)
{
    for (ptrdiff_t row = 0; row < rows; row++) {
        merge_sums(&totals[row].losses, &others[row].losses);
        merge_sums(&totals[row].weights, &others[row].weights);
        add_to_count(&totals[row], count_of(&others[row]));
    }
}

/* ---- quantities ---- */

static struct exact_sum exact(f64 number)
{
    struct exact_sum sum = {0};
    struct bins bins;
    clear_bins(&bins);
    add_terms(&bins, &number, 1);
    empty_bins(&sum, &bins);
    return sum;
}

static f64 quantity_of(const struct total *total, enum quantity quantity, enum number rounding)
{
    const struct exact_sum one = exact(1), count = exact((f64)count_of(total));
    switch (quantity) {
    case QUANTITY_mean: return rounded_quotient(&total->losses, &count, rounding);
    case QUANTITY_weighted_mean: return rounded_quotient(&total->losses, &total->weights, rounding);
    case QUANTITY_count: return rounded_quotient(&count, &one, rounding);
    case QUANTITY_weight: return rounded_quotient(&total->weights, &one, rounding);
    default: return rounded_quotient(&total->losses, &one, rounding);
    }
}

struct quantities {
    const struct total *totals;
    enum quantity quantity;
    enum number rounding;
    f64 *values;
};

static void quantities_task(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct quantities *all = job;
    for (ptrdiff_t row = begin; row < end; row++)
        all->values[row] = quantity_of(&all->totals[row], all->quantity, all->rounding);
}

void evaluate_quantities(const struct total *totals, ptrdiff_t rows, enum quantity quantity, enum number rounding,
                         f64 *values)
{
    struct quantities all = {totals, quantity, rounding, values};
    run_in_our_mode(quantities_task, &all, rows, WHOLE_PACKS, 0);
}

/* ---- parts of rows ---- */

static union scalar divisor_of_row(const struct totals *job, ptrdiff_t row)
{
    return scalar_of(&arithmetic_f64, job->divisors[job->one_divisor ? 0 : row]);
}

/* Writes the terms of these elements to the workspace, their derivatives to where they belong. */
static void compute_terms(const struct pass *pass, ptrdiff_t row, ptrdiff_t element, ptrdiff_t count,
                          struct workspace *space)
{
    union scalar divisor = divisor_of_row(pass->job, row);
    if (!pass->job->only_counts)
        compute_pieces(&pass->plan, element, count, &divisor, NULL, space);
}

static int wants_terms(const struct pass *pass)
{
    return is_wanted(pass->plan.loss, VALUE) && !pass->job->only_counts;
}

/* Weights take the place of the terms in the workspace. */
static void add_counts(const struct pass *pass, struct part *part, ptrdiff_t element, ptrdiff_t count,
                       struct workspace *space)
{
    const struct loss *loss = pass->plan.loss;
    f64 number = leaves_out(loss) ? (f64)count_pieces(&pass->plan, element, count, space) : (f64)count;
    part->count += (uint64_t)number;
    if (weighs(loss) && loss->weight.data == NULL)
        add_terms(&part->weights, &number, 1);
    if (!weighs(loss) || loss->weight.data == NULL)
        return;
    weigh_pieces(&pass->plan, element, count, space);
    add_terms(&part->weights, values_in(space), count);
}

/* ---- rows no longer than a block ---- */

/* Terms of several rows lie side by side; weights are found row by row. */
static void evaluate_rows(const struct pass *pass, ptrdiff_t row, ptrdiff_t rows, struct part *part,
                          struct workspace *space)
{
    ptrdiff_t length = pass->plan.loss->row_length;
    const struct totals *job = pass->job;
    compute_terms(pass, row, row * length, rows * length, space);
    for (ptrdiff_t k = 0; k < rows && is_wanted(job->loss, VALUE); k++) {
        struct total alone = {0}, *total = pass->totals == NULL ? &alone : &pass->totals[row + k];
        if (wants_terms(pass))
            add_terms(&part->losses, (f64 *)values_in(space) + k * length, length);
        add_counts(pass, part, (row + k) * length, length, space);
        empty_part(total, part);
        if (job->values != NULL)
            job->values[row + k] = quantity_of(total, job->quantity, job->rounding);
    }
}

/* As many at a time as a block holds; one where each has a divisor or weights of its own, which need the workspace. */
static ptrdiff_t rows_of_block(const struct totals *job)
{
    int is_weighed = weighs(job->loss) && job->loss->weight.data != NULL;
    return !job->one_divisor || is_weighed ? 1 : BLOCK / job->loss->row_length;
}

static void short_rows_task(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    struct pass *pass = job;
    ptrdiff_t length = pass->plan.loss->row_length, most = rows_of_block(pass->job), last = end / length;
    struct workspace space;
    struct part part;
    clear_part(&part);
    set_up_workspace(&space, pass->plan.loss, &pass->plan.layout);
    for (ptrdiff_t row = begin / length; row < last; row += most)
        evaluate_rows(pass, row, last - row < most ? last - row : most, &part, &space);
}

/* ---- longer rows ---- */

static void deliver_part(struct pass *pass, ptrdiff_t row, struct part *part)
{
    while (atomic_flag_test_and_set_explicit(&pass->is_locked, memory_order_acquire))
        ;
    empty_part(&pass->totals[row], part);
    atomic_flag_clear_explicit(&pass->is_locked, memory_order_release);
}

static void evaluate_unit(const struct pass *pass, ptrdiff_t row, ptrdiff_t unit, struct part *part,
                          struct workspace *space)
{
    ptrdiff_t first = unit * BLOCK, left = pass->plan.loss->row_length - first;
    ptrdiff_t element = row * pass->plan.loss->row_length + first, count = left < BLOCK ? left : BLOCK;
    compute_terms(pass, row, element, count, space);
    if (wants_terms(pass))
        add_terms(&part->losses, values_in(space), count);
    if (pass->totals != NULL)
        add_counts(pass, part, element, count, space);
}

static void units_task(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    struct pass *pass = job;
    struct workspace space;
    struct part part;
    clear_part(&part);
    set_up_workspace(&space, pass->plan.loss, &pass->plan.layout);
    for (ptrdiff_t i = begin / BLOCK; i < end / BLOCK; i++) {
        ptrdiff_t row = i / pass->units, unit = i % pass->units;
        evaluate_unit(pass, row, unit, &part, &space);
        if (pass->totals != NULL && (i + 1 == end / BLOCK || unit + 1 == pass->units))
            deliver_part(pass, row, &part);
    }
}

/* ---- all rows ---- */

static void run(pool_task *task, struct pass *pass, ptrdiff_t n, ptrdiff_t grain)
{
    run_in_our_mode(task, pass, n, grain, uses_x87(pass->plan.loss));
}

/* An empty row has no blocks, but values. */
static int evaluate_long_rows(struct pass *pass)
{
    const struct totals *job = pass->job;
    ptrdiff_t rows = job->loss->rows;
    if (job->values != NULL && (pass->totals = calloc((size_t)rows + 1, sizeof *pass->totals)) == NULL)
        return -1;
    run(units_task, pass, rows * pass->units * BLOCK, BLOCK);
    if (job->values == NULL)
        return 0;
    evaluate_quantities(pass->totals, rows, job->quantity, job->rounding, job->values);
    free(pass->totals);
    return 0;
}

int evaluate_totals(struct totals *job)
{
    struct loss *loss = job->loss;
    struct pass pass = {.plan = plan_of(loss), .job = job, .totals = job->totals, .is_locked = ATOMIC_FLAG_INIT};
    pass.units = (loss->row_length + BLOCK - 1) / BLOCK;
    if (loss->row_length > BLOCK || loss->row_length == 0)
        return evaluate_long_rows(&pass);
    run(short_rows_task, &pass, loss->rows * loss->row_length, rows_of_block(job) * loss->row_length);
    return 0;
}
