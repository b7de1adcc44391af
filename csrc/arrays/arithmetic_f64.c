/* The arithmetic of losses that are worked in double. */
#include "arrays/arithmetic.h"

#include <float.h>
#include <math.h>

typedef f64 work;

enum { MAX_EXPONENT = DBL_MAX_EXP };

static work least(void) { return LEAST_ORDINARY; }
static work most(void) { return MOST_ORDINARY; }
static work smallest_normal(void) { return DBL_MIN; }

static void extreme_loss(enum loss_form form, work x, work y, work w, work p, const work *options, work divisor,
                         work outputs[3])
{
    extreme_loss_in_f64(form, x, y, w, p, options, divisor, outputs);
}

#include "arrays/arithmetic_sums.h"
#include "arrays/arithmetic_extremes.h"

f64 total_of_running(const struct running_sums *running)
{
    f64 sums[RUNNING_SUMS];
    for (int k = 0; k < RUNNING_SUMS; k++)
        sums[k] = running->high[k] + (running->rest[k] + (f64)running->low[k]);
    return joined(sums);
}

const struct arithmetic arithmetic_f64 = {
    NUMBER_f64, sizeof(work), ones, set, is_one, add_before, divide, sum_rows, shares_extreme, replace_extremes,
};
