/* The fused losses over strided arrays of any number type: value, gradient and second derivative in one pass, sums whose
 * bits depend on nothing but the terms and their order.
 *
 *   losses.c          rows, the blocks and nodes they are cut into, their sums and divisors
 *   loss_pieces.c     a piece of a block: staged, computed, delivered
 *   loss_extremes.c   the kernels, and what they do not take: factors of extreme size
 *   loss_range.c      labels and probabilities outside [0, 1]
 *   loss_masks.c      which elements count
 *   loss_workspace.c  where a piece is staged
 *   loss_types.c      the types in which numbers pass
 *   arithmetic.h      the precision in which all of it is done
 *   sums.c            pairwise sums
 *   operands.c        elements of an array as numbers side by side */
#ifndef PYSIGMOID_LOSSES_H
#define PYSIGMOID_LOSSES_H

#include <stdatomic.h>

#include "arrays/operands.h"

/* The masks of logits, labels, weight, pos_weight, and of the elements to take. */
enum { MOST_DROPPED = 5 };

/* What a sum of losses is divided by: a number for all rows, the number of elements that count, or their weight. */
enum divisor { DIVISOR_fixed, DIVISOR_count, DIVISOR_weight };

/* A loss over arrays of one shape, whose elements stand row after row; every row is summed, of which a row of one element
 * is the case without a reduction. */
struct loss {
    enum loss_form form;
    enum loss_outputs outputs;
    enum working working;
    f64 options[3]; /* see struct loss_block */
    enum divisor divisor;
    ptrdiff_t fixed_divisor;

    struct axes axes; /* of the operands: those of a row last */
    ptrdiff_t rows, row_length;
    struct operand logits, labels, weight, pos_weight;
    struct operand kept, dropped[MOST_DROPPED]; /* boolean: elements to take, elements to leave out */
    struct operand ignored;                     /* one number: elements with this label are left out */
    struct operand gradient, hessian;

    struct axes row_axes; /* of the values: one for each row */
    struct operand value;
    enum number rounding; /* the type each value is rounded to before it takes that of its array */

    int validates;      /* whether to look for labels, and probabilities, outside [0, 1]: where no output replaces them */
    atomic_int outside; /* set where one that counts was found */
};

/* Sets `outside` where it should be; only looks. */
void validate_loss(struct loss *loss);

/* The place, in the order of the axes, of the first number outside [0, 1] whose element counts; -1 where there is none. Needs
 * the axes, the labels and what leaves elements out. */
ptrdiff_t find_outside(const struct loss *loss, const struct operand *numbers);

/* 0, or -1 without memory, when nothing has been written. */
int evaluate_loss(struct loss *loss);

#endif
