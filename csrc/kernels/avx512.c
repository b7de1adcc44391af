/* The kernels for AVX-512. */
#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "kernels/target.h"

TARGET_BEGIN("avx512f,avx512dq,avx512bw,avx512vl,fma,f16c")

/* Four vectors in flight: on Zen 4, 10 to 25 % faster than one or two for most functions. */
#define PACK 4
#include "vec/avx512.h"
#undef PACK

#define ISA avx512
#define REST_ISA avx2_short /* every CPU with AVX-512 has AVX2, whose vectors are filled sooner */
#include "kernels/template.h"
#undef ISA
#undef REST_ISA

TARGET_END

#endif
