/* Logits beyond MOST_PAIRED, read by kernels/paired_kernels.h: to 2^-60 log(1 + E), q and q (1 - q) all are E = e^-|x| there,
 * for which double has the exponents, and digits to spare. With coefficients a of softplus(x) and b of softplus(-x), and c
 * the one on the wrong side:
 *   loss      c |x| + (a + b) E
 *   gradient  sign(x) (c - (a + b) E)
 *   Hessian   (a + b) E */

/* What they are computed from, kept before results take its place; a logit of 0 where something else computes. */
struct paired_large { f32 logits[PAIRED_BLOCK], labels[PAIRED_BLOCK], weight[PAIRED_BLOCK], pos_weight[PAIRED_BLOCK]; };

/* Packs that are computed together, so that few of them are without any. */
enum { LARGE_STEP = (int)LANES_f64 < (int)RUNNING_SUMS ? (int)RUNNING_SUMS : (int)LANES_f64 };
_Static_assert(WHOLE_PACKS % LARGE_STEP == 0, "whole steps");

INLINE void keep(f32 *kept, const f32 *numbers, ptrdiff_t begin, ptrdiff_t end)
{
    for (ptrdiff_t i = begin; i < end && numbers != NULL; i += LANES_f32)
        STORE(f32, f32, kept, i - begin, LOAD(f32, f32, numbers, i));
}

static void keep_operands(const struct paired_part *part, ptrdiff_t begin, ptrdiff_t end, struct paired_large *large)
{
    keep(large->logits, part->logits, begin, end);
    keep(large->labels, part->labels, begin, end);
    keep(large->weight, part->weight, begin, end);
    keep(large->pos_weight, part->pos_weight, begin, end);
    for (ptrdiff_t i = end - begin; i % LARGE_STEP != 0; i++)
        large->logits[i] = 0;
}

INLINE vm64 is_large(vf64 x)
{
    return v_lt_f64(v_set_f64(MOST_PAIRED), v_abs_f64(x));
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

/* A weight of 0 leaves no sign, and 0 of an infinite value. */
INLINE vf64 large_derivative(vf64 slope, vf64 w, vf64 inverse)
{
    return v_mul_f64(v_add_f64(v_mul_f64(slope, w), v_set_f64(0)), inverse);
}

INLINE struct loss_in_narrow large_loss(const struct paired_part *part, const struct paired_large *large, ptrdiff_t i, vf64 E)
{
    vf64 zero = v_set_f64(0), one = v_set_f64(1), inverse = v_set_f64(part->inverse);
    vf64 x = LOAD(f32, f64, large->logits, i), y = LOAD(f32, f64, large->labels, i), t = v_abs_f64(x);
    vf64 w = part->weight == NULL ? one : LOAD(f32, f64, large->weight, i);
    vf64 p = part->pos_weight == NULL ? one : LOAD(f32, f64, large->pos_weight, i);
    vf64 a = large_share(part, v_sub_f64(one, y)), b = v_mul_f64(large_share(part, y), p);
    vm64 left = v_lt_f64(x, zero);
    vf64 c = v_select_f64(left, b, a), curved = v_mul_f64(v_add_f64(a, b), E);
    vf64 slope = v_sub_f64(c, curved), value = v_add_f64(times_in_narrow(c, t), curved);
    return (struct loss_in_narrow){times_in_narrow(w, value),
                                   large_derivative(v_select_f64(left, v_neg_f64(slope), slope), w, inverse),
                                   large_derivative(curved, w, inverse)};
}

/* The values of large logits; nothing where others are. */
INLINE void add_large_values(const struct paired_part *part, ptrdiff_t i, const f64 *values)
{
    for (ptrdiff_t k = 0; k < LARGE_STEP; k++)
        part->sums->rest[(i + k) % RUNNING_SUMS] += values[k];
}

INLINE void write_where(vm64 large, f64 *to, ptrdiff_t i, vf64 numbers)
{
    STORE(f64, f64, to, i, v_select_f64(large, numbers, LOAD(f64, f64, to, i)));
}

INLINE void write_large_derivative(const struct paired_part *part, vm64 large, void *to, ptrdiff_t i, vf64 derivative)
{
    if (part->rounds_derivatives)
        STORE(f32, f64, to, i, v_select_f64(large, derivative, LOAD(f32, f64, to, i)));
    else
        write_where(large, to, i, derivative);
}

INLINE int any_large(const struct paired_large *large, ptrdiff_t i)
{
    vf64 most = v_set_f64(0);
    for (ptrdiff_t k = i; k < i + LARGE_STEP; k += LANES_f64)
        most = v_max_f64(v_abs_f64(LOAD(f32, f64, large->logits, k)), most);
    return v_any_f64(is_large(most));
}

/* Element i, `at` of those kept, and those that fill a pack with it; `values` hold E, and then what is to be added up. */
INLINE void compute_large_pack(const struct paired_part *part, ptrdiff_t i, const struct paired_large *large, ptrdiff_t at,
                               f64 *values)
{
    vm64 is = is_large(LOAD(f32, f64, large->logits, at));
    struct loss_in_narrow loss = large_loss(part, large, at, LOAD(f64, f64, values, 0));
    if (part->sums != NULL)
        STORE(f64, f64, values, 0, v_select_f64(is, loss.value, v_set_f64(0)));
    else if (part->wants & PAIRED_value)
        write_where(is, part->value, i, loss.value);
    if (part->wants & PAIRED_gradient)
        write_large_derivative(part, is, part->gradient, i, loss.gradient);
    if (part->wants & PAIRED_hessian)
        write_large_derivative(part, is, part->hessian, i, loss.hessian);
}

/* In two loops, whose chains are short enough to overlap. Single numbers are looked at one by one, as their fused operations
 * may be calls. */
INLINE void compute_large_step(const struct paired_part *part, ptrdiff_t begin, const struct paired_large *large, ptrdiff_t at)
{
    f64 values[LARGE_STEP];
    for (ptrdiff_t k = 0; k < LARGE_STEP; k += LANES_f64) {
        vf64 t = v_abs_f64(LOAD(f32, f64, large->logits, at + k)), zero = v_set_f64(0);
        STORE(f64, f64, values, k, LANES_f64 == 1 && !v_any_f64(is_large(t)) ? zero : exp_of_large(t));
    }
    for (ptrdiff_t k = 0; k < LARGE_STEP; k += LANES_f64)
        compute_large_pack(part, begin + k, large, at + k, values + k);
    if (part->sums != NULL)
        add_large_values(part, begin, values);
}

/* Elements `begin` to `end`, kept in `large` from its start on. */
static NEVER_INLINE void compute_large(const struct paired_part *whole, ptrdiff_t begin, ptrdiff_t end,
                                       const struct paired_large *large)
{
    const struct paired_part part = *whole; /* which no store changes */
    for (ptrdiff_t i = 0; i < end - begin; i += LARGE_STEP)
        if (any_large(large, i))
            compute_large_step(&part, begin + i, large, i);
}
