/* The losses in the working precision wide of moderate logits, over math/moderate.h: labels in [0, 1], factors of ordinary
 * size.
 *
 * With t = |x|, E = e^-t, q = E / (1 + E), coefficients a of softplus(x) and b of softplus(-x), and c the one on the wrong
 * side, a right of zero and b left of it:
 *   loss     = c t + (a + b) log(1 + E)
 *   gradient = sign(x) (c - (a + b) q)      c = 0 on the right side of a hard label: q to full relative accuracy
 *   Hessian  = (a + b) q (1 - q) */

INLINE vm64 is_moderate_in_wide(vf64 x, vf64 y)
{
    return v_and_f64(is_moderate(x), v_and_f64(v_le_f64(v_set_f64(0), y), v_le_f64(y, v_set_f64(1))));
}

INLINE struct loss_in_wide loss_select_in_wide(vm64 m, struct loss_in_wide a, struct loss_in_wide b)
{
    return (struct loss_in_wide){v_select_f64(m, a.value, b.value), v_select_f64(m, a.gradient, b.gradient),
                                 v_select_f64(m, a.hessian, b.hessian)};
}

/* The parts that a + b multiplies: log(1 + E), q and q (1 - q). */
struct moderate_parts { struct pair log_one_plus, q, slope; };

INLINE struct moderate_parts moderate_parts_of(struct first_pass_in_wide first)
{
    vf64 inverse = inverse_of_one_plus(first.e);
    struct pair q = sigma_of_minus(first.e, inverse);
    return (struct moderate_parts){log_one_plus_moderate(first, inverse), q, sigma_slope(q)};
}

/* The parts multiplied, and the linear one added. The sign of a zero gradient is that of a difference. */
INLINE struct loss_in_wide moderate_loss(struct moderate_parts parts, vf64 x, struct pair a, struct pair b)
{
    vm64 left = v_lt_f64(x, v_set_f64(0));
    struct pair c = pair_select(left, b, a), minus_q = {v_neg_f64(parts.q.hi), v_neg_f64(parts.q.lo)};
    struct pair linear = pair_scale(c, v_abs_f64(x));
    vf64 slope = pair_sum(pair_add(c, minus_q));
    return (struct loss_in_wide){pair_sum(pair_add(linear, parts.log_one_plus)),
                                 v_select_f64(left, v_neg_f64(slope), slope), pair_sum(parts.slope)};
}

/* a = 1 - y, b = y, a + b = 1 */
INLINE struct loss_in_wide labelled_moderate_in_wide(struct first_pass_in_wide first, vf64 x, vf64 y)
{
    return moderate_loss(moderate_parts_of(first), x, one_minus(y), pair_of(y));
}

INLINE vm64 are_moderate_factors_in_wide(vf64 w, vf64 p)
{
    vf64 most = v_set_f64(MOST_ORDINARY);
    return v_and_f64(v_le_f64(v_abs_f64(w), most), v_le_f64(v_abs_f64(p), most));
}

INLINE struct pair smoothed_pair(struct pair share, vf64 s)
{
    struct pair half = pair_of(v_mul_f64(s, v_set_f64(0.5)));
    return pair_add(pair_mul(share, one_minus(s)), half);
}

/* a = w smoothed(1 - y), b = w p smoothed(y). Without smoothing the same bits for less. */
INLINE struct loss_in_wide weighted_parts(struct moderate_parts parts, vf64 x, vf64 y, vf64 w, vf64 p, vf64 s)
{
    vf64 zero = v_set_f64(0);
    struct pair a = one_minus(y), b = pair_of(y);
    if (!v_all_f64(v_eq_f64(s, zero))) {
        a = smoothed_pair(a, s);
        b = smoothed_pair(b, s);
    }
    a = pair_scale(a, w);
    b = pair_scale(pair_scale(b, p), w);
    struct pair both = pair_add(a, b);
    struct pair L = fast_two_sum(parts.log_one_plus.hi, parts.log_one_plus.lo);
    struct moderate_parts weighed = {pair_mul(both, L), pair_mul(both, parts.q), pair_mul(both, parts.slope)};
    struct loss_in_wide loss = moderate_loss(weighed, x, a, b);
    loss.gradient = v_add_f64(loss.gradient, zero); /* without weight it is 0, not -0 */
    return loss;
}

INLINE struct loss_in_wide weighted_moderate_in_wide(struct first_pass_in_wide first, vf64 x, vf64 y, vf64 w, vf64 p,
                                                     vf64 s)
{
    return weighted_parts(moderate_parts_of(first), x, y, w, p, s);
}
