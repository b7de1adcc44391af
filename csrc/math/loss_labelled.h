/* The losses of a label y, read after math/loss_terms.h over a logistic_loss of the same reading. */

#include "math/names.h"

/* The loss of a label y without weights, a + b = 1. Outputs that are not asked for cost nothing: the call is inlined. */
INLINE struct F(loss) F(labelled_loss)(VF x, VF y)
{
    struct F(loss) loss = F(logistic_loss)(x, V(sub)(V(set)(1), y), y);
    loss.hessian = F(sigmoid_derivative)(x);
    return loss;
}

/* With weight w and pos_weight p too: a = w smoothed(1 - y),  b = w p smoothed(y). */
struct F(coefficients) { VF a, b; };

INLINE struct F(coefficients) F(weigh)(VF y, VF w, VF p, VF s)
{
    VF a = F(smoothed)(V(sub)(V(set)(1), y), s), b = F(times)(F(smoothed)(y, s), p);
    return (struct F(coefficients)){F(times)(a, w), F(times)(b, w)};
}

INLINE struct F(loss) F(weighted_loss)(VF x, VF y, VF w, VF p, VF s)
{
    struct F(coefficients) weighed = F(weigh)(y, w, p, s);
    return F(drop_unweighted)(F(logistic_loss)(x, weighed.a, weighed.b), weighed.a, weighed.b);
}

/* -y log p - (1 - y) log(1 - p), each logarithm cut at -100, so that a certain and wrong p costs a finite amount. */
INLINE VF F(bce)(VF p, VF y)
{
    VF zero = V(set)(0), one = V(set)(1), cut = V(set)(-100);
    VF log_p = V(select)(V(eq)(p, zero), cut, V(max)(cut, F(log)(p)));
    VF log_q = V(select)(V(eq)(p, one), cut, V(max)(cut, F(log_one_minus)(p)));
    VF loss = V(sub)(V(mul)(V(sub)(y, one), log_q), V(mul)(y, log_p));
    return V(select)(V(and)(V(le)(zero, p), V(le)(p, one)), loss, V(set)((WORK)NAN));
}
