/* Labels and probabilities outside [0, 1]. */
#ifndef PYSIGMOID_LOSS_RANGE_H
#define PYSIGMOID_LOSS_RANGE_H

#include "arrays/loss_workspace.h"

/* Whether a number of the piece that counts lies outside. `staged` is the piece as it is at hand, in this type. */
int any_outside(const struct operand *operand, const struct piece *piece, const void *staged, enum number number,
                const uint8_t *kept, struct workspace *space);

#endif
