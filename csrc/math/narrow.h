/* The working precision narrow: double, for float32 results. Not all inputs of its functions can be tried, so that every
 * operation is part of the result: fused where written, nothing else contracted. */
#include "math/both.h"
#include "math/constants.h"

#define READING narrow
#define WORK f64
#define MADD fma

#include "math/exponential.h"
#include "math/functions.h"
#include "math/products.h"

/* As silu_f32, which is proved right fused and not, so that it has the same bits; for half types as well. */
INLINE vf64 silu_patched_in_narrow(vf64 x)
{
    return silu_f32_patched(silu_in_narrow(x), x);
}

BOTH(vf64, silu_and_derivative_in_narrow, silu_patched_in_narrow, silu_derivative_in_narrow)

#include "math/loss_terms.h"
#include "math/loss_logistic.h"

/* (a + b) sigma(x) sigma(-x) */
INLINE vf64 loss_hessian_in_narrow(struct sides_in_narrow sigma, vf64 a, vf64 b)
{
    vf64 zero = v_set_f64(0), sum = v_add_f64(a, b);
    vf64 both = v_div_f64(v_mul_f64(sigma.positive, sigma.negative), v_mul_f64(sigma.sum, sigma.sum));
    return v_select_f64(v_eq_f64(sum, zero), zero, v_mul_f64(sum, both));
}

INLINE struct loss_in_narrow logistic_loss_in_narrow(vf64 x, vf64 a, vf64 b)
{
    struct ratio_in_narrow e = exp_neg_abs_in_narrow(x);
    struct sides_in_narrow sigma = sides_of_in_narrow(e, x);
    return (struct loss_in_narrow){loss_value_in_narrow(e, x, a, b), loss_gradient_in_narrow(sigma, a, b),
                                   loss_hessian_in_narrow(sigma, a, b)};
}

#include "math/loss_labelled.h"

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
#undef WORK
#undef MADD
