/* What a kernel is, and the table of all kernels that one instruction set provides.
 *
 * A kernel computes one function on contiguous operands of one dtype. It knows no strides and no threads, reads nothing
 * past operand[n], and takes operands that are disjoint or identical (in place). */
#ifndef PYSIGMOID_KERNELS_H
#define PYSIGMOID_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "guards.h"

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

/* The fused losses compute blocks of whole packs: operands have room for n rounded up to a multiple of this. */
enum { WHOLE_PACKS = 64 };

/* How a loss is worked: float32 logits (and all that fit in them) in pairs of floats, or in double; float64 logits, and
 * whatever needs their digits, in pairs of doubles; all with results in double; longdouble in itself. */
enum working { WORKING_paired, WORKING_narrow, WORKING_wide, WORKING_extended, WORKING_COUNT };

static inline int takes_f32_logits(enum working working)
{
    return working == WORKING_paired || working == WORKING_narrow;
}

/* Elements whose values are added up together. */
enum { SUMMED_BLOCK = 1024 };

/* Where the values of a block are added up by a kernel that works in pairs of floats: those of elements with the same place
 * modulo 16 one after the other, low words by themselves; and those that were worked in double. */
enum { RUNNING_SUMS = 16 };
struct running_sums {
    f64 high[RUNNING_SUMS], rest[RUNNING_SUMS];
    f32 low[RUNNING_SUMS];
    const uint8_t *kept; /* which elements count; NULL for all */
    ptrdiff_t count;     /* of elements: others fill the last pack */
};

/* A block of a loss: f64, longdouble where the working is longdouble; but where it takes them, f32 logits, f32 labels of the
 * plain form, and if so wanted f32 derivatives. In pairs of floats all operands are f32. Outputs that are not wanted are
 * NULL. */
struct loss;
struct loss_block {
    const void *logits, *labels, *weight, *pos_weight; /* in paired no weight is NULL */
    void *value, *gradient, *hessian;
    const void *options; /* {smoothing, alpha, gamma}, as far as the form has them */
    const void *divisor; /* of the derivatives; NULL for 1 */
    int rounds_derivatives;

    /* In paired alone. */
    const f64 *wide_labels, *wide_weight, *wide_pos_weight; /* where some of them are no f32: all of them; else NULL */
    struct running_sums *sums; /* if not NULL, the values are added to these instead of written: one for every SUMMED_BLOCK */
    /* Computes anew what wide kernels do not take, in the first n elements of f64; NULL where they take all. */
    void (*replace_extremes)(const struct loss *loss, const struct loss_block *tile, ptrdiff_t n);
    const struct loss *loss;
};

/* Returns whether a label may lie outside [0, 1], 1 where it does not look; nan does. */
typedef int loss_kernel(const struct loss_block *block, ptrdiff_t n);

/* The forms of loss, and the outputs each is asked for: LOSS(form, outputs).
 *   plain        the logistic loss of logits and labels
 *   weighted     the same with weight, pos_weight and label smoothing
 *   focal        the focal loss, with weight, pos_weight and label smoothing
 *   probability  the cross entropy of probabilities, with weight */
#define DERIVABLE_LOSS(LOSS, form) LOSS(form, value) LOSS(form, value_and_gradient) LOSS(form, gradient_and_hessian)
#define SHORT_LOSSES(LOSS) DERIVABLE_LOSS(LOSS, plain) LOSS(probability, value)
#define LONG_LOSSES(LOSS) DERIVABLE_LOSS(LOSS, weighted) DERIVABLE_LOSS(LOSS, focal)
#define ALL_LOSSES(LOSS) SHORT_LOSSES(LOSS) LONG_LOSSES(LOSS)

/* Those of narrow logits: in pairs of floats, and in double. */
#define PAIRED_LOSSES(LOSS) DERIVABLE_LOSS(LOSS, plain) DERIVABLE_LOSS(LOSS, weighted) LOSS(probability, value)
#define NARROW_LOSSES(LOSS) DERIVABLE_LOSS(LOSS, focal)

/* Gradient and Hessian come with the value where the block has a place for it. */
enum loss_outputs { OUTPUTS_value, OUTPUTS_value_and_gradient, OUTPUTS_gradient_and_hessian, LOSS_OUTPUTS_COUNT };

/* n numbers of one type as another, n a multiple of WHOLE_PACKS: widened exactly, narrowed with one rounding. */
typedef void conversion_kernel(void *to, const void *from, ptrdiff_t n);

/* Whether any of n numbers, n a multiple of WHOLE_PACKS, lies outside [0, 1]; nan does. */
typedef int range_kernel(const void *numbers, ptrdiff_t n);

/* Whether any of n numbers, n a multiple of WHOLE_PACKS, is of magnitude > `bound`; nan may be, or not. */
typedef int bound_kernel(const void *numbers, ptrdiff_t n, f64 bound);

/* Bins into which numbers are split: of numbers up to `bound` the first takes what is above its last bit, the next what that
 * leaves. The last bit of a rounder is that of its bin. */
enum { LEAST_LEVELS = 2, MOST_LEVELS = 4 };
struct grid {
    f64 bound, rounders[MOST_LEVELS];
    int levels;
};

/* The sums of each bin over n numbers, n a multiple of WHOLE_PACKS; 0 where a number is beyond the bound, or nan, or has bits
 * below those of the last bin. */
typedef int split_kernel(const void *numbers, ptrdiff_t n, const struct grid *grid, f64 *sums);

/* Takes numbers of magnitude < least out of n, n a multiple of WHOLE_PACKS, and leaves 0 in their places; returns how many.
 * `taken` has room for n. */
typedef ptrdiff_t take_kernel(f64 *taken, f64 *numbers, ptrdiff_t n, f64 least);

/* The loss kernels take factors of doubles to be ordinary, that is 0 or of a size that float32 has, and narrow logits to be
 * at most LARGEST_NARROW: e^-200 is 2^-288. What is not ordinary is computed by extreme_loss_in_<type>, one element at a time:
 * value, gradient and Hessian, these over the divisor. The same function serves every instruction set. */
#define LEAST_ORDINARY 0x1p-149
#define MOST_ORDINARY 0x1p128
enum { LARGEST_NARROW = 200 };

enum loss_form { LOSS_plain, LOSS_weighted, LOSS_focal, LOSS_probability, LOSS_FORM_COUNT };

void extreme_loss_in_f64(enum loss_form form, f64 x, f64 y, f64 w, f64 p, const f64 *options, f64 divisor, f64 outputs[3]);
void extreme_loss_in_longdouble(enum loss_form form, longdouble x, longdouble y, longdouble w, longdouble p,
                               const longdouble *options, longdouble divisor, longdouble outputs[3]);

struct kernels {
#define FUNCTION(inputs, outputs, name, ...) kernel *name[DTYPE_COUNT];
#include "functions.def"
    loss_kernel *losses[WORKING_COUNT][LOSS_FORM_COUNT][LOSS_OUTPUTS_COUNT];
    conversion_kernel *f32_from[DTYPE_COUNT], *f64_from[DTYPE_COUNT]; /* of narrower dtypes; else NULL */
    conversion_kernel *from_f64[DTYPE_COUNT];
    range_kernel *any_f32_outside_unit, *any_f64_outside_unit, *any_f64_extreme; /* extreme: not ordinary, or perhaps nan */
    bound_kernel *any_f32_beyond, *any_f64_beyond;
    take_kernel *take_f64_below;
    split_kernel *split_f64[MOST_LEVELS + 1]; /* by the number of levels, from LEAST_LEVELS on */
};

#endif
