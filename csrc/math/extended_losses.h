/* The losses in the working precision extended: long double, over math/extended.h. */
#include "math/extended.h"

#define READING extended
#define WORK longdouble
#define MADD madd
#include "math/loss_terms.h"
#include "math/loss_logistic.h"

/* The Hessian is (a + b) sigma'(x), which keeps its digits where e^-|x| is subnormal. */
INLINE struct loss_in_extended logistic_loss_in_extended(vlongdouble x, vlongdouble a, vlongdouble b)
{
    struct ratio_in_extended e = exp_neg_abs_in_extended(x);
    vlongdouble sum = a + b;
    return (struct loss_in_extended){loss_value_in_extended(e, x, a, b),
                                     loss_gradient_in_extended(sides_of_in_extended(e, x), a, b),
                                     sum == 0 ? 0 : sigmoid_vjp_in_extended(sum, x)};
}

#include "math/loss_labelled.h"

INLINE vlongdouble exp_of_negative_in_extended(vlongdouble t) { return expl(t); }
INLINE vlongdouble quotient_in_extended(vlongdouble a, vlongdouble b) { return a / b; }

#include "math/loss_forms.h"
#undef READING
#undef WORK
#undef MADD
