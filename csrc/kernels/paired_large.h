/* Logits that are too large for pairs: to 2^-60 log(1 + E), q and q (1 - q) are all E = e^-|x| there, for which double has
 * the exponents, and digits to spare. With coefficients a of softplus(x) and b of softplus(-x), and c the one on the wrong
 * side:
 *   loss      c |x| + (a + b) E
 *   gradient  sign(x) (c - (a + b) E)
 *   Hessian   (a + b) E */
#ifndef PYSIGMOID_PAIRED_LARGE_H
#define PYSIGMOID_PAIRED_LARGE_H

#include "kernels/paired_part.h"

/* What they are computed from, kept before results take its place; a logit of 0 where pairs or something else
 * compute. */
struct paired_large {
    f32 logits[PAIRED_BLOCK], labels[PAIRED_BLOCK], weight[PAIRED_BLOCK], pos_weight[PAIRED_BLOCK];
    f32 others[PAIRED_BLOCK]; /* the other logits */
};

/* Packs that are computed together, so that few of them are without any. */
enum { LARGE_STEP = (int)LANES_f64 < (int)RUNNING_SUMS ? (int)RUNNING_SUMS : (int)LANES_f64 };
_Static_assert(WHOLE_PACKS % LARGE_STEP == 0, "whole steps");

INLINE void keep(f32 *kept, const f32 *numbers, ptrdiff_t begin, ptrdiff_t end)
{
    if (numbers == NULL)
        return;
    for (ptrdiff_t i = begin; i < end; i += LANES_f32)
        STORE(f32, f32, kept, i, LOAD(f32, f32, numbers, i));
}

/* The largest logits that pairs hold here. */
INLINE vf32 most_logits_at(const struct paired_part *part, ptrdiff_t i)
{
    vf32 least = v_set_f32(MOST_PAIRED), most = v_set_f32(part->most_logit);
    if (part->weight != NULL) {
        vf32 size = v_abs_f32(LOAD(f32, f32, part->weight, i)), zero = v_set_f32(0);
        size = v_select_f32(v_eq_f32(size, zero), most, size);
        most = v_select_f32(v_lt_f32(size, v_set_f32(LEAST_MIDDLING_WEIGHT)), least, most);
    }
    if (part->pos_weight != NULL) {
        vf32 p = LOAD(f32, f32, part->pos_weight, i);
        most = v_select_f32(v_lt_f32(p, v_set_f32(LEAST_MIDDLING_POS_WEIGHT)), least, most);
    }
    return most;
}

INLINE void clear_unless(vm32 mask, f32 *numbers, ptrdiff_t i)
{
    STORE(f32, f32, numbers, i, v_select_f32(mask, LOAD(f32, f32, numbers, i), v_set_f32(0)));
}

/* Returns what pairs see of the logits: 0 in place of large ones, and E likewise, so that nothing is left of them, no
 * subnormal number on the way either (which takes up to four times as long). */
static NEVER_INLINE const f32 *keep_operands(const struct paired_part *part, ptrdiff_t begin, ptrdiff_t end,
                                             struct paired_large *large, struct paired_block *block)
{
    for (ptrdiff_t i = begin; i < end; i += LANES_f32) {
        vf32 x = LOAD(f32, f32, part->logits, i), zero = v_set_f32(0);
        vm32 is_held = v_le_f32(v_abs_f32(x), most_logits_at(part, i));
        STORE(f32, f32, large->logits, i, v_select_f32(is_held, zero, x));
        STORE(f32, f32, large->others, i, v_select_f32(is_held, x, zero));
        clear_unless(is_held, block->hi, i);
        clear_unless(is_held, block->lo, i);
        clear_unless(is_held, block->s, i);
    }
    for (ptrdiff_t i = end; i % LARGE_STEP != 0; i++)
        large->logits[i] = 0;
    keep(large->labels, part->labels, begin, end);
    keep(large->weight, part->weight, begin, end);
    keep(large->pos_weight, part->pos_weight, begin, end);
    return large->others;
}

INLINE vm64 is_large(vf64 x)
{
    return v_lt_f64(v_set_f64(0), v_abs_f64(x));
}

INLINE vf64 large_share(const struct paired_part *part, vf64 share)
{
    if (!part->smooths)
        return share;
    return smoothed_in_narrow(share, v_set_f64(*(const f64 *)part->block->options));
}

/* e^-t to 2^-43 without a division, which would be half the time: beyond 700 it vanishes beside anything a float32 holds.
 * e^r = 1 + r + r^2 (c0 + c1 r + ...) for |r| <= ln(2)/2, the best approximation, to 2^-45.7. */
INLINE vf64 exp_of_large(vf64 t)
{
    vf64 minus_t = v_max_f64(v_set_f64(-700), v_neg_f64(t)), one = v_set_f64(1);
    vf64 z = v_fma_f64(minus_t, v_set_f64(one_over_ln2_f64), v_set_f64(ROUND_TO_INTEGER_f64));
    vf64 n = v_sub_f64(z, v_set_f64(ROUND_TO_INTEGER_f64));
    vf64 r = v_fma_f64(n, v_set_f64(-0x1.62e42fefa39efp-1), minus_t), u = v_mul_f64(r, r), uu = v_mul_f64(u, u);
    vf64 low = v_fma_f64(r, v_set_f64(0x1.5555555589fd2p-3), v_set_f64(0x1.fffffffff13c8p-2));
    vf64 middle = v_fma_f64(r, v_set_f64(0x1.1111108e122c8p-7), v_set_f64(0x1.5555557df4f3cp-5));
    vf64 high = v_fma_f64(r, v_set_f64(0x1.a01b73be83cbfp-13), v_set_f64(0x1.6c163bdbd4c4ep-10));
    vf64 highest = v_fma_f64(r, v_set_f64(0x1.710162d54104bp-19), v_set_f64(0x1.a16e43c9af920p-16));
    vf64 series = v_fma_f64(uu, v_fma_f64(u, highest, high), v_fma_f64(u, middle, low));
    return v_ldexp_biased_f64(v_fma_f64(u, series, v_add_f64(one, r)), z);
}

