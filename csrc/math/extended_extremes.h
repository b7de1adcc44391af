/* The losses of longdoubles where factors are extreme. */
#include <float.h>

#include "inline.h"
#include "kernels.h"

#define READING extreme
#define WORK longdouble
#define NUMBER longdouble

/* e^(-3 LDBL_MAX_EXP) is 2^(-4.3 LDBL_MAX_EXP): as in math/wide_extremes.h. */
static const longdouble least_power_in_extreme = -3.0L * LDBL_MAX_EXP;
static const longdouble largest_in_extreme = LDBL_MAX;

/* ln 2, and the same in two parts, the first of 42 bits. */
static const longdouble ln2_longdouble = 0x1.62e42fefa39ef35793c7673007e5ed5e81e68p-1L;
static const longdouble ln2_high_longdouble = 0x1.62e42fefa38p-1L;
static const longdouble ln2_low_longdouble = 0x1.ef35793c7673007e5ed5e81e6864ce5316c5cp-45L;

INLINE longdouble number_in_extreme(longdouble a) { return a; }
INLINE longdouble head_in_extreme(longdouble a) { return a; }
INLINE void exponent_of_in_extreme(longdouble a, int *exponent) { frexpl(a, exponent); }
INLINE longdouble shifted_in_extreme(longdouble a, int n) { return ldexpl(a, n); }
INLINE longdouble sum_in_extreme(longdouble a, longdouble b) { return a + b; }
INLINE longdouble product_in_extreme(longdouble a, longdouble b) { return a * b; }
INLINE longdouble quotient_in_extreme(longdouble a, longdouble b) { return a / b; }
INLINE longdouble one_less_in_extreme(longdouble a) { return 1 - a; }
INLINE longdouble log_in_extreme(longdouble a) { return logl(a); }
INLINE longdouble log_one_plus_in_extreme(longdouble e) { return log1pl(e); }
INLINE longdouble ln2_in_extreme(void) { return ln2_longdouble; }
INLINE longdouble log_cut_in_extreme(longdouble p) { return p == 0 ? -100 : fmaxl(-100, logl(p)); }
INLINE longdouble log_one_minus_cut_in_extreme(longdouble p) { return p == 1 ? -100 : fmaxl(-100, log1pl(-p)); }
INLINE longdouble finished_in_extreme(longdouble value, int exponent) { return ldexpl(value, exponent); }

/* e^t = e^(t - n ln 2) 2^n */
INLINE longdouble exponential_in_extreme(longdouble t, int *exponent)
{
    longdouble n = rintl(t / ln2_longdouble);
    *exponent = (int)n;
    return expl(t - n * ln2_high_longdouble - n * ln2_low_longdouble);
}

#include "math/loss_extremes.h"
#undef READING
#undef WORK
#undef NUMBER
