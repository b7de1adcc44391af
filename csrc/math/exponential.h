/* e^-|x| as a ratio, and logarithms, in one working precision: read once with WORK f64 and once with WORK f32.
 *
 * e^r = (h + r) / (h - r) with h = r coth(r/2) = 2 + r^2/6 - r^4/360 + ..., even in r: a polynomial in u = r^2 with half
 * the terms that e^r would need. The division it leaves open is the one sigmoid makes anyway. */

#include "math/names.h"

#define HORNER(x, coefficients) F(horner)(x, coefficients, sizeof coefficients / sizeof *coefficients)

INLINE VF F(horner)(VF x, const WORK *coefficients, int count)
{
    VF sum = V(set)(coefficients[count - 1]);
    for (int i = count - 2; i >= 0; i--)
        sum = V(MADD)(x, sum, V(set)(coefficients[i]));
    return sum;
}

/* A power of e as numerator / denominator, both positive. */
struct F(ratio) { VF numerator, denominator; };

/* e^t, for t at which it is a normal number */
INLINE struct F(ratio) F(exp)(VF t)
{
    /* t = n ln 2 + r with |r| <= ln(2)/2 */
    VF z = V(MADD)(t, V(set)(C(one_over_ln2)), V(set)(C(ROUND_TO_INTEGER)));
    VF n = V(sub)(z, V(set)(C(ROUND_TO_INTEGER)));
    VF r = V(MADD)(n, V(set)(-C(ln2_low)), V(MADD)(n, V(set)(-C(ln2_high)), t));

    VF u = V(mul)(r, r);
    VF h = V(MADD)(u, HORNER(u, C(coth_series)), V(set)(2));
    return (struct F(ratio)){V(ldexp_biased)(V(add)(h, r), z), V(sub)(h, r)};
}

INLINE struct F(ratio) F(exp_neg_abs)(VF x)
{
    return F(exp)(V(max)(V(set)(C(vanishing)), V(neg_abs)(x)));
}

/* 2 atanh(s) = 2s + 2s (s^2/3 + s^4/5 + ...) = 2s + tail, returned with `addend` put in between: the small parts first. */
INLINE VF F(two_atanh_plus)(VF s, VF addend)
{
    VF z = V(mul)(s, s), twice = V(add)(s, s);
    return V(add)(twice, V(MADD)(V(mul)(twice, z), HORNER(z, C(atanh_series)), addend));
}

/* log(1 + e^-|x|) = 2 atanh(e / (2 + e)) with e = numerator / denominator */
INLINE VF F(log_one_plus)(struct F(ratio) e)
{
    VF two_plus_e = V(add)(e.numerator, V(add)(e.denominator, e.denominator));
    return F(two_atanh_plus)(V(div)(e.numerator, two_plus_e), V(set)(0));
}

/* log(p / q) = n ln 2 + 2 atanh((p - Q) / (p + Q)) with Q = q 2^n: handed p - Q, p + Q and n. */
INLINE VF F(log_of_quotient)(VF difference, VF sum, VF n)
{
    VF small = F(two_atanh_plus)(V(div)(difference, sum), V(mul)(n, V(set)(C(ln2_low))));
    return V(MADD)(n, V(set)(C(ln2_high)), small);
}

/* log(p / (1 - p)). Q = (1 - p) 2^n comes within a factor of 3/2 of p, so that p - Q is exact; near p = 1/2, n is 0 and
 * nothing cancels. */
INLINE VF F(logit)(VF p)
{
    VF zero = V(set)(0), one = V(set)(1), nan = V(set)((WORK)NAN), infinity = V(set)((WORK)INFINITY);
    VF q = V(sub)(one, p), lifted = p, extra = zero;
    if (C(lift_below) > 0) {
        lifted = V(select)(V(lt)(p, V(set)(C(lift_below))), V(mul)(p, V(set)(C(lift))), p);
        extra = V(select)(V(lt)(p, V(set)(C(lift_below))), V(set)(C(lift_exponent)), zero);
    }
    VF z = V(exponent_gap)(lifted, q);
    VF n = V(sub)(V(sub)(z, V(set)(C(ROUND_TO_INTEGER))), extra);
    VF Q = V(ldexp_biased)(q, z);
    VF y = F(log_of_quotient)(V(sub)(lifted, Q), V(add)(lifted, Q), n);

    y = V(select)(V(eq)(p, zero), V(neg)(infinity), y);
    y = V(select)(V(eq)(p, one), infinity, y);
    return V(select)(V(and)(V(le)(zero, p), V(le)(p, one)), y, nan);
}

/* log p for 0 < p <= 1, p a normal number */
INLINE VF F(log)(VF p)
{
    VF z = V(exponent_gap)(p, V(set)(1));
    VF Q = V(ldexp_biased)(V(set)(1), z);
    return F(log_of_quotient)(V(sub)(p, Q), V(add)(p, Q), V(sub)(z, V(set)(C(ROUND_TO_INTEGER))));
}

/* log(1 - p) for 0 <= p < 1: (1 - Q) - p keeps all of a small p, where 1 - p would not. log(1 - 0) = -0 as in log1p. */
INLINE VF F(log_one_minus)(VF p)
{
    VF one = V(set)(1);
    VF z = V(exponent_gap)(V(sub)(one, p), one);
    VF Q = V(ldexp_biased)(one, z);
    VF y = F(log_of_quotient)(V(sub)(V(sub)(one, Q), p), V(sub)(V(add)(one, Q), p),
                              V(sub)(z, V(set)(C(ROUND_TO_INTEGER))));
    return V(select)(V(eq)(p, V(set)(0)), V(neg)(p), y);
}

#undef HORNER
