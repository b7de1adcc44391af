/* The two passes over a block of losses in pairs of floats, e^-|x| in the first. */
#ifndef PYSIGMOID_PAIRED_PASSES_H
#define PYSIGMOID_PAIRED_PASSES_H

#include "kernels/paired_probability.h"

/* ---- the first pass ---- */

INLINE struct paired_outside first_pass(int wants, const struct paired_part *part, ptrdiff_t n, struct paired_block *block)
{
    vf32 logits = v_set_f32(0), labels = v_set_f32(0), softness = v_set_f32(0);
    for (ptrdiff_t i = 0; i < n; i += LANES_f32) {
        vf32 t = v_abs_f32(LOAD(f32, f32, part->logits, i)), y = LOAD(f32, f32, part->labels, i);
        struct float_pair E = exp_of_minus_in_paired(t);
        STORE(f32, f32, block->hi, i, E.hi);
        STORE(f32, f32, block->lo, i, E.lo);
        if (wants & PAIRED_value)
            STORE(f32, f32, block->s, i, atanh_argument_in_paired(E));
        logits = v_max_bits_f32(logits, t);
        labels = v_max_bits_f32(labels, y);
        if (chooses_by_label(wants))
            softness = v_max_bits_f32(softness, softness_of(y));
    }
    f32 most = wants & PAIRED_weighted ? (f32)MOST_PAIRED : part->most_logit;
    return (struct paired_outside){v_any_bits_above_f32(logits, most), v_any_bits_above_f32(logits, INFINITY),
                                   v_any_bits_above_f32(labels, 1), (wants & PAIRED_weighted) && any_factor_outside(part, n),
                                   chooses_by_label(wants) ? kind_of_labels(softness) : 0};
}

/* ---- the second pass ---- */

/* The coefficients of an element and their sum. */
struct paired_coefficients { struct paired_shares shares; struct float_pair sum; };

INLINE struct paired_coefficients coefficients_at(const struct paired_part *part, ptrdiff_t i)
{
    struct paired_shares shares = shares_in_paired(LOAD(f32, f32, part->labels, i));
    struct float_pair sum = {v_set_f32(1), v_set_f32(0)};
    if (part->smooths)
        shares = smoothed_in_paired(shares, (struct paired_smoothing){pair_at(part->smoothed_rest), pair_at(part->smoothed_half)});
    if (part->pos_weight != NULL) {
        shares.positive = times_in_paired(shares.positive, LOAD(f32, f32, part->pos_weight, i));
        sum = sum_in_paired(shares.negative, shares.positive);
    }
    return (struct paired_coefficients){shares, sum};
}

/* A derivative, its sign changed where `x` is negative. With a weight of 0 the sum of its words is 0, and not -0. */
INLINE void write_pair(int wants, const struct paired_part *part, void *to, ptrdiff_t i, struct float_pair a, vf32 x)
{
    vf32 zero = v_set_f32(0);
    if ((wants & PAIRED_weighted) && part->weight != NULL) {
        vf32 w = LOAD(f32, f32, part->weight, i);
        a = times_in_paired(a, w);
        x = v_select_f32(v_eq_f32(w, zero), zero, x);
    }
    if (part->divides)
        a = scaled_in_paired(a, pair_at(part->scale));
    if (part->rounds_derivatives)
        STORE(f32, f32, to, i, v_flip_f32(v_add_f32(a.hi, a.lo), x));
    else
        v_store_sum_f64_from_f32((f64 *)to + i, v_flip_f32(a.hi, x), v_flip_f32(a.lo, x), zero);
}

/* Where values go: they wait in the block, or are added up at once. */
enum paired_values { VALUES_wait, VALUES_are_added };

