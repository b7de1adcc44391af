/* The fused losses: float32 logits worked in double, as everywhere, and float64 logits in pairs. */

#define WORK f64

/* ---- narrow: float32 logits ---- */

#define READING narrow

/* e^t for t <= 0; e^-700 vanishes beside anything a float32 can hold. */
INLINE vf64 exp_of_negative_in_narrow(vf64 t)
{
    struct ratio_in_narrow e = exp_in_narrow(v_max_f64(v_set_f64(-700), t));
    return v_div_f64(e.numerator, e.denominator);
}

/* a / b to two roundings of double: the inverse of a constant b leaves the loop. */
INLINE vf64 quotient_in_narrow(vf64 a, vf64 b)
{
    return v_mul_f64(a, v_div_f64(v_set_f64(1), b));
}

#include "math/loss_forms.h"
#undef READING

/* ---- wide: float64 logits ---- */

#define READING wide

#define sigmoid_in_wide sigmoid_f64
#define sigmoid_derivative_in_wide sigmoid_derivative_f64
#define log_sigmoid_in_wide log_sigmoid_f64
#define sigmoid_gate_in_wide sigmoid_gate_f64
#define bce_in_wide bce_f64
#define quotient_in_wide v_div_f64
#define smoothed_in_wide smoothed_in_narrow

INLINE vf64 exp_of_negative_in_wide(vf64 t)
{
    struct exponential e = exp_neg_abs_f64(t);
    return finish((struct scaled){e.value, e.exponent});
}

INLINE vf64 log_in_wide(vf64 p)
{
    return pair_sum(pair_log(pair_of(p)));
}

#include "math/loss_forms.h"
#undef READING
#undef WORK
