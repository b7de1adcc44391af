/* The float32 kernels by few divisions, for sweep.c, on a processor that has AVX2 and no more: the same text, so that it can
 * be tried where no AVX-512 is. */
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "kernels/target.h"

TARGET_BEGIN("avx2,fma,f16c")

#define PACK 4
#include "vec/avx2.h"
#undef PACK

#define ISA avx2
#define REST_ISA avx2_short
#include "kernels/few_divisions.h"
#undef ISA
#undef REST_ISA

TARGET_END
