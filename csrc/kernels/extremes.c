/* The losses of doubles where factors are extreme, one number at a time on every platform. */
#include "vec/scalar.h"

#include "math/wide_extremes.h"

void extreme_loss_in_f64(enum loss_form form, f64 x, f64 y, f64 w, f64 p, const f64 *options, f64 divisor, f64 outputs[3])
{
    compute_in_extreme(form, x, y, w, p, options, divisor, outputs);
}
