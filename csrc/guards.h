/* What the results rest on, for every file that computes: a compiler or an option that breaks it is told here. */
#ifndef PYSIGMOID_GUARDS_H
#define PYSIGMOID_GUARDS_H

#include <float.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

/* gcc says by __GCC_IEC_559 that a part of -ffast-math is on, even where that part has no macro of its own. */
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) \
    || (defined(__GCC_IEC_559) && __GCC_IEC_559 == 0)
#error "pysigmoid is correctly rounded by IEEE arithmetic as written: build it without -ffast-math or any part of it"
#endif

/* Wider intermediates (x87, as gcc -m32 has them) round twice. */
_Static_assert(FLT_EVAL_METHOD == 0, "float and double must be computed in their own precision: with SSE2, not x87");

/* The formats that kernels take apart by bits. */
_Static_assert(CHAR_BIT == 8 && sizeof(float) == 4 && sizeof(double) == 8, "float32 is float, float64 is double");
_Static_assert(FLT_RADIX == 2 && FLT_MANT_DIG == 24 && FLT_MAX_EXP == 128, "float is IEEE binary32");
_Static_assert(DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024, "double is IEEE binary64");
_Static_assert(LDBL_MANT_DIG >= DBL_MANT_DIG && LDBL_MAX_EXP >= DBL_MAX_EXP, "longdouble holds every float64");

/* Integers: what C11 leaves to the compiler, gcc and clang define so. */
_Static_assert((int32_t)UINT32_MAX == -1 && (int64_t)UINT64_MAX == -1, "conversion to signed wraps");
_Static_assert(-5 >> 1 == -3, "signed numbers are shifted arithmetically");
_Static_assert(sizeof(int) >= 4, "int holds the bits of a half type, shifted");

/* Addresses are compared as integers, distances of elements counted as NumPy's npy_intp. */
_Static_assert(sizeof(void *) == sizeof(uintptr_t) && sizeof(ptrdiff_t) == sizeof(intptr_t), "one size of addresses");

#endif
