/* The longdouble kernels, one number at a time on every platform. */
#include "vec_scalar.h"

#include "for_each_pack.h"
#include "math_longdouble.h"
#include "kernels_losses.h"

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
