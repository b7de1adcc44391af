/* A loss as the layer of Python describes it: how it is worked, and arrays of any strides and number types. */
#ifndef PYSIGMOID_LOSS_H
#define PYSIGMOID_LOSS_H

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
    int outputs; /* of enum loss_outputs, or ALL_OUTPUTS */
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

/* The outputs of a loss, in the order in which they are asked for and returned. */
enum { VALUE, GRADIENT, HESSIAN, OUTPUT_COUNT };

enum { ALL_OUTPUTS = LOSS_OUTPUTS_COUNT };

static inline int is_wanted(const struct loss *loss, int output)
{
    switch (output) {
    case VALUE: return loss->outputs != OUTPUTS_gradient_and_hessian;
    case GRADIENT: return loss->outputs != OUTPUTS_value;
    default: return loss->outputs == OUTPUTS_gradient_and_hessian || loss->outputs == ALL_OUTPUTS;
    }
}

/* Whether it has masks, or a label that is ignored. */
static inline int leaves_out(const struct loss *loss)
{
    return loss->kept.data != NULL || loss->dropped[0].data != NULL || loss->ignored.data != NULL;
}

#endif
