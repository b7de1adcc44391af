/* Runs of elements that lie side by side are computed where they lie; short ones pass through blocks. */
#include "arrays/elementwise.h"

#include "arrays/staging.h"
#include "arrays/tasks.h"

/* A block per operand, as in arrays/loops.c; and the shortest run worth a call of the kernel. */
enum { BLOCK_BYTES = 4096, SHORTEST_RUN = 64, GRAIN = 64 };

typedef union { longdouble alignment; char bytes[BLOCK_BYTES]; } block;

static int is_contiguous(const struct elementwise *call, int operand)
{
    return run_step(&call->axes, call->steps[operand]) == call->size;
}

/* Computes elements [begin, begin + count), of which the first `run` lie on one axis. */
static void compute_block(const struct elementwise *call, ptrdiff_t begin, ptrdiff_t count, ptrdiff_t run, block *blocks)
{
    void *at[MAX_OPERANDS];
    struct place place = place_of(&call->axes, begin);
    for (int k = 0; k < call->operands; k++) {
        int direct = count <= run && is_contiguous(call, k);
        at[k] = direct ? call->data[k] + offset_of(&call->axes, call->steps[k], &place) : blocks[k].bytes;
        if (!direct && k < call->inputs)
            gather_elements(at[k], call->data[k], &call->axes, call->steps[k], begin, count, call->size);
    }
    call->compute(at, count);
    for (int k = call->inputs; k < call->operands; k++)
        if (at[k] == blocks[k].bytes)
            scatter_elements(call->data[k], &call->axes, call->steps[k], begin, at[k], count, call->size);
}

static void compute_part(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    const struct elementwise *call = job;
    block blocks[MAX_OPERANDS];
    ptrdiff_t count, most = BLOCK_BYTES / call->size;
    int contiguous = 1;
    for (int k = 0; k < call->operands; k++)
        contiguous &= is_contiguous(call, k);
    for (; begin < end; begin += count) {
        struct place place = place_of(&call->axes, begin);
        ptrdiff_t run = run_from(&call->axes, &place, end - begin);
        count = run >= SHORTEST_RUN ? run : end - begin;
        if (count > most && !(contiguous && count == run))
            count = most;
        compute_block(call, begin, count, run, blocks);
    }
}

/* Outputs decide the order: what is written in order stays in the cache until its line is full. */
void run_elementwise(struct elementwise *call)
{
    axis_steps *steps[MAX_OPERANDS];
    ptrdiff_t n = 1;
    for (int k = 0; k < call->operands; k++)
        steps[k] = &call->steps[call->operands - 1 - k];
    order_axes_by_step(&call->axes, steps, call->operands);
    merge_axes(&call->axes, steps, call->operands);
    for (int axis = 0; axis < call->axes.count; axis++)
        n *= call->axes.length[axis];
    run_in_our_mode(compute_part, call, n, GRAIN, call->dtype == DTYPE_longdouble);
}
