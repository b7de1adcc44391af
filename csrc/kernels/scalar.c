/* The portable kernels: plain C, which compilers vectorize for the baseline of the platform where they can. */
#include "vec/scalar.h"

#define ISA scalar
#include "kernels/template.h"
#undef ISA
