/* The losses where a factor, or the power of e it meets, is far out of the ordinary: worked on numbers that carry an
 * exponent of their own, so that nothing on the way overflows or vanishes, and rounded once, at the end. One number at a
 * time, the same code on every instruction set. Read for doubles, as pairs, and for longdouble, over functions on NUMBER
 * that the reader has. */

#include "math/names.h"

/* value 2^exponent, 1/2 <= |value| < 1; or 0 */
struct F(big) { NUMBER value; int exponent; };

INLINE struct F(big) F(normalized)(NUMBER value, int exponent)
{
    WORK head = F(head)(value);
    int n = 0;
    if (head == 0 || !isfinite(head))
        return (struct F(big)){value, 0};
    F(exponent_of)(head, &n);
    return (struct F(big)){F(shifted)(value, -n), exponent + n};
}

INLINE struct F(big) F(big_of)(WORK a)
{
    return F(normalized)(F(number)(a), 0);
}

INLINE int F(is_zero)(struct F(big) a)
{
    return F(head)(a.value) == 0;
}

INLINE struct F(big) F(big_times)(struct F(big) a, struct F(big) b)
{
    return F(normalized)(F(product)(a.value, b.value), a.exponent + b.exponent);
}

INLINE struct F(big) F(big_over)(struct F(big) a, struct F(big) b)
{
    return F(normalized)(F(quotient)(a.value, b.value), a.exponent - b.exponent);
}

/* What lies 200 binades below adds nothing. */
INLINE struct F(big) F(big_plus)(struct F(big) a, struct F(big) b)
{
    int gap = a.exponent - b.exponent;
    if (F(is_zero)(a) || F(is_zero)(b))
        return F(is_zero)(a) ? b : a;
    if (gap < 0)
        return gap < -200 ? b : F(normalized)(F(sum)(F(shifted)(a.value, gap), b.value), b.exponent);
    return gap > 200 ? a : F(normalized)(F(sum)(a.value, F(shifted)(b.value, -gap)), a.exponent);
}

INLINE struct F(big) F(big_minus)(struct F(big) a, struct F(big) b)
{
    return F(big_plus)(a, F(big_times)(b, F(big_of)(-1)));
}

INLINE WORK F(rounded)(struct F(big) a)
{
    return F(is_zero)(a) ? 0 : F(finished)(a.value, a.exponent);
}

/* e^t, t <= 0; what is cut off lies below the smallest number, whatever three factors it meets. */
INLINE struct F(big) F(big_exp)(NUMBER t)
{
    int exponent;
    NUMBER value = F(exponential)(F(head)(t) < F(least_power) ? F(number)(F(least_power)) : t, &exponent);
    return F(normalized)(value, exponent);
}

/* log(1 + e), 0 < e <= 1: e itself where e^2 is out of reach */
INLINE struct F(big) F(big_log_one_plus)(struct F(big) e)
{
    return e.exponent < -200 ? e : F(normalized)(F(log_one_plus)(F(shifted)(e.value, e.exponent)), 0);
}

/* m^gamma for 0 < m <= 1 */
INLINE struct F(big) F(big_power)(struct F(big) m, WORK gamma)
{
    NUMBER log_m = F(sum)(F(log)(m.value), F(product)(F(number)((WORK)m.exponent), F(ln2)()));
    return gamma == 0 ? F(big_of)(1) : F(big_exp)(F(product)(log_m, F(number)(gamma)));
}

struct F(bigs) { struct F(big) value, gradient, hessian; };

/* sigma(x), sigma(-x) and log(1 + e^-|x|) */
struct F(big_sides) { struct F(big) positive, negative, log_one_plus; };

INLINE struct F(big_sides) F(big_sides_of)(WORK x)
{
    struct F(big) one = F(big_of)(1), e = F(big_exp)(F(number)(x < 0 ? x : -x));
    struct F(big) upper = F(big_over)(one, F(big_plus)(one, e)), lower = F(big_times)(e, upper);
    return (struct F(big_sides)){x < 0 ? lower : upper, x < 0 ? upper : lower, F(big_log_one_plus)(e)};
}

/* a softplus(x) + b softplus(-x) and its derivatives, as in math/loss_logistic.h. */
INLINE struct F(bigs) F(big_logistic)(WORK x, struct F(big_sides) sigma, struct F(big) a, struct F(big) b)
{
    struct F(big) magnitude = F(big_of)(isinf(x) ? F(largest) : x < 0 ? -x : x), both = F(big_plus)(a, b);
    return (struct F(bigs)){
        F(big_plus)(F(big_times)(x < 0 ? b : a, magnitude), F(big_times)(both, sigma.log_one_plus)),
        F(big_minus)(F(big_times)(a, sigma.positive), F(big_times)(b, sigma.negative)),
        F(big_times)(both, F(big_times)(sigma.positive, sigma.negative)),
    };
}

