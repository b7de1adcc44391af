/* The arithmetic of losses that are worked in long double. */
#include "arrays/arithmetic.h"

#include <float.h>
#include <math.h>

typedef longdouble work;

enum { MAX_EXPONENT = LDBL_MAX_EXP };

/* A quarter of the exponents: products of three such factors are normal numbers. */
static work least(void) { return ldexpl(1, -MAX_EXPONENT / 4); }
static work most(void) { return ldexpl(1, MAX_EXPONENT / 4); }
static work smallest_normal(void) { return LDBL_MIN; }

static void extreme_loss(enum loss_form form, work x, work y, work w, work p, const work *options, work divisor,
                         work outputs[3])
{
    extreme_loss_in_longdouble(form, x, y, w, p, options, divisor, outputs);
}

#include "arrays/arithmetic_sums.h"
#include "arrays/arithmetic_extremes.h"

const struct arithmetic arithmetic_longdouble = {
    NUMBER_longdouble, sizeof(work), ones, set, is_one, add_before, divide, sum_rows, shares_extreme, replace_extremes,
};
