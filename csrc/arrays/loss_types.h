/* The types in which the numbers of a loss pass. */
#ifndef PYSIGMOID_LOSS_TYPES_H
#define PYSIGMOID_LOSS_TYPES_H

#include "arrays/arithmetic.h"

/* What kernels take and give: logits, labels, weights of both kinds, derivatives, and in `work` all else. */
struct types { enum number work, logits, labels, weights, derivatives; };

/* Whether pairs of floats are to take an operand whose numbers floats may not hold. Integers that are labels of the
 * plain form are 0 or 1. */
int is_wider_than_pairs(const struct loss *loss, const struct operand *operand);

struct types types_of(const struct loss *loss);

/* The type in which numbers are looked at: those outside [0, 1] are so there as well. */
enum number checked_number(enum number number);

/* The type in which labels are compared: it holds each of them exactly. */
enum number compared_number(enum number labels);

int is_longdouble(const struct operand *operand);

/* Whether a longdouble takes part, be it only to be converted. */
int uses_x87(const struct loss *loss);

#endif
