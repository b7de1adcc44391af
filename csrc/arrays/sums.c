/* The pairwise tree; its leaves are the sums of blocks, see arrays/arithmetic_sums.h. */
#include "arrays/sums.h"

void add_part(struct tree *tree, union scalar sum)
{
    int level = 0;
    for (uint64_t digits = tree->parts++; digits & 1; digits >>= 1)
        tree->arithmetic->add_before(&sum, &tree->waiting[level++]);
    tree->waiting[level] = sum;
}

union scalar total_of_tree(const struct tree *tree)
{
    const union scalar *waiting = tree->waiting;
    uint64_t digits = tree->parts;
    union scalar sum;
    if (digits == 0)
        return scalar_of(tree->arithmetic, 0);
    for (; !(digits & 1); digits >>= 1)
        waiting++;
    sum = *waiting++;
    for (digits >>= 1; digits != 0; digits >>= 1, waiting++)
        if (digits & 1)
            tree->arithmetic->add_before(&sum, waiting);
    return sum;
}
