/* A kernel over operands whose elements lie on one axis each. What is not contiguous passes through blocks: gathered to
 * them, computed there, scattered from them. */
#ifndef PYSIGMOID_BLOCKS_H
#define PYSIGMOID_BLOCKS_H

#include "kernels.h"

/* Small enough that the blocks of all operands stay in the first-level cache, large enough that a kernel's start costs
 * nothing beside one. */
enum { BLOCK_BYTES = 4096 };

/* Threads share the elements of a call in multiples of this: whole packs of every kernel, and at least one cache line of
 * the smallest dtype, so that two threads write into a common line at the borders at most. */
enum { GRAIN = 64 };

/* Any dtype may be written to it. */
typedef union { longdouble alignment; char bytes[BLOCK_BYTES]; } block;

/* Operands of one dtype, the inputs first. */
struct run {
    kernel *compute;
    ptrdiff_t size; /* of an element, in bytes */
    int inputs, operands;
    char *const *first;
    const ptrdiff_t *steps; /* in bytes */
};

/* Computes elements [begin, end) in any order. */
void compute_run(const struct run *run, ptrdiff_t begin, ptrdiff_t end);

/* Computes n elements, each of which is finished before the next is read: what NumPy means where operands overlap. */
void compute_in_order(const struct run *run, ptrdiff_t n);

static inline int is_contiguous(const struct run *run)
{
    for (int k = 0; k < run->operands; k++)
        if (run->steps[k] != run->size)
            return 0;
    return 1;
}

#endif
