/* Over the vocabulary that was read before, in packs of four vectors: the float32 kernels by few divisions, and how a table
 * of kernels takes them. log_sigmoid and softplus are not among them: their arithmetic takes as long as their divisions do,
 * however few. */
#include "kernels/for_each_pack.h"
#include "vec/inverse.h"
#include "math/f32.h"
#include "math/few_divisions.h"

#define LINKAGE static
#define ROWS                            \
    ROW(1, 1, sigmoid)                  \
    ROW(1, 1, log_sigmoid_derivative)   \
    ROW(1, 1, silu)                     \
    ROW(1, 1, sigmoid_derivative)       \
    ROW(1, 2, sigmoid_and_derivative)

#define ROW(inputs, outputs, name) KERNEL(inputs, outputs, name, f32, f64, name##_f32_by_few_divisions)
ROWS
#undef ROW

void GLUE(GLUE(use_, ISA), _few_divisions)(struct kernels *kernels);

void GLUE(GLUE(use_, ISA), _few_divisions)(struct kernels *kernels)
{
#define ROW(inputs, outputs, name) kernels->name[DTYPE_f32] = name##_f32_kernel;
    ROWS
#undef ROW
}

#undef ROWS
#undef LINKAGE
