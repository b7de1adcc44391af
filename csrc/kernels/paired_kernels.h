/* The kernels of losses worked in pairs of floats, over math/paired.h: <form>_<outputs>_in_paired_kernel. Those of the rows
 * whose elements they are come after it, in kernels/paired_rows.h.
 *
 * In two passes through a block that stays in the first-level cache, e^-|x| in the first: each chain of latency is then
 * short enough for a processor to overlap a few of them, which one pass of a hundred instructions is not. */

enum { PAIRED_BLOCK = 256 };
_Static_assert(PAIRED_BLOCK % WHOLE_PACKS == 0 && PAIRED_BLOCK % LANES_f32 == 0, "whole packs");

/* What a kernel is to compute, together, and of which form. */
enum { PAIRED_value = 1, PAIRED_gradient = 2, PAIRED_hessian = 4 };
enum { PAIRED_plain = 0, PAIRED_weighted = 8, PAIRED_probability = 16 };
enum {
    PAIRED_value_and_gradient = PAIRED_value | PAIRED_gradient,
    PAIRED_gradient_and_hessian = PAIRED_gradient | PAIRED_hessian,
};

/* What the first pass leaves to the second, and then, in its place, the values of that: linear + (curved + low). */
struct paired_block {
    union { f32 hi[PAIRED_BLOCK], linear[PAIRED_BLOCK]; };
    union { f32 lo[PAIRED_BLOCK], curved[PAIRED_BLOCK]; };
    union { f32 s[PAIRED_BLOCK], low[PAIRED_BLOCK]; };
};

/* Where a part of a block is read from and written to; for the meaning of most see struct loss_block. */
struct paired_part {
    const f32 *logits, *labels, *weight, *pos_weight;
    const f64 *wide_labels, *wide_weight, *wide_pos_weight;
    f64 *value;
    void *gradient, *hessian; /* rounded to floats, or left in doubles */
    int wants, rounds_derivatives, divides, divides_in_pairs, smooths;
    f64 inverse; /* of the divisor */
    f32 most_logit; /* with middling factors */
    f32 scale[2], smoothed_rest[2], smoothed_half[2]; /* pairs: one over the divisor, 1 - s, s/2 */
    f32 least_weight;
    struct running_sums *sums;
    ptrdiff_t done; /* elements before this part, of those that they are for */
    const struct loss_block *block;
};

INLINE struct float_pair pair_at(const f32 words[2])
{
    return (struct float_pair){v_set_f32(words[0]), v_set_f32(words[1])};
}

/* ---- what pairs hold ----
 * Products of factors within these bounds are normal numbers, and so is all that counts of their low words: e^-MOST_PAIRED
 * is 2^-60.6, which times a pos_weight and a weight over a divisor is 2^-117.6 at least, and 2^126 is the most. */
#define LEAST_PAIRED_DIVISOR 0x1p-26
#define MOST_PAIRED_DIVISOR 0x1p36
#define LEAST_PAIRED_POS_WEIGHT 0x1p-10f
#define MOST_PAIRED_POS_WEIGHT 0x1p40f
#define LEAST_PAIRED_WEIGHT 0x1p-47 /* times the divisor, where this is more than 1; of probabilities more */
#define LEAST_PAIRED_WEIGHT_OF_PROBABILITY 0x1p-37
#define MOST_PAIRED_WEIGHT 0x1p60f

/* With middling factors, logits may be larger: words below 2^-149 are lost, which of results from 2^-118 on is 2^-32. e^-78
 * times these is 2^-117.5; a divisor of 2^n takes 0.7 n off the logit. */
#define MOST_PAIRED_OF_MIDDLING 78
#define LEAST_MIDDLING_WEIGHT 0x1p-3f
#define LEAST_MIDDLING_POS_WEIGHT 0x1p-2f

static f32 most_logit_over(f64 divisor)
{
    int exponent;
    frexp(divisor, &exponent);
    return exponent > 0 ? MOST_PAIRED_OF_MIDDLING - 0.7f * (f32)exponent : MOST_PAIRED_OF_MIDDLING;
}

static int divides_in_pairs(const struct loss_block *block)
{
    const f64 *divisor = block->divisor;
    return divisor == NULL || (*divisor >= LEAST_PAIRED_DIVISOR && *divisor <= MOST_PAIRED_DIVISOR);
}

