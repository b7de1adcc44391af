/* The fused losses over strided arrays of any number type: value, gradient and second derivative in one pass, sums whose
 * bits depend on nothing but the terms and their order.
 *
 *   loss.h            what is asked for
 *   losses.c          rows, the blocks and nodes they are cut into, their sums and divisors
 *   loss_pieces.c     a piece of a block: staged, computed, delivered
 *   loss_extremes.c   the kernels, and what they do not take: factors of extreme size
 *   loss_range.c      labels and probabilities outside [0, 1]
 *   loss_masks.c      which elements count
 *   loss_workspace.c  where a piece is staged
 *   loss_types.c      the types in which numbers pass
 *   arithmetic.h      the precision in which all of it is done
 *   sums.c            pairwise sums
 *   totals.c          the same passes with sums that are exact, bins.c, and their quotients, quotient.c
 *   operands.c        elements of an array as numbers side by side */
#ifndef PYSIGMOID_LOSSES_H
#define PYSIGMOID_LOSSES_H

#include "arrays/loss.h"

/* 0, or -1 without memory, when nothing has been written. */
int evaluate_loss(struct loss *loss);

#endif
