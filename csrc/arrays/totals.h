/* Losses added up without rounding, and what their means are divided by: parts of one sum that come from anywhere, in any
 * order, make the same total. */
#ifndef PYSIGMOID_TOTALS_H
#define PYSIGMOID_TOTALS_H

#include "arrays/bins.h"

/* Of one row: its losses, the weights of the elements that count, and how many these are, low word first. Words of 32 bits
 * throughout, zeros where nothing was added. */
struct total {
    struct exact_sum losses, weights;
    uint32_t count[2];
};

enum { TOTAL_WORDS = sizeof(struct total) / sizeof(uint32_t) };

/* What is made of a total: a reduction, or what it divides by. */
enum quantity { QUANTITY_none, QUANTITY_mean, QUANTITY_sum, QUANTITY_weighted_mean, QUANTITY_count, QUANTITY_weight };

/* What to do with a loss; see struct loss. Its divisor and its value are of no account, but that weights are added up where
 * it is DIVISOR_weight; its working is not extended. */
struct totals {
    struct loss *loss;
    int only_counts;      /* whether the losses themselves are left out, and their derivatives */
    const f64 *divisors;  /* of the derivatives: one for each row, or for all */
    int one_divisor;
    struct total *totals; /* of rows, to be added to; NULL where there is no value */
    f64 *values;          /* of rows, where they are asked for instead, and this quantity rounded to this type */
    enum quantity quantity;
    enum number rounding;
};

/* 0, or -1 without memory, when nothing has been written. */
int evaluate_totals(struct totals *job);

void merge_totals(struct total *totals, const struct total *others, ptrdiff_t rows);

/* Writes values. */
void evaluate_quantities(const struct total *totals, ptrdiff_t rows, enum quantity quantity, enum number rounding,
                         f64 *values);

#endif
