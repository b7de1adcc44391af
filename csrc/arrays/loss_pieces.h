/* A loss in pieces, each staged, computed and delivered by itself. */
#ifndef PYSIGMOID_LOSS_PIECES_H
#define PYSIGMOID_LOSS_PIECES_H

#include "arrays/loss_extremes.h"
#include "arrays/loss_workspace.h"

/* What is the same for all pieces. */
struct plan {
    struct loss *loss;
    const struct arithmetic *arithmetic;
    struct types types;
    struct layout layout;
    struct suspects suspects;
};

struct plan plan_of(struct loss *loss);

/* Writes the terms of `count` elements to the workspace, or adds them to `sums`, one for every BLOCK, where this is not
 * NULL; their derivatives, over the divisor, to where they belong. */
void compute_pieces(const struct plan *plan, ptrdiff_t element, ptrdiff_t count, const union scalar *divisor,
                    struct running_sums *sums, struct workspace *space);

/* How many of these elements count. */
ptrdiff_t count_pieces(const struct plan *plan, ptrdiff_t element, ptrdiff_t count, struct workspace *space);

/* Writes their weights to the workspace, 0 where they do not count. */
void weigh_pieces(const struct plan *plan, ptrdiff_t element, ptrdiff_t count, struct workspace *space);

#endif
