/* The kernels of the fused losses, <form>_<outputs>_in_<READING>_kernel: read once for each working precision, over
 * math/loss_forms.h, with READING, WORK and
 *   LOGITS   the type of the logits, of the labels of the plain form, and of derivatives that are rounded; all else is WORK
 *   LINKAGE  of the kernels: static, or nothing
 * The form and the outputs are constant in each kernel: what it does not compute falls away. */

#define READ(type, operand, i) GLUE(GLUE(GLUE(v_load_, type), _as_), WORK)((const type *)(operand) + (i))
#define WRITE(type, operand, i, pack) GLUE(GLUE(GLUE(v_store_, type), _from_), WORK)((type *)(operand) + (i), pack)

INLINE struct F(loss) F(loss_of)(enum loss_form form, const struct loss_block *block, ptrdiff_t i)
{
    const WORK *options = block->options;
    VF x = READ(LOGITS, block->logits, i);
    if (form == LOSS_plain)
        return F(labelled_loss)(x, READ(LOGITS, block->labels, i));
    VF y = READ(WORK, block->labels, i), w = READ(WORK, block->weight, i);
    if (form == LOSS_probability)
        return F(probability_loss)(x, y, w);
    VF p = READ(WORK, block->pos_weight, i);
    return form == LOSS_focal ? F(focal_loss)(x, y, w, p, options) : F(weighted_loss)(x, y, w, p, V(set)(options[0]));
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

INLINE void F(compute_losses)(enum loss_form form, enum loss_outputs outputs, const struct loss_block *operands,
                              ptrdiff_t n)
{
    const struct loss_block block = *operands;
    ELEMENTS_ARE_INDEPENDENT
    for (ptrdiff_t i = 0; i < n; i += GLUE(LANES_, WORK)) {
        struct F(loss) loss = F(loss_of)(form, &block, i);
        if (outputs != OUTPUTS_gradient_and_hessian)
            WRITE(WORK, block.value, i, loss.value);
        if (outputs != OUTPUTS_value)
            F(write_derivative)(&block, block.gradient, i, loss.gradient);
        if (outputs == OUTPUTS_gradient_and_hessian)
            F(write_derivative)(&block, block.hessian, i, loss.hessian);
    }
}

#define LOSS(form, outputs)                                                                     \
    LINKAGE int GLUE(F(form##_##outputs), _kernel)(const struct loss_block *block, ptrdiff_t n) \
    {                                                                                           \
        F(compute_losses)(LOSS_##form, OUTPUTS_##outputs, block, n);                            \
        return 1;                                                                               \
    }
ALL_LOSSES(LOSS)
#undef LOSS

#undef READ
#undef WRITE
