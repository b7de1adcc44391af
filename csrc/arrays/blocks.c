/* Kernels take contiguous operands alone: this is where all others become such. */
#include "arrays/blocks.h"

#include "arrays/staging.h"

/* Elements [begin, begin + count), no more than a block holds unless all operands are contiguous. */
static inline void compute_block(const struct run *run, ptrdiff_t begin, ptrdiff_t count, block *blocks)
{
    void *at[MAX_OPERANDS];
    for (int k = 0; k < run->operands; k++) {
        char *first = run->first[k] + begin * run->steps[k];
        int direct = run->steps[k] == run->size;
        at[k] = direct ? first : blocks[k].bytes;
        if (!direct && k < run->inputs)
            gather(at[k], first, run->steps[k], count, run->size);
    }
    run->compute(at, count);
    for (int k = run->inputs; k < run->operands; k++)
        if (at[k] == blocks[k].bytes)
            scatter(run->first[k] + begin * run->steps[k], run->steps[k], at[k], count, run->size);
}

void compute_run(const struct run *run, ptrdiff_t begin, ptrdiff_t end)
{
    block blocks[MAX_OPERANDS];
    ptrdiff_t most = is_contiguous(run) ? end - begin : BLOCK_BYTES / run->size;
    for (; begin < end; begin += most)
        compute_block(run, begin, end - begin < most ? end - begin : most, blocks);
}

/* All operands pass through blocks: an element at its place may share it with one of another operand. */
void compute_in_order(const struct run *run, ptrdiff_t n)
{
    block blocks[MAX_OPERANDS];
    void *at[MAX_OPERANDS];
    for (int k = 0; k < run->operands; k++)
        at[k] = blocks[k].bytes;
    for (ptrdiff_t i = 0; i < n; i++) {
        for (int k = 0; k < run->inputs; k++)
            gather(at[k], run->first[k] + i * run->steps[k], 0, 1, run->size);
        run->compute(at, 1);
        for (int k = run->inputs; k < run->operands; k++)
            scatter(run->first[k] + i * run->steps[k], 0, at[k], 1, run->size);
    }
}
