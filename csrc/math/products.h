/* The slope of sigma, and what sigma and its slope are multiplied with, read after math/functions.h. */

#include "math/names.h"

INLINE VF F(sigmoid_derivative)(VF x)
{
    struct F(ratio) e = F(exp_neg_abs)(x);
    VF sum = V(add)(e.numerator, e.denominator);
    return V(div)(V(mul)(e.numerator, e.denominator), V(mul)(sum, sum));
}

/* Where sigma(x) has vanished, so has x sigma(x): the clamp keeps infinity from meeting zero. */
INLINE VF F(silu)(VF x)
{
    return V(mul)(V(max)(V(set)(C(vanishing)), x), F(sigmoid)(x));
}

/* sigma(x) (1 + x sigma(-x)), clamped on both sides for the same reason. */
INLINE VF F(silu_derivative)(VF x)
{
    struct F(sides) sigma = F(sides_of)(F(exp_neg_abs)(x), x);
    VF bounded = V(max)(V(set)(C(vanishing)), V(min)(V(set)(-C(vanishing)), x));
    VF slope = V(MADD)(bounded, sigma.negative, sigma.sum);
    return V(div)(V(mul)(sigma.positive, slope), V(mul)(sigma.sum, sigma.sum));
}

/* a sigma(b). At b = -infinity sigma is exactly 0, and infinity times that has no limit: nan. */
INLINE VF F(sigmoid_gate)(VF a, VF b)
{
    VF zero = V(set)(0), gate = F(sigmoid)(b);
    return V(mul)(a, V(select)(V(eq)(b, V(set)(-(WORK)INFINITY)), zero, gate));
}

/* g sigma'(x) */
INLINE VF F(sigmoid_vjp)(VF g, VF x)
{
    VF zero = V(set)(0), slope = F(sigmoid_derivative)(x);
    return V(mul)(g, V(select)(V(eq)(V(abs)(x), V(set)((WORK)INFINITY)), zero, slope));
}
