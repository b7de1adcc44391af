/* The functions and forms of loss, read last, once for each working precision, over functions of that reading
 * (labelled_loss, weighted_loss, bce, sigmoid, ...). */

#include "math/names.h"

INLINE VF F(bce_with_logits)(VF x, VF y)
{
    return F(labelled_loss)(x, y).value;
}

INLINE VF F(bce_with_logits_grad)(VF x, VF y)
{
    return F(labelled_loss)(x, y).gradient;
}

INLINE void F(bce_with_logits_value_and_grad)(VF x, VF y, VF *value, VF *gradient)
{
    struct F(loss) loss = F(labelled_loss)(x, y);
    *value = loss.value;
    *gradient = loss.gradient;
}

INLINE void F(bce_with_logits_grad_and_hess)(VF x, VF y, VF *gradient, VF *hessian)
{
    struct F(loss) loss = F(labelled_loss)(x, y);
    *gradient = loss.gradient;
    *hessian = loss.hessian;
}

INLINE VF F(where_zero)(VF number, VF yes, VF no)
{
    return V(select)(V(eq)(number, V(set)(0)), yes, no);
}

/* m^gamma for 0 <= m <= 1. Up to the eighth power so few products round less than an exponential does. */
INLINE VF F(power)(VF m, VF log_m, WORK gamma)
{
    if (!(gamma >= 0 && gamma <= 8 && gamma == (int)gamma))
        return F(exp_of_negative)(V(mul)(V(set)(gamma), log_m));
    VF power = V(set)(1);
    for (int i = 0; i < (int)gamma; i++)
        power = V(mul)(power, m);
    return power;
}

/* 1 - y and y, smoothed */
struct F(shares) { VF negative, positive; };

INLINE struct F(shares) F(shares_of)(VF y, VF s)
{
    return (struct F(shares)){F(smoothed)(V(sub)(V(set)(1), y), s), F(smoothed)(y, s)};
}

/* What the focal loss is made of: the logistic loss L, m = 1 - p_t = (1 - y) sigma(x) + y sigma(-x), its logarithm,
 * r = sigma'(x) / m and sigma(-x) - sigma(x). */
struct F(focal_parts) { struct F(loss) L; VF m, log_m, r, bend; };

/* On the right side of a hard label m is sigma(-|x|), which may underflow: r and log m do not. */
INLINE struct F(focal_parts) F(focal_parts_of)(VF x, struct F(shares) share, struct F(loss) L)
{
    VF minus_x = V(neg)(x);
    VF m = V(add)(F(sigmoid_gate)(share.negative, x), F(sigmoid_gate)(share.positive, minus_x));
    VF wrong_side = V(select)(V(lt)(x, V(set)(0)), share.positive, share.negative); /* the share of the label on it */
    VF r = F(where_zero)(wrong_side, F(sigmoid)(V(abs)(x)), V(div)(F(sigmoid_derivative)(x), m));
    VF log_m = F(where_zero)(wrong_side, F(log_sigmoid)(V(neg_abs)(x)), F(log)(m));
    return (struct F(focal_parts)){L, m, log_m, r, V(sub)(F(sigmoid)(minus_x), F(sigmoid)(x))};
}

/* w alpha_t m^gamma L with alpha_t = alpha y + (1 - alpha) (1 - y), or 1 where alpha is negative. `options`: smoothing,
 * alpha, gamma. With k = 1 - 2 y: m' = k sigma'(x), and
 *   (m^gamma L)'  = m^gamma (L' + gamma k r L)
 *   (m^gamma L)'' = m^gamma (L'' + gamma k (2 r L' + r L (sigma(-x) - sigma(x) + (gamma - 1) k r)))
 * Infinite L meets r = 0. */
INLINE struct F(loss) F(modulated)(struct F(focal_parts) parts, struct F(shares) share, VF w, const WORK *options)
{
    WORK gamma = options[2];
    VF zero = V(set)(0), one = V(set)(1), alpha = V(set)(options[1]), k = V(sub)(share.negative, share.positive);
    VF gamma_k = V(mul)(V(set)(gamma), k), infinity = V(set)((WORK)INFINITY), r = parts.r;
    VF rL = V(select)(V(eq)(parts.L.value, infinity), zero, V(mul)(r, parts.L.value));
    VF bend = V(fma)(V(mul)(V(set)(gamma - 1), k), r, parts.bend);
    VF bracket = V(fma)(rL, bend, V(mul)(V(add)(r, r), parts.L.gradient));

    VF balance = V(fma)(alpha, share.positive, V(mul)(V(sub)(one, alpha), share.negative));
    VF c = F(times)(V(select)(V(lt)(alpha, zero), one, balance), w);
    VF modulation = F(power)(parts.m, parts.log_m, gamma);
    return (struct F(loss)){
        F(times)(c, F(times)(modulation, parts.L.value)),
        F(times)(c, V(mul)(modulation, V(fma)(gamma_k, rL, parts.L.gradient))),
        F(times)(c, V(mul)(modulation, V(fma)(gamma_k, bracket, parts.L.hessian))),
    };
}

/* The focal loss of the smoothed label y, with pos_weight p and weight w */
INLINE struct F(loss) F(focal_loss)(VF x, VF y, VF w, VF p, const WORK *options)
{
    VF s = V(set)(options[0]);
    struct F(shares) share = F(shares_of)(y, s);
    struct F(loss) L = F(weighted_loss)(x, y, V(set)(1), p, s);
    return F(modulated)(F(focal_parts_of)(x, share, L), share, w, options);
}

/* w (-y log p - (1 - y) log(1 - p)), which has no derivatives here */
INLINE struct F(loss) F(probability_loss)(VF p, VF y, VF w)
{
    VF zero = V(set)(0);
    return (struct F(loss)){F(times)(w, F(bce)(p, y)), zero, zero};
}

/* What is 0 stays 0 where nothing is left to divide by. */
INLINE VF F(divided)(VF derivative, VF divisor)
{
    return F(where_zero)(derivative, derivative, F(quotient)(derivative, divisor));
}
