/* The focal loss of moderate logits: its parts out of one exponential, each good to an ULP or two. */

INLINE struct focal_parts_in_wide focal_parts_of_moderate(struct moderate_parts parts, vf64 x, struct shares_in_wide share,
                                                          struct loss_in_wide L)
{
    vf64 lower = pair_sum(parts.q), upper = v_sub_f64(v_set_f64(1), lower), t = v_abs_f64(x);
    vm64 left = v_lt_f64(x, v_set_f64(0));
    vf64 positive = v_select_f64(left, lower, upper), negative = v_select_f64(left, upper, lower); /* sigma(x), sigma(-x) */
    vf64 m = v_fma_f64(share.negative, positive, v_mul_f64(share.positive, negative));
    vf64 wrong_side = v_select_f64(left, share.positive, share.negative);
    vf64 r = where_zero_in_wide(wrong_side, upper, v_div_f64(pair_sum(parts.slope), m));
    vf64 log_lower = v_neg_f64(pair_sum(pair_add(pair_of(t), parts.log_one_plus)));
    vf64 log_m = where_zero_in_wide(wrong_side, log_lower, log_in_wide(m));
    return (struct focal_parts_in_wide){L, m, log_m, r, v_sub_f64(negative, positive)};
}

INLINE struct loss_in_wide focal_moderate_in_wide(struct first_pass_in_wide first, vf64 x, vf64 y, vf64 w, vf64 p,
                                                  const f64 *options)
{
    vf64 s = v_set_f64(options[0]);
    struct shares_in_wide share = shares_of_in_wide(y, s);
    struct moderate_parts parts = moderate_parts_of(first);
    struct loss_in_wide L = weighted_parts(parts, x, y, v_set_f64(1), p, s);
    return modulated_in_wide(focal_parts_of_moderate(parts, x, share, L), share, w, options);
}
