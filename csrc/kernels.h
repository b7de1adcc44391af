/* What a kernel is, and the table of all kernels that one instruction set provides.
 *
 * A kernel computes one function on contiguous operands of one dtype. It knows no strides and no threads, reads nothing
 * past operand[n], and takes operands that are disjoint or identical (in place). */
#ifndef PYSIGMOID_KERNELS_H
#define PYSIGMOID_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef float f32;
typedef double f64;
typedef long double longdouble;
typedef struct { uint16_t bits; } f16;
typedef struct { uint16_t bits; } bf16;

/* In NumPy's order of the loops: the first four are the rows of every ufunc, bfloat16 comes by the promoter. */
enum dtype { DTYPE_f32, DTYPE_f64, DTYPE_f16, DTYPE_longdouble, DTYPE_bf16, DTYPE_COUNT };

enum { MAX_OPERANDS = 4 };

/* operands: the inputs, then the outputs. */
typedef void kernel(void *const *operands, ptrdiff_t n);

struct kernels {
#define FUNCTION(inputs, outputs, name, ...) kernel *name[DTYPE_COUNT];
#include "functions.def"
};

#endif
