/* Every function, composed from e^-|x| and logarithms in one working precision: read with WORK f64 (float32 results, and
 * half types whose bound float32 cannot hold), f32 (the other half types) and longdouble. Values are rounded once more, when they
 * are narrowed to the result's dtype; the few inputs where that misses are listed as patches.
 *
 * With e^-|x| = N / D:  sigma(-|x|) = N / (N + D)  and  sigma(|x|) = D / (N + D).  No positive number is exponentiated, and
 * no subtraction of close numbers happens in either tail. */

#include "math/names.h"

/* sigma(x) = positive / sum, sigma(-x) = negative / sum. */
struct F(sides) { vf positive, negative, sum; };

INLINE struct F(sides) F(sides_of)(struct F(ratio) e, vf x)
{
    vf zero = V(set)(0);
    return (struct F(sides)){V(select)(V(lt)(x, zero), e.numerator, e.denominator),
                             V(select)(V(lt)(x, zero), e.denominator, e.numerator),
                             V(add)(e.numerator, e.denominator)};
}

INLINE vf F(sigmoid)(vf x)
{
    struct F(sides) sigma = F(sides_of)(F(exp_neg_abs)(x), x);
    return V(div)(sigma.positive, sigma.sum);
}

INLINE vf F(sigmoid_derivative)(vf x)
{
    struct F(ratio) e = F(exp_neg_abs)(x);
    vf sum = V(add)(e.numerator, e.denominator);
    return V(div)(V(mul)(e.numerator, e.denominator), V(mul)(sum, sum));
}

/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|) */
INLINE vf F(softplus)(vf x)
{
    return V(add)(V(max)(V(set)(0), x), F(log_one_plus)(F(exp_neg_abs)(x)));
}

INLINE vf F(log_sigmoid)(vf x)
{
    return V(neg)(F(softplus)(V(neg)(x)));
}

/* Where sigma(x) has vanished, so has x sigma(x): the clamp keeps infinity from meeting zero. */
INLINE vf F(silu)(vf x)
{
    return V(mul)(V(max)(V(set)(C(vanishing)), x), F(sigmoid)(x));
}

/* sigma(x) (1 + x sigma(-x)), clamped on both sides for the same reason. */
INLINE vf F(silu_derivative)(vf x)
{
    struct F(sides) sigma = F(sides_of)(F(exp_neg_abs)(x), x);
    vf bounded = V(max)(V(set)(C(vanishing)), V(min)(V(set)(-C(vanishing)), x));
    vf slope = V(MADD)(bounded, sigma.negative, sigma.sum);
    return V(div)(V(mul)(sigma.positive, slope), V(mul)(sigma.sum, sigma.sum));
}

/* a sigma(b). At b = -infinity sigma is exactly 0, and infinity times that has no limit: nan. */
INLINE vf F(sigmoid_gate)(vf a, vf b)
{
    vf zero = V(set)(0), gate = F(sigmoid)(b);
    return V(mul)(a, V(select)(V(eq)(b, V(set)(-(WORK)INFINITY)), zero, gate));
}

/* g sigma'(x) */
INLINE vf F(sigmoid_vjp)(vf g, vf x)
{
    vf zero = V(set)(0), slope = F(sigmoid_derivative)(x);
    return V(mul)(g, V(select)(V(eq)(V(abs)(x), V(set)((WORK)INFINITY)), zero, slope));
}

/* The logistic loss of x with coefficients a of softplus(x) and b of softplus(-x): a = 1 - y and b = y, times whatever
 * weights there are. */
#include "math/loss_terms.h"

/* a softplus(x) + b softplus(-x) = c |x| + (a + b) log(1 + e^-|x|), c = a right of zero and b left of it: both terms
 * positive. c = 0 drops its term at infinite x too. */
INLINE vf F(loss_value)(struct F(ratio) e, vf x, vf a, vf b)
{
    vf zero = V(set)(0);
    vf c = V(select)(V(lt)(x, zero), b, a);
    vf linear = V(select)(V(eq)(c, zero), zero, V(mul)(c, V(abs)(x)));
    return V(MADD)(V(add)(a, b), F(log_one_plus)(e), linear);
}

