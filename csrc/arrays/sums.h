/* Pairwise sums, whose bits depend on nothing but the terms and their order. */
#ifndef PYSIGMOID_SUMS_H
#define PYSIGMOID_SUMS_H

#include "arrays/arithmetic.h"

/* A pairwise sum of equal parts, given one after the other: the sums of 1, 2, 4, ... parts that wait for their other
 * half, like the digits of a binary counter. */
struct tree {
    const struct arithmetic *arithmetic;
    uint64_t parts;
    union scalar waiting[64];
};

static inline void start_tree(struct tree *tree, const struct arithmetic *arithmetic)
{
    tree->arithmetic = arithmetic;
    tree->parts = 0;
}

void add_part(struct tree *tree, union scalar sum);

/* The sum of all parts so far; 0 of none. */
union scalar total_of_tree(const struct tree *tree);

#endif