/* What the outputs of a pack are made of. */
struct large_terms { vm64 is_large, is_left; vf64 t, c, curved, w; };

INLINE struct large_terms large_terms_at(int weighted, const struct paired_part *part, const struct paired_large *large,
                                         ptrdiff_t i, vf64 E)
{
    vf64 x = LOAD(f32, f64, large->logits, i), y = LOAD(f32, f64, large->labels, i), w = v_set_f64(1);
    vf64 a = v_sub_f64(w, y), b = y, t = v_abs_f64(x);
    vm64 is_left = v_lt_f64(x, v_set_f64(0));
    if (weighted) {
        w = part->weight == NULL ? w : LOAD(f32, f64, large->weight, i);
        a = large_share(part, a);
        b = large_share(part, b);
        b = part->pos_weight == NULL ? b : v_mul_f64(b, LOAD(f32, f64, large->pos_weight, i));
        E = v_mul_f64(v_add_f64(a, b), E);
    }
    return (struct large_terms){is_large(x), is_left, t, v_select_f64(is_left, b, a), E, w};
}

INLINE vf64 large_value(int weighted, struct large_terms terms)
{
    vf64 value = v_add_f64(times_in_narrow(terms.c, terms.t), terms.curved);
    return weighted ? times_in_narrow(terms.w, value) : value;
}

INLINE vf64 large_slope(struct large_terms terms)
{
    vf64 slope = v_sub_f64(terms.c, terms.curved);
    return v_select_f64(terms.is_left, v_neg_f64(slope), slope);
}

INLINE void write_where(vm64 mask, f64 *to, ptrdiff_t i, vf64 numbers)
{
    STORE(f64, f64, to, i, v_select_f64(mask, numbers, LOAD(f64, f64, to, i)));
}

/* A weight of 0 leaves no sign. */
INLINE void write_large_derivative(int weighted, const struct paired_part *part, struct large_terms terms, void *to,
                                   ptrdiff_t i, vf64 derivative)
{
    if (weighted)
        derivative = v_add_f64(v_mul_f64(derivative, terms.w), v_set_f64(0));
    if (part->divides)
        derivative = v_mul_f64(derivative, v_set_f64(part->inverse));
    if (part->rounds_derivatives)
        STORE(f32, f64, to, i, v_select_f64(terms.is_large, derivative, LOAD(f32, f64, to, i)));
    else
        write_where(terms.is_large, to, i, derivative);
}

/* The values of large logits; nothing where others are. */
INLINE void add_large_values(const struct paired_part *part, const f64 *values)
{
    for (ptrdiff_t i = 0; i < LARGE_STEP; i += RUNNING_SUMS)
        for (ptrdiff_t k = 0; k < RUNNING_SUMS; k++)
            part->sums->rest[k] += values[i + k];
}

INLINE int any_large(const struct paired_large *large, ptrdiff_t i)
{
    vf64 most = v_set_f64(0);
    for (ptrdiff_t k = i; k < i + LARGE_STEP; k += LANES_f64)
        most = v_max_f64(v_abs_f64(LOAD(f32, f64, large->logits, k)), most);
    return v_any_f64(is_large(most));
}

/* Element i and those that fill a pack with it; `values` hold E, and then what is to be added up. */
INLINE void compute_large_pack(int weighted, const struct paired_part *part, const struct paired_large *large, ptrdiff_t i,
                               f64 *values)
{
    struct large_terms terms = large_terms_at(weighted, part, large, i, LOAD(f64, f64, values, 0));
    if (part->sums != NULL)
        STORE(f64, f64, values, 0, v_select_f64(terms.is_large, large_value(weighted, terms), v_set_f64(0)));
    else if (part->wants & PAIRED_value)
        write_where(terms.is_large, part->value, i, large_value(weighted, terms));
    if (part->wants & PAIRED_gradient)
        write_large_derivative(weighted, part, terms, part->gradient, i, large_slope(terms));
    if (part->wants & PAIRED_hessian)
        write_large_derivative(weighted, part, terms, part->hessian, i, terms.curved);
}

/* In two loops, whose chains are short enough to overlap. Single numbers are looked at one by one, as their fused operations
 * may be calls. */
INLINE void compute_large_step(int weighted, const struct paired_part *part, const struct paired_large *large, ptrdiff_t i,
                               ptrdiff_t end)
{
    f64 values[LARGE_STEP];
    for (ptrdiff_t k = 0; k < LARGE_STEP; k += LANES_f64) {
        vf64 t = v_abs_f64(LOAD(f32, f64, large->logits, i + k)), zero = v_set_f64(0);
        STORE(f64, f64, values, k, LANES_f64 == 1 && !v_any_f64(is_large(t)) ? zero : exp_of_large(t));
    }
    for (ptrdiff_t k = 0; k < LARGE_STEP && i + k < end; k += LANES_f64)
        compute_large_pack(weighted, part, large, i + k, values + k);
    if (part->sums != NULL)
        add_large_values(part, values);
}

static NEVER_INLINE void compute_large(const struct paired_part *whole, ptrdiff_t begin, ptrdiff_t end,
                                       const struct paired_large *large)
{
    const struct paired_part part = *whole; /* which no store changes */
    for (ptrdiff_t i = begin; i < end; i += LARGE_STEP)
        if (any_large(large, i))
            compute_large_step(part.wants & PAIRED_weighted, &part, large, i, end);
}

#endif
