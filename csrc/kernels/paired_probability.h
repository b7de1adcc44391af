/* The loss of probabilities in pairs of floats, whose first pass only looks. */
#ifndef PYSIGMOID_PAIRED_PROBABILITY_H
#define PYSIGMOID_PAIRED_PROBABILITY_H

#include "kernels/paired_outside.h"

#define MOST_UNCERTAIN 0x1.fffffep-1f

/* 0 is a probability, and -0 looked at closer. */
static NEVER_INLINE int any_probability_outside(const struct paired_part *part, ptrdiff_t n)
{
    vf32 one = v_set_f32(1), zero = v_set_f32(0);
    struct paired_extent extent = {one, one};
    for (ptrdiff_t i = 0; i < n; i += LANES_f32) {
        vf32 p = LOAD(f32, f32, part->logits, i);
        extent.largest = v_max_bits_f32(extent.largest, p);
        extent.smallest = v_min_f32(extent.smallest, v_select_f32(v_eq_f32(p, zero), one, p));
    }
    return leaves(extent, LEAST_PAIRED_PROBABILITY, 1);
}

INLINE struct paired_outside look_at_probabilities(const struct paired_part *part, ptrdiff_t n)
{
    vf32 zero = v_set_f32(0), labels = zero, softness = zero;
    struct paired_extent extent = {zero, v_set_f32(1)};
    for (ptrdiff_t i = 0; i < n; i += LANES_f32) {
        vf32 y = LOAD(f32, f32, part->labels, i);
        extent = extended_by(extent, LOAD(f32, f32, part->logits, i));
        labels = v_max_bits_f32(labels, y);
        softness = v_max_bits_f32(softness, softness_of(y));
    }
    int is_uncertain = !leaves(extent, LEAST_PAIRED_PROBABILITY, MOST_UNCERTAIN);
    int is_outside = !is_uncertain && any_probability_outside(part, n);
    int kind = kind_of_labels(softness) | (is_uncertain ? PAIRED_uncertain : 0);
    kind = part->weight == NULL ? kind : 0;
    return (struct paired_outside){is_outside, is_outside, v_any_bits_above_f32(labels, 1), any_factor_outside(part, n), kind};
}

/* By the kind of the elements; hard ones have one term. */
INLINE struct paired_value bce_at(int wants, const struct paired_part *part, ptrdiff_t i)
{
    vf32 p = LOAD(f32, f32, part->logits, i), y = LOAD(f32, f32, part->labels, i);
    int may_be_certain = !(wants & PAIRED_uncertain);
    if (wants & PAIRED_hard) {
        struct float_pair l = bce_of_hard_label_in_paired(may_be_certain, p, y);
        return (struct paired_value){l.hi, v_set_f32(0), l.lo};
    }
    struct paired_value value = bce_in_paired(may_be_certain, p, y);
    if ((wants & PAIRED_uncertain) || part->weight == NULL)
        return value;
    return value_times_in_paired(value, LOAD(f32, f32, part->weight, i));
}

/* A certain and right p costs 0: -log 1 is -0, and so is the product of a positive weight with it. */
static void sign_zeros(const struct paired_part *part, ptrdiff_t begin, ptrdiff_t end)
{
    vf64 zero = v_set_f64(0), one = v_set_f64(1), w = one;
    for (ptrdiff_t i = begin; i < end; i += LANES_f64) {
        vf64 value = LOAD(f64, f64, part->value, i);
        if (!RARELY(v_any_f64(v_eq_f64(value, zero))))
            continue;
        if (part->weight != NULL)
            w = LOAD(f32, f64, part->weight, i);
        vm64 takes_sign = v_and_f64(v_eq_f64(value, zero), v_lt_f64(zero, v_abs_f64(w)));
        vm64 is_one = v_eq_f64(LOAD(f32, f64, part->labels, i), one);
        vf64 signed_zero = v_mul_f64(v_select_f64(is_one, v_set_f64(-0.0), zero), w);
        STORE(f64, f64, part->value, i, v_select_f64(takes_sign, signed_zero, value));
    }
}

#endif
