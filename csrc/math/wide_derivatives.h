/* The working precision wide, two outputs: a function and its derivative from one exponential and as few divisions as
 * there are different divisors. */

INLINE vf64 log_sigmoid_derivative_in_wide(vf64 x)
{
    return sigmoid_in_wide(v_neg_f64(x));
}

INLINE vm64 is_negative(vf64 x)
{
    return v_lt_f64(x, v_set_f64(0));
}

INLINE vf64 ordinary_lower_if(vm64 lower, struct sigma sigma)
{
    return pair_sum(pair_select(lower, sigma.lower.value, sigma.upper));
}

INLINE void sigmoid_and_derivative_in_wide(vf64 x, vf64 *value, vf64 *derivative)
{
    struct sigma sigma = both_ordinary_sigmas(exp_neg_abs_ordinary(x));
    *value = ordinary_lower_if(is_negative(x), sigma);
    *derivative = pair_sum(pair_mul(sigma.lower.value, sigma.upper));
    if (!V_BRANCHES_PAY || RARELY(any_extraordinary(x))) {
        *value = sigmoid_anywhere_in_wide(x);
        *derivative = sigmoid_derivative_anywhere_in_wide(x);
    }
}

INLINE void softplus_and_derivative_in_wide(vf64 x, vf64 *value, vf64 *derivative)
{
    struct pair e = exp_neg_abs_ordinary(x), log_one_plus_e = log_one_plus_pair(e);
    vf64 right = pair_sum(pair_add(pair_of(x), log_one_plus_e));
    *value = v_select_f64(v_le_f64(x, v_set_f64(0)), pair_sum(log_one_plus_e), right);
    *derivative = ordinary_lower_if(is_negative(x), both_ordinary_sigmas(e));
    if (!V_BRANCHES_PAY || RARELY(any_extraordinary(x))) {
        *value = softplus_anywhere_in_wide(x);
        *derivative = sigmoid_anywhere_in_wide(x);
    }
}

/* -softplus(-x) and the slope of softplus at -x */
INLINE void log_sigmoid_and_derivative_in_wide(vf64 x, vf64 *value, vf64 *derivative)
{
    vf64 softplus;
    softplus_and_derivative_in_wide(v_neg_f64(x), &softplus, derivative);
    *value = v_neg_f64(softplus);
}

INLINE void silu_and_derivative_in_wide(vf64 x, vf64 *value, vf64 *derivative)
{
    struct sigma ordinary = both_ordinary_sigmas(exp_neg_abs_ordinary(x));
    *value = silu_of_ordinary(x, pair_select(is_negative(x), ordinary.lower.value, ordinary.upper));
    *derivative = silu_derivative_of_ordinary(ordinary, x);
    if (!V_BRANCHES_PAY || RARELY(any_extraordinary(x))) {
        *value = v_select_f64(is_extraordinary(x), silu_anywhere_in_wide(x), *value);
        *derivative = silu_derivative_anywhere_in_wide(x);
    }
}
