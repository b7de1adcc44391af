/* The arrays of a request as the operands of struct loss, their axes in the order in which a loss walks through them. */
#ifndef PYSIGMOID_LOSS_OPERANDS_H
#define PYSIGMOID_LOSS_OPERANDS_H

#include "python/loss_request.h"

/* The axes of the arrays: first those that tell the rows apart, then those that are summed over, which lie in a row. */
struct walk {
    int order[MAX_AXES];
    int axes, row_axes; /* how many, and how many come first */
};

/* 0, or -1 with an exception. */
int choose_walk(const struct request *request, struct walk *walk);

/* The shape that all operands share, and its rows. */
void describe_shape(const struct request *request, const struct walk *walk, struct loss *loss);

/* The operands that are read. An array has the shape of the logits, or no axes. 0, or -1 with an exception. */
int describe_inputs(const struct request *request, const struct walk *walk, struct loss *loss);

/* An array, or NULL, as one of the outputs. 0, or -1 with an exception. */
int describe_output(PyArrayObject *array, const struct walk *walk, struct loss *loss, int output);

/* Whether what is written to an output would be read again, or twice written to: there the result belongs elsewhere, to be
 * copied when all is computed. */
int would_spoil(struct loss *loss, int output, int by_element);

/* Joins the axes that one step walks through in all operands. Where the order of rows is free, that of the memory is
 * best. */
void simplify_axes(struct loss *loss, int order_is_free);

#endif
