/* The types of number that arrays hold, and contiguous numbers of one type as another. */
#ifndef PYSIGMOID_NUMBERS_H
#define PYSIGMOID_NUMBERS_H

#include "kernels.h"

/* NUMBER(name, C type): labels and masks may be any of them. A boolean is true in every byte but 0. */
#define TRUE_INTEGERS(NUMBER)                                                            \
    NUMBER(i8, int8_t) NUMBER(u8, uint8_t) NUMBER(i16, int16_t) NUMBER(u16, uint16_t)    \
    NUMBER(i32, int32_t) NUMBER(u32, uint32_t) NUMBER(i64, int64_t) NUMBER(u64, uint64_t)
#define ALL_INTEGERS(NUMBER) NUMBER(boolean, uint8_t) TRUE_INTEGERS(NUMBER)
#define ALL_FLOATS(NUMBER) \
    NUMBER(f16, f16) NUMBER(bf16, bf16) NUMBER(f32, f32) NUMBER(f64, f64) NUMBER(longdouble, longdouble)
#define ALL_NUMBERS(NUMBER) ALL_INTEGERS(NUMBER) ALL_FLOATS(NUMBER)

enum number {
#define NUMBER(name, type) NUMBER_##name,
    ALL_NUMBERS(NUMBER)
#undef NUMBER
};

ptrdiff_t size_of_number(enum number number);

/* n numbers, rounded once where the target is narrower; n is a multiple of WHOLE_PACKS and both blocks are aligned. The
 * target is f32, f64 or longdouble, or the source is f64 or longdouble. */
void convert_numbers(void *to, enum number target, const void *from, enum number source, ptrdiff_t n);

/* Turns the bytes of each of n numbers around. */
void swap_bytes(void *numbers, enum number number, ptrdiff_t n);

#endif
