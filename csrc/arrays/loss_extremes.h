/* A block of a loss, extreme or not: the kernels compute what they take, and the rest is put right, tile by tile. What an
 * element gives depends on its own operands only. */
#ifndef PYSIGMOID_LOSS_EXTREMES_H
#define PYSIGMOID_LOSS_EXTREMES_H

#include "arrays/loss_types.h"

/* Which operands may hold an extreme factor. */
struct suspects { int labels, weight, pos_weight; };

struct suspects find_suspects(const struct loss *loss);

/* n is a multiple of WHOLE_PACKS. Returns whether a label or a probability may lie outside [0, 1]. */
int compute_losses(const struct loss *loss, const struct suspects *suspects, const struct loss_block *block, ptrdiff_t n);

#endif
