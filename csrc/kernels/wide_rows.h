/* The float64 rows of losses with two outputs, or the value: <function>_f64_kernel, by the kernels of the losses in wide, so
 * that they take their two passes, and the text stands once. */

INLINE struct loss_block block_of_row(enum loss_outputs outputs, void *const *operands)
{
    struct loss_block block = {.logits = operands[0], .labels = operands[1]};
    if (outputs == OUTPUTS_gradient_and_hessian) {
        block.gradient = operands[2];
        block.hessian = operands[3];
    } else {
        block.value = operands[2];
        block.gradient = outputs == OUTPUTS_value ? NULL : operands[3];
    }
    return block;
}

INLINE void compute_wide_row(loss_kernel *compute, enum loss_outputs outputs, void *const *operands, ptrdiff_t n)
{
    f64 packs[MAX_OPERANDS][LANES_f64];
    void *const padded[MAX_OPERANDS] = {packs[0], packs[1], packs[2], packs[3]};
    struct loss_block block = block_of_row(outputs, operands), rest = block_of_row(outputs, padded);
    size_t count = (size_t)(n % LANES_f64), of_whole = (size_t)n - count;
    compute(&block, (ptrdiff_t)of_whole);
    if (count == 0)
        return;
    for (int k = 0; k < 2; k++)
        copy_padded((char *)packs[k], (const char *)((const f64 *)operands[k] + of_whole), count, LANES_f64, sizeof(f64));
    compute(&rest, LANES_f64);
    for (int k = 2; k < 3 + (outputs != OUTPUTS_value); k++)
        memcpy((f64 *)operands[k] + of_whole, packs[k], count * sizeof(f64));
}

#define WIDE_ROW(name, outputs)                                                                      \
    static void name##_f64_kernel(void *const *operands, ptrdiff_t n)                                \
    {                                                                                                \
        compute_wide_row(plain_##outputs##_in_wide_kernel, OUTPUTS_##outputs, operands, n);          \
    }

#define WIDE_ROW_bce_with_logits WIDE_ROW(bce_with_logits, value)
#define WIDE_ROW_bce_with_logits_grad \
    KERNEL(2, 1, bce_with_logits_grad, f64, f64, bce_with_logits_grad_in_wide)
#define WIDE_ROW_bce KERNEL(2, 1, bce, f64, f64, bce_in_wide)
#define WIDE_ROW_bce_with_logits_value_and_grad WIDE_ROW(bce_with_logits_value_and_grad, value_and_gradient)
#define WIDE_ROW_bce_with_logits_grad_and_hess WIDE_ROW(bce_with_logits_grad_and_hess, gradient_and_hessian)

/* The float64 kernel of a row, by what the row says of float32. */
#define WIDE_KERNEL_f32(inputs, outputs, name) KERNEL(inputs, outputs, name, f64, f64, name##_in_wide)
#define WIDE_KERNEL_f64(inputs, outputs, name) KERNEL(inputs, outputs, name, f64, f64, name##_in_wide)
#define WIDE_KERNEL_narrow(inputs, outputs, name) KERNEL(inputs, outputs, name, f64, f64, name##_in_wide)
#define WIDE_KERNEL_paired(inputs, outputs, name) WIDE_ROW_##name