/* Whether these may be beyond their bounds. */
struct paired_outside { int logits, nans, labels, factors; };

/* The largest of the numbers seen, and the smallest. */
struct paired_extent { vf32 largest, smallest; };

INLINE struct paired_extent extended_by(struct paired_extent extent, vf32 size)
{
    return (struct paired_extent){v_max_bits_f32(extent.largest, size), v_min_f32(extent.smallest, size)};
}

INLINE int leaves(struct paired_extent extent, f32 least, f32 most)
{
    return v_any_bits_above_f32(extent.largest, most) || v_any_f32(v_lt_f32(extent.smallest, v_set_f32(least)));
}

/* Whether weights, 0 aside, or pos_weights do; nan does. */
static int any_factor_outside(const struct paired_part *part, ptrdiff_t n)
{
    vf32 zero = v_set_f32(0), one = v_set_f32(1);
    struct paired_extent weights = {one, one}, pos_weights = {one, one};
    ptrdiff_t weighted = part->weight == NULL ? 0 : n, pos_weighted = part->pos_weight == NULL ? 0 : n;
    for (ptrdiff_t i = 0; i < weighted; i += LANES_f32) {
        vf32 size = v_abs_f32(LOAD(f32, f32, part->weight, i));
        weights = extended_by(weights, v_select_f32(v_eq_f32(size, zero), one, size));
    }
    for (ptrdiff_t i = 0; i < pos_weighted; i += LANES_f32)
        pos_weights = extended_by(pos_weights, LOAD(f32, f32, part->pos_weight, i));
    return leaves(weights, part->least_weight, MOST_PAIRED_WEIGHT)
           || leaves(pos_weights, LEAST_PAIRED_POS_WEIGHT, MOST_PAIRED_POS_WEIGHT);
}

/* ---- the first pass ---- */

