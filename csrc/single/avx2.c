/* One number at a time, for compiled callers: the portable text with the instruction that v_fma asks for. A pack of
 * which one lane counts would take three times as long, to be filled and read. */
#if defined(__x86_64__)

#include <math.h>
#include <string.h>

#include "kernels/target.h"

TARGET_BEGIN("avx2,fma,f16c")

#define V_BRANCHES_PAY 1
#include "vec/scalar.h"

#include "kernels/for_each_pack.h"
#include "math/f32.h"
#include "math/half.h"
#include "math/narrow.h"
#include "math/wide_losses.h"
#include "math/wide_derivatives.h"
#include "math/fast.h"
#include "single/define.h"

#define COMPUTE_BY_FORMULA(operands, inputs, outputs, dtype, work, formula) \
    APPLY_##inputs##_##outputs(dtype, work, formula, operands, 0)
#define NUMBERS_BY_FORMULA(inputs, outputs, name, dtype, work, formula) \
    NUMBERS(inputs, outputs, name, dtype, COMPUTE_BY_FORMULA, inputs, outputs, dtype, work, formula)

#define NUMBERS_f32(inputs, outputs, name) NUMBERS_BY_FORMULA(inputs, outputs, name, f32, f32, name##_f32)
#define NUMBERS_f64(inputs, outputs, name) NUMBERS_BY_FORMULA(inputs, outputs, name, f32, f64, name##_f32)
#define NUMBERS_narrow(inputs, outputs, name) NUMBERS_BY_FORMULA(inputs, outputs, name, f32, f64, name##_in_narrow)

/* Pairs of floats are worked in blocks: of one number as well. */
extern const struct kernels kernels_avx2_short;
#define NUMBERS_paired(inputs, outputs, name) \
    NUMBERS(inputs, outputs, name, f32, COMPUTE_BY_KERNEL, kernels_avx2_short.name[DTYPE_f32])

#define FUNCTION(inputs, outputs, name, half, single, ...) \
    NUMBERS_##single(inputs, outputs, name)                \
    NUMBERS_BY_FORMULA(inputs, outputs, name, f64, f64, name##_in_wide)
#include "functions.def"

const struct number_functions numbers_avx2 = {
#define FUNCTION(inputs, outputs, name, ...) .name##_f32 = name##_f32_number, .name##_f64 = name##_f64_number,
#include "functions.def"
};

TARGET_END

#endif
