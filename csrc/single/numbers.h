/* The functions of single numbers, by value, that compiled callers take; of float32 and float64 alone. */
#ifndef PYSIGMOID_SINGLE_NUMBERS_H
#define PYSIGMOID_SINGLE_NUMBERS_H

#include "kernels.h"

/* By inputs and outputs: how such a function is declared. */
#define DECLARE_1_1(number, name) number name(number x)
#define DECLARE_1_2(number, name) void name(number x, number *y1, number *y2)
#define DECLARE_2_1(number, name) number name(number x1, number x2)
#define DECLARE_2_2(number, name) void name(number x1, number x2, number *y1, number *y2)

struct number_functions {
#define FUNCTION(inputs, outputs, name, ...)             \
    DECLARE_##inputs##_##outputs(f32, (*name##_f32));    \
    DECLARE_##inputs##_##outputs(f64, (*name##_f64));
#include "functions.def"
};

/* Of the instruction set that was chosen, and kernels that take one element of any dtype, which is what n is. */
extern const struct number_functions *active_numbers;
extern struct kernels active_for_one;

/* Fills these, after choose_isa. */
void choose_numbers(void);

#endif
