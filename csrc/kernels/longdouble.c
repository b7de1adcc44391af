/* The longdouble kernels, one number at a time on every platform. */
#include "vec/scalar.h"

#include "kernels/for_each_pack.h"
#include "math/extended_losses.h"
#include "math/extended_extremes.h"

#define LINKAGE /* read by every table */

#define FUNCTION(inputs, outputs, name, ...) kernel name##_longdouble_kernel;
#include "functions.def"

#define FUNCTION(inputs, outputs, name, ...) KERNEL(inputs, outputs, name, longdouble, longdouble, name##_in_extended)
#include "functions.def"

#define LOSS(form, outputs) loss_kernel form##_##outputs##_in_extended_kernel;
ALL_LOSSES(LOSS)
#undef LOSS

#define READING extended
#define WORK longdouble
#define LOGITS longdouble
#define PASSES 1
#define LOSSES ALL_LOSSES
#include "kernels/loss_kernels.h"
#undef READING
#undef WORK
#undef LOGITS
#undef PASSES
#undef LOSSES

#undef LINKAGE

void extreme_loss_in_longdouble(enum loss_form form, longdouble x, longdouble y, longdouble w, longdouble p,
                                const longdouble *options, longdouble divisor, longdouble outputs[3])
{
    compute_in_extreme(form, x, y, w, p, options, divisor, outputs);
}
