/* The kernels of the fused losses, <form>_<outputs>_in_<READING>_kernel: read once for each working precision, over
 * math/loss_forms.h, with READING, WORK and
 *   LOGITS   the type of the logits, of the labels of the plain form, and of derivatives that are rounded; all else is WORK
 *   PASSES   over the elements: 1, or 2 as in kernels/loss_passes.h
 *   LOSSES   which kernels: ALL_LOSSES, or one of its parts
 *   LINKAGE  of the kernels: static, or nothing
 * The form and the outputs are constant in each kernel: what it does not compute falls away. */

#define LANES GLUE(LANES_, WORK)
#define READ(type, operand, i) GLUE(GLUE(GLUE(v_load_, type), _as_), WORK)((const type *)(operand) + (i))
#define WRITE(type, operand, i, pack) GLUE(GLUE(GLUE(v_store_, type), _from_), WORK)((type *)(operand) + (i), pack)

/* Element i and those that fill a pack with it. */
struct F(element) { VF x, y, w, p; };

INLINE struct F(element) F(read_element)(enum loss_form form, const struct loss_block *block, ptrdiff_t i)
{
    VF x = READ(LOGITS, block->logits, i), one = V(set)(1);
    if (form == LOSS_plain)
        return (struct F(element)){x, READ(LOGITS, block->labels, i), one, one};
    VF y = READ(WORK, block->labels, i), w = READ(WORK, block->weight, i);
    if (form == LOSS_probability)
        return (struct F(element)){x, y, w, one};
    return (struct F(element)){x, y, w, READ(WORK, block->pos_weight, i)};
}

/* The text that is good for all operands. */
INLINE struct F(loss) F(loss_anywhere)(enum loss_form form, struct F(element) e, const WORK *options)
{
    switch (form) {
    case LOSS_plain: return F(labelled_loss)(e.x, e.y);
    case LOSS_probability: return F(probability_loss)(e.x, e.y, e.w);
    case LOSS_focal: return F(focal_loss)(e.x, e.y, e.w, e.p, options);
    default: return F(weighted_loss)(e.x, e.y, e.w, e.p, V(set)(options[0]));
    }
}

INLINE void F(write_derivative)(const struct loss_block *block, void *operand, ptrdiff_t i, VF derivative)
{
    if (block->divisor != NULL)
        derivative = F(divided)(derivative, V(set)(*(const WORK *)block->divisor));
    if (block->rounds_derivatives)
        WRITE(LOGITS, operand, i, derivative);
    else
        WRITE(WORK, operand, i, derivative);
}

/* The value last: so what it alone needs is computed where it is wanted. */
INLINE void F(write_losses)(enum loss_outputs outputs, const struct loss_block *block, ptrdiff_t i, struct F(loss) loss)
{
    if (outputs != OUTPUTS_value)
        F(write_derivative)(block, block->gradient, i, loss.gradient);
    if (outputs == OUTPUTS_gradient_and_hessian)
        F(write_derivative)(block, block->hessian, i, loss.hessian);
    if (outputs != OUTPUTS_gradient_and_hessian || block->value != NULL)
        WRITE(WORK, block->value, i, loss.value);
}

INLINE void F(compute_anywhere)(enum loss_form form, enum loss_outputs outputs, const struct loss_block *operands,
                                ptrdiff_t n)
{
    const struct loss_block block = *operands;
    ELEMENTS_ARE_INDEPENDENT
    for (ptrdiff_t i = 0; i < n; i += LANES)
        F(write_losses)(outputs, &block, i, F(loss_anywhere)(form, F(read_element)(form, &block, i), block.options));
}

#if PASSES == 1
#define COMPUTE(form, outputs, block, n) F(compute_anywhere)(form, outputs, block, n)
#else
#include "kernels/loss_passes.h"
#define COMPUTE(form, outputs, block, n)                    \
    do {                                                    \
        if ((form) == LOSS_probability)                     \
            F(compute_anywhere)(form, outputs, block, n);   \
        else                                                \
            F(compute_in_passes)(form, outputs, block, n);  \
    } while (0)
#endif

#define LOSS(form, outputs)                                                                     \
    LINKAGE int GLUE(F(form##_##outputs), _kernel)(const struct loss_block *block, ptrdiff_t n) \
    {                                                                                           \
        COMPUTE(LOSS_##form, OUTPUTS_##outputs, block, n);                                      \
        return 1;                                                                               \
    }
LOSSES(LOSS)
#undef LOSS

#undef COMPUTE
#undef LANES
#undef READ
#undef WRITE
