/* Labels and probabilities outside [0, 1]. */
#ifndef PYSIGMOID_LOSS_RANGE_H
#define PYSIGMOID_LOSS_RANGE_H

#include "arrays/loss_workspace.h"

/* Sets `outside` where it should be; only looks. */
void validate_loss(struct loss *loss);

/* The place, in the order of the axes, of the first number outside [0, 1] whose element counts; -1 where there is none. Needs
 * the axes, the labels and what leaves elements out. */
ptrdiff_t find_outside(const struct loss *loss, const struct operand *numbers);

/* Whether a number of the piece that counts lies outside. `staged` is the piece as it is at hand, in this type. */
int any_outside(const struct operand *operand, const struct piece *piece, const void *staged, enum number number,
                const uint8_t *kept, struct workspace *space);

#endif
