/* The longdouble kernels, one number at a time on every platform. */
#include "vec/scalar.h"

#include "kernels/for_each_pack.h"
#include "math/longdouble.h"
#include "kernels/losses.h"

#define KERNEL_LINKAGE /* read by every table */
#define FUNCTION(inputs, outputs, name, ...) kernel name##_longdouble_kernel;
#include "functions.def"

#define FUNCTION(inputs, outputs, name, ...) \
    KERNEL(inputs, outputs, name, longdouble, longdouble, name##_longdouble)
#include "functions.def"

#define LOSS_LINKAGE
#define LOSS(form, outputs)                                        \
    loss_kernel form##_##outputs##_in_extended_kernel;             \
    LOSS_KERNEL(form, outputs, extended, longdouble, longdouble)
ALL_LOSSES(LOSS)

void extreme_loss_in_longdouble(enum loss_form form, longdouble x, longdouble y, longdouble w, longdouble p,
                             const longdouble *options, longdouble divisor, longdouble outputs[3])
{
    compute_in_extreme_longdouble(form, x, y, w, p, options, divisor, outputs);
}
