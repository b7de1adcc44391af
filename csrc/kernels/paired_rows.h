/* The kernels of the rows that are worked in pairs of floats, <function>_<dtype>_kernel; read by kernels/paired_kernels.h. */

/* How the numbers of a row are read and written. */
struct paired_row { size_t size; conversion_kernel *to_f32, *from_f64; };

static void copy_f32(void *to, const void *from, ptrdiff_t n)
{
    memcpy(to, from, (size_t)n * sizeof(f32));
}

static const struct paired_row
    paired_row_f32 = {sizeof(f32), copy_f32, f32_from_f64_kernel},
    paired_row_f16 = {sizeof(f16), f32_from_f16_kernel, f16_from_f64_kernel},
    paired_row_bf16 = {sizeof(bf16), f32_from_bf16_kernel, bf16_from_f64_kernel};

/* Two arguments, and the outputs in the order of loss_outputs. */
INLINE void compute_paired_row(int wants, const struct paired_row *row, void *const *operands, ptrdiff_t n)
{
    static const struct loss_block alone = {0};
    f32 raw[PAIRED_BLOCK], inputs[2][PAIRED_BLOCK];
    f64 outputs[3][PAIRED_BLOCK];
    struct paired_part part = {
        .logits = inputs[0], .labels = inputs[1], .value = outputs[0], .gradient = outputs[1], .hessian = outputs[2],
        .wants = wants, .divides_in_pairs = 1, .inverse = 1, .most_logit = MOST_PAIRED_OF_MIDDLING,
        .block = &alone,
    };
    for (ptrdiff_t i = 0; i < n; i += PAIRED_BLOCK) {
        size_t count = (size_t)(n - i < PAIRED_BLOCK ? n - i : PAIRED_BLOCK);
        size_t whole = (count + LANES_f32 - 1) / LANES_f32 * LANES_f32, offset = (size_t)i * row->size;
        for (int k = 0; k < 2; k++) {
            copy_padded((char *)raw, (const char *)operands[k] + offset, count, whole, row->size);
            row->to_f32(inputs[k], raw, (ptrdiff_t)whole);
        }
        compute_part(wants, &part, (ptrdiff_t)whole);
        for (int k = 0, next = 2; k < 3; k++) {
            if (!(wants >> k & 1))
                continue;
            row->from_f64(raw, outputs[k], (ptrdiff_t)whole);
            memcpy((char *)operands[next++] + offset, raw, count * row->size);
        }
    }
}

/* Each stands once for the three types. */
#define PAIRED_ROW(name, wants)                                                                                \
    static NEVER_INLINE void compute_##name(const struct paired_row *row, void *const *operands, ptrdiff_t n) \
    {                                                                                                          \
        compute_paired_row(wants, row, operands, n);                                                           \
    }
PAIRED_ROW(bce_with_logits, PAIRED_value)
PAIRED_ROW(bce_with_logits_grad, PAIRED_gradient)
PAIRED_ROW(bce_with_logits_value_and_grad, PAIRED_value_and_gradient)
PAIRED_ROW(bce_with_logits_grad_and_hess, PAIRED_gradient_and_hessian)
PAIRED_ROW(bce, PAIRED_value | PAIRED_probability)
#undef PAIRED_ROW

#define KERNEL_paired(inputs, outputs, name, dtype)                         \
    static void name##_##dtype##_kernel(void *const *operands, ptrdiff_t n) \
    {                                                                       \
        compute_##name(&paired_row_##dtype, operands, n);                   \
    }
