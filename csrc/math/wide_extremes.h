/* The losses of doubles where factors are extreme: on pairs, one number at a time. */
#include "math/wide_losses.h"

#define WORK f64
#define READING extreme
#define NUMBER struct pair

/* e^-3000 is 2^-4328: the focal gradient multiplies it by three numbers, below 2^1024, which leaves it below 2^-1075. */
static const f64 least_power_in_extreme = -3000, largest_in_extreme = 0x1.fffffffffffffp1023;

INLINE struct pair number_in_extreme(f64 a) { return pair_of(a); }
INLINE f64 head_in_extreme(struct pair a) { return a.hi; }
INLINE void exponent_of_in_extreme(f64 a, int *exponent) { frexp(a, exponent); }

INLINE struct pair shifted_in_extreme(struct pair a, int n)
{
    return (struct pair){ldexp(a.hi, n), ldexp(a.lo, n)};
}

/* High words that cancel leave the result to the low one. */
INLINE struct pair sum_in_extreme(struct pair a, struct pair b)
{
    struct pair sum = pair_add(a, b);
    return fast_two_sum(sum.hi, sum.lo);
}

INLINE struct pair product_in_extreme(struct pair a, struct pair b) { return pair_mul(a, b); }
INLINE struct pair quotient_in_extreme(struct pair a, struct pair b) { return pair_div(a, b, 1 / b.hi); }
INLINE struct pair one_less_in_extreme(f64 a) { return one_minus(a); }
INLINE struct pair log_in_extreme(struct pair a) { return pair_log(a); }
INLINE struct pair log_one_plus_in_extreme(struct pair e) { return log_one_plus_pair(e); }
INLINE struct pair ln2_in_extreme(void) { return (struct pair){0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56}; }
INLINE struct pair log_cut_in_extreme(f64 p) { return log_of_probability(p); }
INLINE struct pair log_one_minus_cut_in_extreme(f64 p) { return log_of_rest(p); }

INLINE f64 finished_in_extreme(struct pair value, int exponent)
{
    if (exponent > 900)
        return ldexp(pair_sum(value), exponent < 1100 ? exponent : 1100);
    return finish((struct scaled){value, exponent < -2000 ? -2000 : exponent});
}

/* e^(hi + lo) = e^hi (1 + lo) */
INLINE struct pair exponential_in_extreme(struct pair t, int *exponent)
{
    struct power_of_e e = exp_in_wide(t.hi);
    *exponent = (int)floor(e.k);
    return pair_mul(e.value, (struct pair){1, t.lo});
}

#include "math/loss_extremes.h"
#undef READING
#undef WORK
#undef NUMBER
