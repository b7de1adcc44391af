/* BOTH(pack, name, function, derivative): the formula of a row with two outputs out of those of two rows with one. They
 * are inlined side by side, and the compiler computes the exponential that both begin with once. */
#ifndef PYSIGMOID_MATH_BOTH_H
#define PYSIGMOID_MATH_BOTH_H

#include "inline.h"

#define BOTH(pack, name, function, derivative)           \
    INLINE void name(pack x, pack *value, pack *slope)   \
    {                                                    \
        *value = function(x);                            \
        *slope = derivative(x);                          \
    }

#endif