INLINE void deliver_pack(int wants, enum paired_values values, struct paired_block *block, f64 *high, f32 *low, ptrdiff_t i,
                         struct paired_value value)
{
    if (values == VALUES_are_added && (wants & PAIRED_hard) && (wants & PAIRED_probability)) {
        v_add_pair_to_sums(high, low, value.linear, value.low);
        return;
    }
    if (values == VALUES_are_added) {
        v_add_to_sums(high, low, value.linear, value.curved, value.low);
        return;
    }
    STORE(f32, f32, block->linear, i, value.linear);
    STORE(f32, f32, block->curved, i, value.curved);
    STORE(f32, f32, block->low, i, value.low);
}

INLINE void second_pass_at(int wants, enum paired_values values, const struct paired_part *part, ptrdiff_t i,
                           struct paired_block *block, f64 *high, f32 *low)
{
    int weighted = wants & PAIRED_weighted, has_sum = weighted && part->pos_weight != NULL; /* else it is 1 */
    vf32 x = LOAD(f32, f32, part->logits, i);
    struct float_pair E = {LOAD(f32, f32, block->hi, i), LOAD(f32, f32, block->lo, i)};
    vf32 inverse = inverse_in_paired(E);
    struct paired_coefficients of;
    if (weighted)
        of = coefficients_at(part, i);
    else
        of.shares = shares_in_paired(LOAD(f32, f32, part->labels, i));
    int is_hard = wants & PAIRED_hard;
    struct float_pair c = wrong_share_in_paired(x, of.shares);
    if (wants & PAIRED_value) {
        struct float_pair curved = log_one_plus_in_paired(E, inverse, LOAD(f32, f32, block->s, i));
        struct paired_value value = loss_value_in_paired(is_hard, has_sum ? scaled_in_paired(curved, of.sum) : curved, x, c);
        if (weighted && part->weight != NULL)
            value = value_times_in_paired(value, LOAD(f32, f32, part->weight, i));
        deliver_pack(wants, values, block, high, low, i, value);
    }
    if (wants & PAIRED_gradient)
        write_pair(wants, part, part->gradient, i,
                   has_sum ? weighed_slope_in_paired(E, inverse, c, of.sum) : loss_slope_in_paired(is_hard, E, inverse, c), x);
    if (wants & PAIRED_hessian) {
        struct float_pair hessian = loss_hessian_in_paired(E, inverse);
        write_pair(wants, part, part->hessian, i, has_sum ? scaled_in_paired(hessian, of.sum) : hessian, v_set_f32(0));
    }
}

/* By the vectors that are read again: what is stored in smaller ones has to reach the cache first. */
INLINE void copy_sums(f64 *to_high, f32 *to_low, const f64 *high, const f32 *low)
{
    for (ptrdiff_t k = 0; k < RUNNING_SUMS; k += LANES_f64)
        STORE(f64, f64, to_high, k, LOAD(f64, f64, high, k));
    for (ptrdiff_t k = 0; k < RUNNING_SUMS; k += LANES_f32)
        STORE(f32, f32, to_low, k, LOAD(f32, f32, low, k));
}

/* A running sum stays in its register where the compiler sees which one it is. */
INLINE void second_pass(int wants, enum paired_values values, const struct paired_part *whole, ptrdiff_t begin,
                        ptrdiff_t end, struct paired_block *block)
{
    const ptrdiff_t step = values == VALUES_are_added && (int)LANES_f32 < (int)RUNNING_SUMS ? RUNNING_SUMS : LANES_f32;
    const struct paired_part part = *whole; /* which no store changes */
    f64 high[RUNNING_SUMS] = {0};
    f32 low[RUNNING_SUMS] = {0};
    if (values == VALUES_are_added)
        copy_sums(high, low, part.sums->high, part.sums->low);
    for (ptrdiff_t i = begin; i < end; i += step) {
        ELEMENTS_IN_STEP
        for (ptrdiff_t j = 0; j < step; j += LANES_f32)
            if (wants & PAIRED_probability)
                deliver_pack(wants, values, block, high + j, low + j, i + j, bce_at(wants, &part, i + j));
            else
                second_pass_at(wants, values, &part, i + j, block, high + j, low + j);
    }
    if (values == VALUES_are_added)
        copy_sums(part.sums->high, part.sums->low, high, low);
}

#endif
