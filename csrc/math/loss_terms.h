/* What all losses share, read first, once for each working precision. */

#include "math/names.h"

/* Value and derivatives in the logit. */
struct F(loss) { VF value, gradient, hessian; };

/* coefficient term, where 0 drops the term, be that infinite or nan */
INLINE VF F(times)(VF coefficient, VF term)
{
    VF zero = V(set)(0);
    return V(select)(V(eq)(coefficient, zero), zero, V(mul)(coefficient, term));
}

/* Without any weight a loss is 0, whatever the logit. */
INLINE struct F(loss) F(drop_unweighted)(struct F(loss) loss, VF a, VF b)
{
    VF zero = V(set)(0), weight = V(max)(V(abs)(a), V(abs)(b));
    return (struct F(loss)){V(select)(V(eq)(weight, zero), zero, loss.value),
                            V(select)(V(eq)(weight, zero), zero, loss.gradient),
                            V(select)(V(eq)(weight, zero), zero, loss.hessian)};
}

/* Smoothing s moves each share of the label, y and 1 - y, to share (1 - s) + s/2. */
INLINE VF F(smoothed)(VF share, VF s)
{
    return V(MADD)(share, V(sub)(V(set)(1), s), V(mul)(s, V(set)((WORK)0.5)));
}
