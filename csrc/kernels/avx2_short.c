/* The kernels for AVX2, single vectors at a time. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "kernels/target.h"

TARGET_BEGIN("avx2,fma,f16c")

#define PACK 1
#include "vec/avx2.h"
#undef PACK

#define ISA avx2_short
#include "kernels/template.h"
#undef ISA

TARGET_END

#endif
