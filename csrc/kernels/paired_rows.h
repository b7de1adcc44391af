/* The kernels of the rows that are worked in pairs of floats, <function>_<dtype>_kernel; read by kernels/paired_kernels.h. */

/* How the numbers of a row are read, NULL where they are floats, and written. */
struct paired_row { size_t size; conversion_kernel *to_f32, *from_f64; };

static const struct paired_row
    paired_row_f32 = {sizeof(f32), NULL, f32_from_f64_kernel},
    paired_row_f16 = {sizeof(f16), f32_from_f16_kernel, f16_from_f64_kernel},
    paired_row_bf16 = {sizeof(bf16), f32_from_bf16_kernel, bf16_from_f64_kernel};

/* `count` numbers and those that fill the last pack: where they lie, or in one of the two rooms. */
static const f32 *read_row(const struct paired_row *row, const char *from, size_t count, size_t whole, char *raw, f32 *floats)
{
    if (count < whole) {
        copy_padded(raw, from, count, whole, row->size);
        from = raw;
    }
    if (row->to_f32 == NULL)
        return (const f32 *)from;
    row->to_f32(floats, from, (ptrdiff_t)whole);
    return floats;
}

/* Floats are computed where they belong, if they fill whole packs. */
static void *derivative_of_row(const struct paired_row *row, char *to, f64 *numbers, size_t count, size_t whole)
{
    return row->to_f32 == NULL && count == whole ? (void *)to : numbers;
}

static void write_row(const struct paired_row *row, char *to, const void *numbers, int are_floats, size_t count, size_t whole)
{
    char raw[PAIRED_BLOCK * sizeof(f32)];
    if (numbers == to)
        return;
    if (!are_floats)
        row->from_f64(count < whole ? raw : to, numbers, (ptrdiff_t)whole);
    if (count < whole)
        memcpy(to, are_floats ? numbers : raw, count * row->size);
}

/* Two arguments, and the outputs in the order of loss_outputs. */
INLINE void compute_paired_row(int wants, const struct paired_row *row, void *const *operands, ptrdiff_t n)
{
    static const struct loss_block alone = {0};
    f32 raw[2][PAIRED_BLOCK], inputs[2][PAIRED_BLOCK];
    f64 outputs[3][PAIRED_BLOCK];
    struct paired_part part = {
        .value = outputs[0], .rounds_derivatives = row->to_f32 == NULL,
        .wants = wants, .divides_in_pairs = 1, .inverse = 1, .most_logit = MOST_PAIRED_OF_MIDDLING, .block = &alone,
    };
    for (ptrdiff_t i = 0; i < n; i += PAIRED_BLOCK) {
        size_t count = (size_t)(n - i < PAIRED_BLOCK ? n - i : PAIRED_BLOCK);
        size_t whole = (count + LANES_f32 - 1) / LANES_f32 * LANES_f32, offset = (size_t)i * row->size;
        part.logits = read_row(row, (const char *)operands[0] + offset, count, whole, (char *)raw[0], inputs[0]);
        part.labels = read_row(row, (const char *)operands[1] + offset, count, whole, (char *)raw[1], inputs[1]);
        char *to[3] = {NULL};
        for (int k = 0, next = 2; k < 3; k++)
            if (wants >> k & 1)
                to[k] = (char *)operands[next++] + offset;
        part.gradient = derivative_of_row(row, to[1], outputs[1], count, whole);
        part.hessian = derivative_of_row(row, to[2], outputs[2], count, whole);
        compute_part(wants, VALUES_wait, &part, (ptrdiff_t)whole);
        const void *results[3] = {part.value, part.gradient, part.hessian};
        for (int k = 0; k < 3; k++)
            if (to[k] != NULL)
                write_row(row, to[k], results[k], k > 0 && part.rounds_derivatives, count, whole);
    }
}

/* Each stands once for the three types. */
#define PAIRED_ROW(name, wants)                                                                                \
    static NEVER_INLINE void compute_##name(const struct paired_row *row, void *const *operands, ptrdiff_t n) \
    {                                                                                                          \
        compute_paired_row((wants) | PAIRED_row, row, operands, n);                                            \
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