/* a sigma(x) - b sigma(-x): one division, after the only subtraction. Alone, the second term keeps its sign even as 0. */
INLINE vf F(loss_gradient)(struct F(sides) sigma, vf a, vf b)
{
    vf fall = V(neg)(V(mul)(b, sigma.negative));
    vf both = V(select)(V(eq)(a, V(set)(0)), fall, V(MADD)(a, sigma.positive, fall));
    return V(div)(both, sigma.sum);
}

/* (a + b) sigma(x) sigma(-x) */
INLINE vf F(loss_hessian)(struct F(sides) sigma, vf a, vf b)
{
    vf zero = V(set)(0), sum = V(add)(a, b);
    vf both = V(div)(V(mul)(sigma.positive, sigma.negative), V(mul)(sigma.sum, sigma.sum));
    return V(select)(V(eq)(sum, zero), zero, V(mul)(sum, both));
}

INLINE struct F(loss) F(logistic_loss)(vf x, vf a, vf b)
{
    struct F(ratio) e = F(exp_neg_abs)(x);
    struct F(sides) sigma = F(sides_of)(e, x);
    return (struct F(loss)){F(loss_value)(e, x, a, b), F(loss_gradient)(sigma, a, b), F(loss_hessian)(sigma, a, b)};
}

/* The loss of a label y without weights, a + b = 1. Outputs that are not asked for cost nothing: the call is inlined. */
INLINE struct F(loss) F(labelled_loss)(vf x, vf y)
{
    struct F(loss) loss = F(logistic_loss)(x, V(sub)(V(set)(1), y), y);
    loss.hessian = F(sigmoid_derivative)(x);
    return loss;
}

/* Smoothing s moves each share of the label, y and 1 - y, to share (1 - s) + s/2. */
INLINE vf F(smoothed)(vf share, vf s)
{
    return V(MADD)(share, V(sub)(V(set)(1), s), V(mul)(s, V(set)((WORK)0.5)));
}

/* With weight w and pos_weight p too: a = w smoothed(1 - y),  b = w p smoothed(y). */
struct F(coefficients) { vf a, b; };

INLINE struct F(coefficients) F(weigh)(vf y, vf w, vf p, vf s)
{
    vf a = F(smoothed)(V(sub)(V(set)(1), y), s), b = F(times)(F(smoothed)(y, s), p);
    return (struct F(coefficients)){F(times)(a, w), F(times)(b, w)};
}

INLINE struct F(loss) F(weighted_loss)(vf x, vf y, vf w, vf p, vf s)
{
    struct F(coefficients) weighed = F(weigh)(y, w, p, s);
    return F(drop_unweighted)(F(logistic_loss)(x, weighed.a, weighed.b), weighed.a, weighed.b);
}

INLINE vf F(bce_with_logits)(vf x, vf y)
{
    return F(labelled_loss)(x, y).value;
}

INLINE vf F(bce_with_logits_grad)(vf x, vf y)
{
    return F(labelled_loss)(x, y).gradient;
}

INLINE void F(bce_with_logits_value_and_grad)(vf x, vf y, vf *value, vf *gradient)
{
    struct F(loss) loss = F(labelled_loss)(x, y);
    *value = loss.value;
    *gradient = loss.gradient;
}

INLINE void F(bce_with_logits_grad_and_hess)(vf x, vf y, vf *gradient, vf *hessian)
{
    struct F(loss) loss = F(labelled_loss)(x, y);
    *gradient = loss.gradient;
    *hessian = loss.hessian;
}

/* -y log p - (1 - y) log(1 - p), each logarithm cut at -100, so that a certain and wrong p costs a finite amount. */
INLINE vf F(bce)(vf p, vf y)
{
    vf zero = V(set)(0), one = V(set)(1), cut = V(set)(-100);
    vf log_p = V(select)(V(eq)(p, zero), cut, V(max)(cut, F(log)(p)));
    vf log_q = V(select)(V(eq)(p, one), cut, V(max)(cut, F(log_one_minus)(p)));
    vf loss = V(sub)(V(mul)(V(sub)(y, one), log_q), V(mul)(y, log_p));
    return V(select)(V(and)(V(le)(zero, p), V(le)(p, one)), loss, V(set)((WORK)NAN));
}
