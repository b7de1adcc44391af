/* Sums that are never rounded: whatever the order of the terms, the threads and the parts they come in, the same bits.
 *
 * A sum is a fixed-point number wide enough for every double. Terms reach it in two steps: a block of them is split on a
 * grid of a few bins, whose sums are exact in double (kernels.h); these are added digit by digit. */
#ifndef PYSIGMOID_BINS_H
#define PYSIGMOID_BINS_H

#include "arrays/arithmetic.h"

/* Digits of 32 bits, the lowest first, in two's complement; the i-th counts in 2^(32 i - 1074). Doubles take 2098 bits, the
 * carries of 2^63 terms and the sign the rest. */
enum { DIGITS = 68 };

/* What no digits hold; and of which kinds there were any among the terms. */
enum { SAW_INF = 1, SAW_MINUS_INF = 2, SAW_NAN = 4 };

/* All words are 32 bits: so it lies in arrays of Python's. Zeros are an empty sum. */
struct exact_sum { uint32_t digits[DIGITS], seen; };

void merge_sums(struct exact_sum *sum, const struct exact_sum *other);

/* sum / divisor rounded once to this type of float, to double for longdouble; as in IEEE 754 where either is 0, infinite or
 * nan. */
f64 rounded_quotient(const struct exact_sum *sum, const struct exact_sum *divisor, enum number number);

/* A sum on its way: digits that have not been carried yet, and the grid that served the last block. */
struct bins {
    int64_t digits[DIGITS];
    unsigned seen;
    ptrdiff_t additions; /* since digits were carried */
    struct grid grid;
    int is_spread; /* whether small terms are to be added apart */
};

static inline void clear_bins(struct bins *bins)
{
    *bins = (struct bins){.grid.levels = LEAST_LEVELS}; /* a bound of 0 fits nothing but zeros */
}

/* Adds at most a block of terms, which may be turned to 0. */
void add_terms(struct bins *bins, f64 *terms, ptrdiff_t n);

/* Adds to `sum` what is in the bins. */
void empty_bins(struct exact_sum *sum, struct bins *bins);

#endif
