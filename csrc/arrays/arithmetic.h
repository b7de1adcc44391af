/* What differs between the precisions in which losses are worked: double, which serves narrow and wide ones, and long
 * double. Each is one table, made of the texts arithmetic_sums.h and arithmetic_extremes.h. */
#ifndef PYSIGMOID_ARITHMETIC_H
#define PYSIGMOID_ARITHMETIC_H

#include "arrays/loss.h"
#include "arrays/numbers.h"

/* Elements pass in blocks that stay in the first-level cache, and a block is the leaf of a sum. */
enum { BLOCK = SUMMED_BLOCK };

/* A number of either precision. */
union scalar { f64 f64; longdouble longdouble; };

/* Pointers are to numbers of this precision. */
struct arithmetic {
    enum number number;
    ptrdiff_t size;   /* of a number, in bytes */
    const void *ones; /* a block of them: what stands for a weight that is not there */

    void (*set)(void *numbers, const f64 *values, ptrdiff_t n);
    int (*is_one)(const void *number);
    void (*add_before)(void *sum, const void *term); /* sum = term + sum */
    void (*divide)(void *numbers, const void *divisor, ptrdiff_t n);
    /* In place where both are one. */
    void (*sum_rows)(void *sums, const void *terms, ptrdiff_t rows, ptrdiff_t length);

    /* Whether a factor that all elements of the block share is extreme; see loss_extremes.h. */
    int (*shares_extreme)(const struct loss_block *block);
    /* Computes anew what is extreme in the first n elements, all in this precision; outputs not wanted are NULL. */
    void (*replace_extremes)(const struct loss *loss, const struct loss_block *tile, ptrdiff_t n);
};

extern const struct arithmetic arithmetic_f64, arithmetic_longdouble;

/* The sum of a block, joined in the order in which sum_rows joins its own. */
f64 total_of_running(const struct running_sums *running);

static inline const struct arithmetic *arithmetic_of(enum working working)
{
    return working == WORKING_extended ? &arithmetic_longdouble : &arithmetic_f64;
}

/* e^-size is a normal number up to the first, and vanishes beside any ordinary factors from the second on. */
static inline f64 coarse_from(int max_exponent)
{
    return 0.67 * max_exponent;
}

static inline f64 vanished_from(int max_exponent)
{
    return 1.1 * max_exponent;
}

static inline union scalar scalar_of(const struct arithmetic *arithmetic, f64 value)
{
    union scalar number;
    arithmetic->set(&number, &value, 1);
    return number;
}

#endif
