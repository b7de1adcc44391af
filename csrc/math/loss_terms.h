/* What all losses share, read once for each working precision. */

#include "math/names.h"

/* Value and derivatives in the logit. */
struct F(loss) { vf value, gradient, hessian; };

/* coefficient term, where 0 drops the term, be that infinite or nan */
INLINE vf F(times)(vf coefficient, vf term)
{
    vf zero = V(set)(0);
    return V(select)(V(eq)(coefficient, zero), zero, V(mul)(coefficient, term));
}

/* Without any weight a loss is 0, whatever the logit. */
INLINE struct F(loss) F(drop_unweighted)(struct F(loss) loss, vf a, vf b)
{
    vf zero = V(set)(0), weight = V(max)(V(abs)(a), V(abs)(b));
    return (struct F(loss)){V(select)(V(eq)(weight, zero), zero, loss.value),
                            V(select)(V(eq)(weight, zero), zero, loss.gradient),
                            V(select)(V(eq)(weight, zero), zero, loss.hessian)};
}
