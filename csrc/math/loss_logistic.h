/* The logistic loss of x with coefficients a of softplus(x) and b of softplus(-x), read after math/loss_terms.h and
 * math/functions.h: a = 1 - y and b = y, times whatever weights there are. */

#include "math/names.h"

/* a softplus(x) + b softplus(-x) = c |x| + (a + b) log(1 + e^-|x|), c = a right of zero and b left of it: both terms
 * positive. c = 0 drops its term at infinite x too. */
INLINE VF F(loss_value)(struct F(ratio) e, VF x, VF a, VF b)
{
    VF zero = V(set)(0);
    VF c = V(select)(V(lt)(x, zero), b, a);
    VF linear = V(select)(V(eq)(c, zero), zero, V(mul)(c, V(abs)(x)));
    return V(MADD)(V(add)(a, b), F(log_one_plus)(e), linear);
}

/* a sigma(x) - b sigma(-x): one division, after the only subtraction. Alone, the second term keeps its sign even as 0. */
INLINE VF F(loss_gradient)(struct F(sides) sigma, VF a, VF b)
{
    VF fall = V(neg)(V(mul)(b, sigma.negative));
    VF both = V(select)(V(eq)(a, V(set)(0)), fall, V(MADD)(a, sigma.positive, fall));
    return V(div)(both, sigma.sum);
}
