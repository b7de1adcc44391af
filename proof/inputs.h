/* The inputs over which outputs are hashed, in blocks of 2^16: every bit pattern of float32 and the half types for functions
 * of one argument, a fixed pseudo-random set for the rest. */
#ifndef PYSIGMOID_INPUTS_H
#define PYSIGMOID_INPUTS_H

#include <string.h>

#include "kernels.h"

#define GOLDEN 0x9e3779b97f4a7c15u

/* A bijection of 64-bit numbers whose every output bit depends on every input bit (the finalizer of SplitMix64). */
static inline uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static inline int takes_every_pattern(int inputs, int dtype)
{
    return inputs == 1 && dtype != DTYPE_f64;
}

static inline uint64_t blocks_of(int inputs, int dtype)
{
    if (!takes_every_pattern(inputs, dtype))
        return 256;
    return dtype == DTYPE_f32 ? 1 << 16 : 1;
}

/* Every second number is spread evenly over the interval, every other over binades from 2^-60 up to the interval's end. All
 * of it is exact but for one rounding, the same everywhere. */
static inline double drawn(uint64_t index, int argument, const double interval[2])
{
    uint64_t bits = mix(index * GOLDEN + (uint64_t)argument);
    double unit = (double)(bits >> 11) * 0x1p-53;
    if (bits & 1)
        return interval[0] + (interval[1] - interval[0]) * unit;
    int exponent = (int)(bits >> 1 & 63);
    double magnitude = interval[1] * (0.5 + unit / 2);
    while (exponent-- > 0)
        magnitude /= 2;
    return interval[0] < 0 && (bits >> 7 & 1) ? -magnitude : magnitude;
}

/* Cut to eleven bits between 2^-14 and 2^15; a smaller number becomes zero, a larger one the largest. */
static inline uint16_t f16_below(uint32_t float_bits)
{
    uint16_t sign = (uint16_t)(float_bits >> 16 & 0x8000);
    int32_t exponent = (int32_t)(float_bits >> 23 & 255) - 112;
    if (exponent <= 0)
        return sign;
    return (uint16_t)(sign | (exponent > 30 ? 0x7bff : exponent << 10 | (int32_t)(float_bits >> 13 & 0x3ff)));
}

static inline void put(void *memory, uint64_t i, int dtype, double x)
{
    float single = (float)x;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    switch (dtype) {
    case DTYPE_f64: ((double *)memory)[i] = x; break;
    case DTYPE_f32: ((float *)memory)[i] = single; break;
    case DTYPE_f16: ((uint16_t *)memory)[i] = f16_below(bits); break;
    default: ((uint16_t *)memory)[i] = (uint16_t)(bits >> 16); break;
    }
}

static inline void fill_block(void *memory, uint64_t block, int argument, int inputs, int dtype, const double interval[2])
{
    for (uint64_t i = 0; i < 1 << 16; i++) {
        uint64_t index = block << 16 | i;
        if (!takes_every_pattern(inputs, dtype))
            put(memory, i, dtype, drawn(index, argument, interval));
        else if (dtype == DTYPE_f32)
            ((uint32_t *)memory)[i] = (uint32_t)index;
        else
            ((uint16_t *)memory)[i] = (uint16_t)index;
    }
}

#endif
