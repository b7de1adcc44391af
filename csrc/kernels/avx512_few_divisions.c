/* The kernels for AVX-512 on processors that take long over a division. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "kernels/target.h"

TARGET_BEGIN("avx512f,avx512dq,avx512bw,avx512vl,fma,f16c")

#define PACK 4
#include "vec/avx512.h"
#undef PACK

#define ISA avx512
#define REST_ISA avx2_short
#include "kernels/few_divisions.h"
#undef ISA
#undef REST_ISA

TARGET_END

#endif
