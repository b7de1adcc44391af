/* sigma and its logarithm, composed from e^-|x| and logarithms, read once for each precision that is a C type (wide.h has
 * pairs). Values are rounded once more, when they are narrowed to the result's dtype; the few inputs where that misses are
 * listed as patches.
 *
 * With e^-|x| = N / D:  sigma(-|x|) = N / (N + D)  and  sigma(|x|) = D / (N + D).  No positive number is exponentiated, and
 * no subtraction of close numbers happens in either tail. */

#include "math/names.h"

/* sigma(x) = positive / sum, sigma(-x) = negative / sum. */
struct F(sides) { VF positive, negative, sum; };

INLINE struct F(sides) F(sides_of)(struct F(ratio) e, VF x)
{
    VF zero = V(set)(0);
    return (struct F(sides)){V(select)(V(lt)(x, zero), e.numerator, e.denominator),
                             V(select)(V(lt)(x, zero), e.denominator, e.numerator),
                             V(add)(e.numerator, e.denominator)};
}

INLINE VF F(sigmoid)(VF x)
{
    struct F(sides) sigma = F(sides_of)(F(exp_neg_abs)(x), x);
    return V(div)(sigma.positive, sigma.sum);
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) */
INLINE VF F(softplus)(VF x)
{
    return V(add)(V(max)(V(set)(0), x), F(log_one_plus)(F(exp_neg_abs)(x)));
}

INLINE VF F(log_sigmoid)(VF x)
{
    return V(neg)(F(softplus)(V(neg)(x)));
}
