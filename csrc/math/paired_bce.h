/* The cross entropy of probabilities in pairs of floats, -y log p - (1 - y) log(1 - p), for p of 0 or LEAST_PAIRED_PROBABILITY
 * to 1 and labels in [0, 1]; over math/paired.h. A logarithm of 0 is cut at -100.
 *
 * log u = k ln 2 + 2 atanh(s), s = f / (2 + f), u = 2^k (1 + f) with 1 + f in [3/4, 3/2): the f of 1 - p is -p itself where
 * k = 0. */

/* What is below p = -log(1 - p) has no low word. */
#define LEAST_PAIRED_PROBABILITY 0x1p-80f

/* -log of u = 2^k (1 + f + f_low) */
INLINE struct float_pair minus_log_in_paired(vf32 k, vf32 f, vf32 f_low)
{
    static const float series[] = {0x1.555556p-2f, 0x1.999a6ep-3f, 0x1.242bd4p-3f, 0x1.e68266p-4f};
    vf32 s = v_div_f32(f, v_add_f32(f, v_set_f32(2))), twice = v_add_f32(s, s), z = v_mul_f32(s, s);
    vf32 slope = v_sub_f32(v_set_f32(1), s);
    vf32 remainder = v_fma_f32(f_low, slope, v_fnma_f32(s, f, v_sub_f32(f, twice)));
    vf32 rest = v_fma_f32(remainder, slope, v_mul_f32(v_mul_f32(twice, z), horner_f32(z, series, 4)));

    vf32 ln2_high = v_set_f32(0x1.62e4p-1f), ln2_low = v_set_f32(0x1.7f7d1cp-20f);
    vf32 hi = v_fma_f32(k, ln2_high, twice), lost = v_sub_f32(twice, v_fnma_f32(k, ln2_high, hi));
    vf32 lo = v_add_f32(v_fma_f32(k, ln2_low, lost), rest);
    return (struct float_pair){v_neg_f32(hi), v_neg_f32(lo)};
}

/* The same, 100 where u is 0; `near_one` is u - 1, as it is known where k = 0, and `lost` what u has been rounded by. */
INLINE struct float_pair minus_log_cut_in_paired(vf32 u, vf32 near_one, vf32 lost)
{
    vf32 zero = v_set_f32(0), one = v_set_f32(1);
    vf32 k = v_sub_f32(v_exponent_gap_f32(u, one), v_set_f32(ROUND_TO_INTEGER_f32));
    vm32 is_near = v_eq_f32(k, zero), is_zero = v_eq_f32(u, zero);
    vf32 scaled = v_times_exp2_f32(u, v_neg_f32(k));
    vf32 f = v_select_f32(is_near, near_one, v_sub_f32(scaled, one));
    vf32 f_low = v_select_f32(is_near, zero, v_add_f32(lost, lost)); /* below 1/2 nothing is lost */
    struct float_pair l = minus_log_in_paired(k, f, f_low);
    return (struct float_pair){v_select_f32(is_zero, v_set_f32(100), l.hi), v_select_f32(is_zero, zero, l.lo)};
}

/* 1 - p and what it has been rounded by */
INLINE struct float_pair rest_of_probability(vf32 p)
{
    vf32 one = v_set_f32(1), q = v_sub_f32(one, p);
    return (struct float_pair){q, v_sub_f32(v_sub_f32(one, q), p)};
}

INLINE struct paired_value bce_in_paired(vf32 p, vf32 y)
{
    struct float_pair q = rest_of_probability(p), not_y = shares_in_paired(y).negative;
    struct float_pair of_p = minus_log_cut_in_paired(p, v_sub_f32(p, v_set_f32(1)), v_set_f32(0));
    struct float_pair of_q = minus_log_cut_in_paired(q.hi, v_neg_f32(p), q.lo);
    struct float_pair first = scaled_in_paired(of_q, not_y), second = times_in_paired(of_p, y);
    return (struct paired_value){first.hi, second.hi, v_add_f32(first.lo, second.lo)};
}

/* For labels of 0 and 1 one logarithm does: the same bits, once the words are added. */
INLINE struct paired_value bce_of_hard_label_in_paired(vf32 p, vf32 y)
{
    vf32 zero = v_set_f32(0), one = v_set_f32(1);
    vm32 is_one = v_eq_f32(y, one);
    struct float_pair q = rest_of_probability(p);
    struct float_pair l = minus_log_cut_in_paired(v_select_f32(is_one, p, q.hi),
                                                  v_select_f32(is_one, v_sub_f32(p, one), v_neg_f32(p)),
                                                  v_select_f32(is_one, zero, q.lo));
    return (struct paired_value){l.hi, zero, l.lo};
}