INLINE struct paired_outside first_pass(int wants, const struct paired_part *part, ptrdiff_t n, struct paired_block *block)
{
    vf32 logits = v_set_f32(0), labels = v_set_f32(0);
    for (ptrdiff_t i = 0; i < n; i += LANES_f32) {
        vf32 t = v_abs_f32(LOAD(f32, f32, part->logits, i));
        struct float_pair E = exp_of_minus_in_paired(t);
        STORE(f32, f32, block->hi, i, E.hi);
        STORE(f32, f32, block->lo, i, E.lo);
        if (wants & PAIRED_value)
            STORE(f32, f32, block->s, i, atanh_argument_in_paired(E));
        logits = v_max_bits_f32(logits, t);
        labels = v_max_bits_f32(labels, LOAD(f32, f32, part->labels, i));
    }
    f32 most = wants & PAIRED_weighted ? (f32)MOST_PAIRED : part->most_logit;
    return (struct paired_outside){v_any_bits_above_f32(logits, most), v_any_bits_above_f32(logits, INFINITY),
                                   v_any_bits_above_f32(labels, 1), (wants & PAIRED_weighted) && any_factor_outside(part, n)};
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

INLINE void deliver_pack(enum paired_values values, struct paired_block *block, f64 *high, f32 *low, ptrdiff_t i,
                         struct paired_value value)
{
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
    struct float_pair c = wrong_share_in_paired(x, of.shares);
    if (wants & PAIRED_value) {
        struct float_pair curved = log_one_plus_in_paired(E, inverse, LOAD(f32, f32, block->s, i));
        struct paired_value value = loss_value_in_paired(has_sum ? scaled_in_paired(curved, of.sum) : curved, x, c);
        if (weighted && part->weight != NULL)
            value = value_times_in_paired(value, LOAD(f32, f32, part->weight, i));
        deliver_pack(values, block, high, low, i, value);
    }
    if (wants & PAIRED_gradient)
        write_pair(wants, part, part->gradient, i,
                   has_sum ? weighed_slope_in_paired(E, inverse, c, of.sum) : loss_slope_in_paired(E, inverse, c), x);
    if (wants & PAIRED_hessian) {
        struct float_pair hessian = loss_hessian_in_paired(E, inverse);
        write_pair(wants, part, part->hessian, i, has_sum ? scaled_in_paired(hessian, of.sum) : hessian, v_set_f32(0));
    }
}

#include "kernels/paired_probability.h"

/* A running sum stays in its register where the compiler sees which one it is. */
INLINE void second_pass(int wants, enum paired_values values, const struct paired_part *whole, ptrdiff_t begin,
                        ptrdiff_t end, struct paired_block *block)
{
    const ptrdiff_t step = values == VALUES_are_added && (int)LANES_f32 < (int)RUNNING_SUMS ? RUNNING_SUMS : LANES_f32;
    const struct paired_part part = *whole; /* which no store changes */
    f64 high[RUNNING_SUMS] = {0};
    f32 low[RUNNING_SUMS] = {0};
    if (values == VALUES_are_added) {
        memcpy(high, part.sums->high, sizeof high);
        memcpy(low, part.sums->low, sizeof low);
    }
    for (ptrdiff_t i = begin; i < end; i += step) {
        ELEMENTS_ARE_INDEPENDENT
        for (ptrdiff_t j = 0; j < step; j += LANES_f32)
            if (wants & PAIRED_probability)
                deliver_pack(values, block, high + j, low + j, i + j, bce_at(&part, i + j));
            else
                second_pass_at(wants, values, &part, i + j, block, high + j, low + j);
    }
    if (values == VALUES_are_added) {
        memcpy(part.sums->high, high, sizeof high);
        memcpy(part.sums->low, low, sizeof low);
    }
}

#include "kernels/paired_large.h"
#include "kernels/paired_values.h"
#include "kernels/paired_rest.h"

/* ---- blocks ---- */

/* `values` are added where they can be, if they may. */
INLINE void compute_pairs(int wants, enum paired_values values, const struct paired_part *part, ptrdiff_t n,
                          struct paired_large *large, struct paired_block *block)
{
    if (values == VALUES_are_added && (wants & PAIRED_value) && all_are_added(part, n)) {
        second_pass(wants, VALUES_are_added, part, 0, n, block);
        return;
    }
    second_pass(wants, VALUES_wait, part, 0, n, block);
    if (wants & PAIRED_value)
        deliver_values(part, 0, n, large, block);
}

/* Elements of which some are put aside. Seldom run, it stands once for all kernels. */
static NEVER_INLINE void compute_mixed(const struct paired_part *part, int factors_are_held, ptrdiff_t n,
                                       struct paired_block *block)
{
    struct paired_large large;
    struct paired_rest rest;
    for (ptrdiff_t i = 0; i < n; i += WHOLE_PACKS) {
        ptrdiff_t end = i + WHOLE_PACKS < n ? i + WHOLE_PACKS : n;
        struct paired_part others = *part;
        others.logits = keep_operands(part, i, end, &large, block);
        put_rest_aside(part, factors_are_held, i, end, &large, &rest);
        if (rest.count < end - i)
            second_pass(part->wants, VALUES_wait, &others, i, end, block);
        for (ptrdiff_t k = 0; k < rest.count; k++)
            drop_value(block, i + rest.at[k]);
        if (part->wants & PAIRED_value)
            deliver_values(part, i, end, &large, block);
        compute_large(part, i, end, &large);
        if (rest.count > 0)
            compute_rest(part, i, &rest);
    }
}

/* At most PAIRED_BLOCK elements. Returns whether a label, or a probability, may lie outside [0, 1]. */
INLINE int compute_part(int wants, enum paired_values values, const struct paired_part *part, ptrdiff_t n)
{
    struct paired_block block;
    struct paired_outside outside = wants & PAIRED_probability ? find_outside_probabilities(part, n)
                                                               : first_pass(wants, part, n, &block);
    int has_wide = part->wide_labels != NULL || part->wide_weight != NULL || part->wide_pos_weight != NULL;
    int factors_are_held = !outside.factors && !has_wide && part->divides_in_pairs;
    int is_mixed = outside.nans || outside.labels || !factors_are_held, has_large = !is_mixed && outside.logits;
    struct paired_large large;
    struct paired_part others = *part;
    if (RARELY(is_mixed))
        compute_mixed(part, factors_are_held, n, &block);
    else {
        if (RARELY(has_large))
            others.logits = keep_operands(part, 0, n, &large, &block);
        compute_pairs(wants, values, &others, n, has_large ? &large : NULL, &block);
        if (RARELY(has_large))
            compute_large(part, 0, n, &large);
    }
    int has_domain = wants & PAIRED_probability; /* as labels have */
    return outside.labels || part->wide_labels != NULL || (has_domain && outside.logits);
}

static void split_in_two(f32 words[2], f64 number)
{
    words[0] = (f32)number;
    words[1] = (f32)(number - words[0]);
}

static struct paired_part part_of(int wants, const struct loss_block *block)
{
    struct paired_part part = {
        .logits = block->logits, .labels = block->labels, .wide_labels = block->wide_labels, .value = block->value,
        .gradient = block->gradient, .hessian = block->hessian, .rounds_derivatives = block->rounds_derivatives,
        .wants = wants, .divides = block->divisor != NULL, .divides_in_pairs = divides_in_pairs(block), .sums = block->sums, .block = block,
    };
    f64 divisor = block->divisor == NULL ? 1 : *(const f64 *)block->divisor;
    part.inverse = 1 / divisor;
    part.most_logit = most_logit_over(divisor);
    split_in_two(part.scale, part.inverse);
    if (wants & PAIRED_probability) {
        part.weight = block->weight;
        part.wide_weight = block->wide_weight;
        part.least_weight = (f32)LEAST_PAIRED_WEIGHT_OF_PROBABILITY;
    }
    if (!(wants & PAIRED_weighted))
        return part;
    f64 smoothing = *(const f64 *)block->options;
    split_in_two(part.smoothed_rest, 1 - smoothing);
    split_in_two(part.smoothed_half, smoothing / 2);
    part.smooths = smoothing != 0;
    part.weight = block->weight;
    part.pos_weight = block->pos_weight;
    part.wide_weight = block->wide_weight;
    part.wide_pos_weight = block->wide_pos_weight;
    part.least_weight = (f32)(divisor > 1 ? LEAST_PAIRED_WEIGHT * divisor : LEAST_PAIRED_WEIGHT);
    return part;
}

static const f32 *f32_from(const f32 *numbers, ptrdiff_t n)
{
    return numbers == NULL ? NULL : numbers + n;
}

static const f64 *f64_from(const f64 *numbers, ptrdiff_t n)
{
    return numbers == NULL ? NULL : numbers + n;
}

static void advance(struct paired_part *part, ptrdiff_t n)
{
    ptrdiff_t bytes = n * (ptrdiff_t)(part->rounds_derivatives ? sizeof(f32) : sizeof(f64));
    part->logits += n;
    part->labels += n;
    part->weight = f32_from(part->weight, n);
    part->pos_weight = f32_from(part->pos_weight, n);
    part->wide_labels = f64_from(part->wide_labels, n);
    part->wide_weight = f64_from(part->wide_weight, n);
    part->wide_pos_weight = f64_from(part->wide_pos_weight, n);
    part->done += n;
    part->value = part->value == NULL ? NULL : part->value + n;
    part->gradient = part->gradient == NULL ? NULL : (char *)part->gradient + bytes;
    part->hessian = part->hessian == NULL ? NULL : (char *)part->hessian + bytes;
}

INLINE int compute_paired(int wants, const struct loss_block *block, ptrdiff_t n)
{
    /* values beside Hessians are seldom wanted: a third text would be long */
    enum paired_values values = wants & PAIRED_hessian ? VALUES_wait : VALUES_are_added;
    struct paired_part part = part_of(wants, block);
    int outside = 0;
    for (; n > 0; n -= PAIRED_BLOCK) {
        ptrdiff_t count = n < PAIRED_BLOCK ? n : PAIRED_BLOCK;
        outside |= compute_part(wants, values, &part, count);
        advance(&part, count);
    }
    return outside;
}

#define LOSS(form, outputs)                                                                     \
    static int form##_##outputs##_in_paired_kernel(const struct loss_block *block, ptrdiff_t n) \
    {                                                                                           \
        int with_value = block->value != NULL ? PAIRED_value : 0;                               \
        return compute_paired(PAIRED_##form | PAIRED_##outputs | with_value, block, n);         \
    }
PAIRED_LOSSES(LOSS)
#undef LOSS

#include "kernels/paired_rows.h"
