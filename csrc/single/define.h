/* How functions of single numbers are put together. */
#ifndef PYSIGMOID_SINGLE_DEFINE_H
#define PYSIGMOID_SINGLE_DEFINE_H

#include "single/numbers.h"

/* <name>_<dtype>_in_our_mode, for whatever number and mode. */
#define FUNCTION(inputs, outputs, name, ...)                    \
    DECLARE_##inputs##_##outputs(f32, name##_f32_in_our_mode);  \
    DECLARE_##inputs##_##outputs(f64, name##_f64_in_our_mode);
#include "functions.def"

/* A body by inputs and outputs: where COMPUTE(operands, ...) does the work, with operands as a kernel has them; and where
 * another function of numbers does. */
#define COMPUTE_1_1(number, COMPUTE, ...) number y; COMPUTE(((void *[]){&x, &y}), __VA_ARGS__); return y;
#define COMPUTE_1_2(number, COMPUTE, ...) COMPUTE(((void *[]){&x, y1, y2}), __VA_ARGS__);
#define COMPUTE_2_1(number, COMPUTE, ...) number y; COMPUTE(((void *[]){&x1, &x2, &y}), __VA_ARGS__); return y;
#define COMPUTE_2_2(number, COMPUTE, ...) COMPUTE(((void *[]){&x1, &x2, y1, y2}), __VA_ARGS__);

#define PASS_1_1(function) return function(x);
#define PASS_1_2(function) function(x, y1, y2); return;
#define PASS_2_1(function) return function(x1, x2);
#define PASS_2_2(function) function(x1, x2, y1, y2); return;

#endif
