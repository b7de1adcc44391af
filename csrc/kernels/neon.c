/* The kernels for NEON, which every aarch64 has: no target to open. */
#if defined(__aarch64__)

#include <arm_neon.h>
#include <math.h>
#include <string.h>

#define PACK 4
#include "vec/neon.h"
#undef PACK

#define ISA neon
#include "kernels/template.h"
#undef ISA

#endif
