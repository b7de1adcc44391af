/* Long runs of elements along an axis are computed as they lie; short ones pass through blocks, several at a time. */
#include "arrays/elementwise.h"

#include "arrays/blocks.h"
#include "arrays/staging.h"
#include "arrays/tasks.h"

/* Below this, a start of the kernel for each run would take longer than to copy them together. */
enum { SHORTEST_RUN = 64 };

static void compute_run_from(const struct elementwise *call, const struct place *place, ptrdiff_t n)
{
    char *first[MAX_OPERANDS];
    ptrdiff_t steps[MAX_OPERANDS];
    struct run run = {call->compute, call->size, call->inputs, call->operands, first, steps};
    for (int k = 0; k < call->operands; k++) {
        first[k] = call->data[k] + offset_of(&call->axes, call->steps[k], place);
        steps[k] = run_step(&call->axes, call->steps[k]);
    }
    compute_run(&run, 0, n);
}

static void compute_short_runs(const struct elementwise *call, ptrdiff_t begin, ptrdiff_t count)
{
    block blocks[MAX_OPERANDS];
    void *at[MAX_OPERANDS];
    for (int k = 0; k < call->operands; k++)
        at[k] = blocks[k].bytes;
    for (int k = 0; k < call->inputs; k++)
        gather_elements(at[k], call->data[k], &call->axes, call->steps[k], begin, count, call->size);
    call->compute(at, count);
    for (int k = call->inputs; k < call->operands; k++)
        scatter_elements(call->data[k], &call->axes, call->steps[k], begin, at[k], count, call->size);
}

static void compute_part(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct elementwise *call = job;
    ptrdiff_t count, most = BLOCK_BYTES / call->size;
    for (; begin < end; begin += count) {
        struct place place;
        find_place(&place, &call->axes, begin);
        ptrdiff_t left = end - begin, run = run_from(&call->axes, &place, left);
        count = run >= SHORTEST_RUN ? run : left < most ? left : most;
        if (run >= SHORTEST_RUN)
            compute_run_from(call, &place, count);
        else
            compute_short_runs(call, begin, count);
    }
}

/* Outputs decide the order: what is written in order stays in the cache until its line is full. */
void run_elementwise(struct elementwise *call)
{
    axis_steps *steps[MAX_OPERANDS];
    for (int k = 0; k < call->operands; k++)
        steps[k] = &call->steps[call->operands - 1 - k];
    order_axes_by_step(&call->axes, steps, call->operands);
    merge_axes(&call->axes, steps, call->operands);
    run_in_our_mode(compute_part, call, number_of_elements(&call->axes), GRAIN, call->dtype == DTYPE_longdouble);
}
