/* The inner loops that NumPy calls: one per arity and dtype, whichever function runs. */
#ifndef PYSIGMOID_LOOPS_H
#define PYSIGMOID_LOOPS_H

#include "kernels.h"

/* The arities and dtypes that exist: LOOP(inputs, outputs, dtype). */
#define LOOPS_OF_DTYPE(LOOP, dtype) LOOP(1, 1, dtype) LOOP(2, 1, dtype) LOOP(2, 2, dtype)
#define ALL_LOOPS(LOOP)          \
    LOOPS_OF_DTYPE(LOOP, f32)    \
    LOOPS_OF_DTYPE(LOOP, f64)    \
    LOOPS_OF_DTYPE(LOOP, f16)    \
    LOOPS_OF_DTYPE(LOOP, longdouble) \
    LOOPS_OF_DTYPE(LOOP, bf16)

/* args: the inputs, then the outputs; dimensions[0] elements, steps in bytes; data: the kernel's slot in `active`. */
#define DECLARE_LOOP(inputs, outputs, dtype)                                                              \
    void loop_##inputs##_##outputs##_##dtype(char **args, const intptr_t *dimensions, const intptr_t *steps, \
                                             void *data);
ALL_LOOPS(DECLARE_LOOP)
#undef DECLARE_LOOP

#endif
