/* Conversions between the types of number. */
#include "arrays/numbers.h"

#include <string.h>

#include "kernels/dispatch.h"

ptrdiff_t size_of_number(enum number number)
{
    static const unsigned char sizes[] = {
#define NUMBER(name, type) [NUMBER_##name] = sizeof(type),
        ALL_NUMBERS(NUMBER)
#undef NUMBER
    };
    return sizes[number];
}

/* Types that C converts by itself. */
#define CONVERT_BY(expression, to, name, from)                                  \
    static void to##_from_##name(void *target, const void *source, ptrdiff_t n) \
    {                                                                           \
        to *restrict y = target;                                                \
        const from *restrict x = source;                                        \
        for (ptrdiff_t i = 0; i < n; i++)                                       \
            y[i] = (to)(expression);                                            \
    }
#define CONVERT(to, name, from) CONVERT_BY(x[i], to, name, from)
#define CONVERT_TRUTH(to) CONVERT_BY(x[i] != 0, to, boolean, uint8_t)
#define CONVERT_INTEGER(name, type) CONVERT(f32, name, type) CONVERT(f64, name, type) CONVERT(longdouble, name, type)
CONVERT_TRUTH(f32)
CONVERT_TRUTH(f64)
CONVERT_TRUTH(longdouble)
TRUE_INTEGERS(CONVERT_INTEGER)
CONVERT(f32, longdouble, longdouble)
CONVERT(f64, longdouble, longdouble)
CONVERT(longdouble, f32, f32)
CONVERT(longdouble, f64, f64)

/* Types that the kernels convert. */
#define CONVERT_BY_KERNEL(to, from, kernel)                                     \
    static void to##_from_##from(void *target, const void *source, ptrdiff_t n) \
    {                                                                           \
        active.kernel(target, source, n);                                       \
    }
CONVERT_BY_KERNEL(f32, f16, f32_from[DTYPE_f16])
CONVERT_BY_KERNEL(f32, bf16, f32_from[DTYPE_bf16])
CONVERT_BY_KERNEL(f64, f16, f64_from[DTYPE_f16])
CONVERT_BY_KERNEL(f64, bf16, f64_from[DTYPE_bf16])
CONVERT_BY_KERNEL(f64, f32, f64_from[DTYPE_f32])
CONVERT_BY_KERNEL(f16, f64, from_f64[DTYPE_f16])
CONVERT_BY_KERNEL(bf16, f64, from_f64[DTYPE_bf16])
CONVERT_BY_KERNEL(f32, f64, from_f64[DTYPE_f32])

/* Half types and longdouble meet in f64. */
#define CONVERT_THROUGH_F64(to, from)                                                      \
    static void to##_from_##from(void *target, const void *source, ptrdiff_t n)            \
    {                                                                                      \
        f64 between[WHOLE_PACKS];                                                          \
        for (ptrdiff_t i = 0; i < n; i += WHOLE_PACKS) {                                   \
            f64_from_##from(between, (const from *)source + i, WHOLE_PACKS);               \
            to##_from_f64((to *)target + i, between, WHOLE_PACKS);                         \
        }                                                                                  \
    }
CONVERT_THROUGH_F64(f16, longdouble)
CONVERT_THROUGH_F64(bf16, longdouble)
CONVERT_THROUGH_F64(longdouble, f16)
CONVERT_THROUGH_F64(longdouble, bf16)

static conversion_kernel *const conversions[][NUMBER_longdouble + 1] = {
#define FROM_INTEGER(name, type)                                \
    [NUMBER_f32][NUMBER_##name] = f32_from_##name,              \
    [NUMBER_f64][NUMBER_##name] = f64_from_##name,              \
    [NUMBER_longdouble][NUMBER_##name] = longdouble_from_##name,
    ALL_INTEGERS(FROM_INTEGER)
#define CONVERSION(to, from) [NUMBER_##to][NUMBER_##from] = to##_from_##from,
    CONVERSION(f32, f16) CONVERSION(f32, bf16) CONVERSION(f32, f64) CONVERSION(f32, longdouble)
    CONVERSION(f64, f16) CONVERSION(f64, bf16) CONVERSION(f64, f32) CONVERSION(f64, longdouble)
    CONVERSION(longdouble, f16) CONVERSION(longdouble, bf16) CONVERSION(longdouble, f32) CONVERSION(longdouble, f64)
    CONVERSION(f16, f64) CONVERSION(f16, longdouble) CONVERSION(bf16, f64) CONVERSION(bf16, longdouble)
};

void convert_numbers(void *to, enum number target, const void *from, enum number source, ptrdiff_t n)
{
    if (target == source)
        memcpy(to, from, (size_t)(n * size_of_number(source)));
    else
        conversions[target][source](to, from, n);
}

void swap_bytes(void *numbers, enum number number, ptrdiff_t n)
{
    ptrdiff_t size = size_of_number(number);
    for (char *first = numbers; n > 0; n--, first += size)
        for (char *low = first, *high = first + size - 1; low < high; low++, high--) {
            char byte = *low;
            *low = *high;
            *high = byte;
        }
}