/* share (1 - s) + s/2 */
INLINE struct F(big) F(big_smoothed)(struct F(big) share, WORK s)
{
    struct F(big) rest = F(normalized)(F(one_less)(s), 0), half = F(big_of)(s);
    half.exponent -= 1;
    return F(big_plus)(F(big_times)(share, rest), half);
}

/* m^gamma L as in math/loss_forms.h. */
INLINE struct F(bigs) F(big_modulated)(struct F(big_sides) sigma, struct F(big) negative, struct F(big) positive,
                                       struct F(bigs) L, WORK gamma)
{
    struct F(big) m = F(big_plus)(F(big_times)(negative, sigma.positive), F(big_times)(positive, sigma.negative));
    struct F(big) k = F(big_minus)(negative, positive), slope = F(big_times)(sigma.positive, sigma.negative);
    struct F(big) r = F(big_over)(slope, m), rL = F(big_times)(r, L.value);
    struct F(big) gamma_k = F(big_times)(F(big_of)(gamma), k), modulation = F(big_power)(m, gamma);
    struct F(big) bend = F(big_plus)(F(big_minus)(sigma.negative, sigma.positive),
                                     F(big_times)(F(big_of)(gamma - 1), F(big_times)(k, r)));
    struct F(big) bracket = F(big_plus)(F(big_times)(F(big_plus)(r, r), L.gradient), F(big_times)(rL, bend));
    return (struct F(bigs)){
        F(big_times)(modulation, L.value),
        F(big_times)(modulation, F(big_plus)(L.gradient, F(big_times)(gamma_k, rL))),
        F(big_times)(modulation, F(big_plus)(L.hessian, F(big_times)(gamma_k, bracket))),
    };
}

/* The weighted and the focal form, without w. */
INLINE struct F(bigs) F(big_labelled)(enum loss_form form, WORK x, WORK y, WORK p, const WORK *options)
{
    struct F(big_sides) sigma = F(big_sides_of)(x);
    struct F(big) negative = F(big_smoothed)(F(normalized)(F(one_less)(y), 0), options[0]);
    struct F(big) positive = F(big_smoothed)(F(big_of)(y), options[0]), alpha = F(big_of)(options[1]);
    struct F(bigs) loss = F(big_logistic)(x, sigma, negative, F(big_times)(F(big_of)(p), positive));
    if (form != LOSS_focal)
        return loss;
    loss = F(big_modulated)(sigma, negative, positive, loss, options[2]);
    if (options[1] < 0)
        return loss;
    struct F(big) balance = F(big_plus)(F(big_times)(alpha, positive),
                                        F(big_times)(F(normalized)(F(one_less)(options[1]), 0), negative));
    return (struct F(bigs)){F(big_times)(balance, loss.value), F(big_times)(balance, loss.gradient),
                            F(big_times)(balance, loss.hessian)};
}

/* w (-y log p - (1 - y) log(1 - p)) without w, the logarithms cut at -100 */
INLINE struct F(bigs) F(big_probability)(WORK p, WORK y)
{
    struct F(big) log_p = F(normalized)(F(log_cut)(p), 0), log_q = F(normalized)(F(log_one_minus_cut)(p), 0);
    struct F(big) sum = F(big_plus)(F(big_times)(F(big_of)(y), log_p),
                                    F(big_times)(F(normalized)(F(one_less)(y), 0), log_q));
    struct F(big) zero = F(big_of)(0);
    return (struct F(bigs)){F(big_times)(F(big_of)(-1), sum), zero, zero};
}

/* Finite factors, labels and probabilities in [0, 1]; x may be infinite. Derivatives are divided. */
INLINE void F(compute)(enum loss_form form, WORK x, WORK y, WORK w, WORK p, const WORK *options, WORK divisor,
                       WORK outputs[3])
{
    struct F(bigs) loss = form == LOSS_probability ? F(big_probability)(x, y) : F(big_labelled)(form, x, y, p, options);
    struct F(big) weight = F(big_of)(w), share = F(big_over)(weight, F(big_of)(divisor));
    outputs[0] = F(rounded)(F(big_times)(weight, loss.value));
    outputs[1] = F(rounded)(F(big_times)(share, loss.gradient));
    outputs[2] = F(rounded)(F(big_times)(share, loss.hessian));
}
