/* The kernels of losses worked in pairs of floats, over math/paired.h: <form>_<outputs>_in_paired_kernel, and those of the
 * rows whose elements they are, <function>_<dtype>_kernel.
 *
 * In two passes through a block that stays in the first-level cache, e^-|x| in the first: each chain of latency is then
 * short enough for a processor to overlap a few of them, which one pass of a hundred instructions is not. */

enum { PAIRED_BLOCK = 256 };
_Static_assert(PAIRED_BLOCK % WHOLE_PACKS == 0 && PAIRED_BLOCK % LANES_f32 == 0, "whole packs");

/* What a kernel is to compute, together. */
enum { PAIRED_value = 1, PAIRED_gradient = 2, PAIRED_hessian = 4 };
enum {
    PAIRED_value_and_gradient = PAIRED_value | PAIRED_gradient,
    PAIRED_gradient_and_hessian = PAIRED_gradient | PAIRED_hessian,
};

/* What the first pass leaves to the second. */
struct paired_block { f32 hi[PAIRED_BLOCK], lo[PAIRED_BLOCK], s[PAIRED_BLOCK]; };

/* Where a part of a block is read from and written to. Derivatives are rounded to floats, or left in doubles. */
struct paired_part {
    const f32 *logits, *labels;
    f64 *value;
    void *gradient, *hessian;
    int rounds_derivatives;
    const f64 *divisor; /* NULL for 1 */
    f32 scale[2];       /* one over it */
};

/* Whether logits may be out of range, and labels. */
struct paired_outside { int logits, labels; };

INLINE struct paired_outside first_pass(int wants, const struct paired_part *part, ptrdiff_t n, struct paired_block *block)
{
    vf32 logits = v_set_f32(0), labels = v_set_f32(0);
    for (ptrdiff_t i = 0; i < n; i += LANES_f32) {
        vf32 t = v_abs_f32(LOAD(f32, f32, part->logits, i));
        struct float_pair E = exp_of_minus_in_paired(t);
        STORE(f32, f32, block->hi, i, E.hi);
        STORE(f32, f32, block->lo, i, E.lo);
        if (wants & PAIRED_value)
            STORE(f32, f32, block->s, i, atanh_argument_in_paired(E));
        logits = v_max_bits_f32(logits, t);
        labels = v_max_bits_f32(labels, LOAD(f32, f32, part->labels, i));
    }
    return (struct paired_outside){v_any_bits_above_f32(logits, MOST_PAIRED), v_any_bits_above_f32(labels, 1)};
}

/* A derivative, its sign changed where x is negative. */
INLINE void write_pair(const struct paired_part *part, void *to, ptrdiff_t i, struct float_pair a, vf32 x)
{
    if (part->divisor != NULL)
        a = scaled_in_paired(a, (struct float_pair){v_set_f32(part->scale[0]), v_set_f32(part->scale[1])});
    if (part->rounds_derivatives)
        STORE(f32, f32, to, i, v_flip_f32(v_add_f32(a.hi, a.lo), x));
    else
        v_store_sum_f64_from_f32((f64 *)to + i, v_flip_f32(a.hi, x), v_flip_f32(a.lo, x), v_set_f32(0));
}

INLINE void second_pass(int wants, const struct paired_part *part, ptrdiff_t n, const struct paired_block *block)
{
    ELEMENTS_ARE_INDEPENDENT
    for (ptrdiff_t i = 0; i < n; i += LANES_f32) {
        vf32 x = LOAD(f32, f32, part->logits, i), y = LOAD(f32, f32, part->labels, i);
        struct float_pair E = {LOAD(f32, f32, block->hi, i), LOAD(f32, f32, block->lo, i)};
        struct float_pair c = wrong_share_in_paired(x, y);
        vf32 inverse = inverse_in_paired(E);
        if (wants & PAIRED_value) {
            struct paired_value value = loss_value_in_paired(E, inverse, LOAD(f32, f32, block->s, i), x, c);
            v_store_sum_f64_from_f32(part->value + i, value.linear, value.curved, value.low);
        }
        if (wants & PAIRED_gradient)
            write_pair(part, part->gradient, i, loss_slope_in_paired(E, inverse, c), x);
        if (wants & PAIRED_hessian)
            write_pair(part, part->hessian, i, loss_hessian_in_paired(E, inverse), v_set_f32(0));
    }
}

/* ---- numbers out of range ---- */

/* They are put aside before results take their place, and worked in narrow afterwards. */
struct paired_rest {
    ptrdiff_t count;
    uint16_t at[PAIRED_BLOCK];
    f32 logits[PAIRED_BLOCK], labels[PAIRED_BLOCK];
};

static void put_rest_aside(const struct paired_part *part, ptrdiff_t n, struct paired_rest *rest)
{
    rest->count = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        f32 x = part->logits[i], y = part->labels[i];
        if (fabsf(x) <= MOST_PAIRED && y >= 0 && y <= 1)
            continue;
        rest->at[rest->count] = (uint16_t)i;
        rest->logits[rest->count] = x;
        rest->labels[rest->count++] = y;
    }
    ptrdiff_t whole = (rest->count + WHOLE_PACKS - 1) / WHOLE_PACKS * WHOLE_PACKS;
    for (ptrdiff_t k = rest->count; k < whole; k++)
        rest->logits[k] = rest->labels[k] = 0;
}

static void deliver_derivative(const struct paired_part *part, void *to, ptrdiff_t i, f64 derivative)
{
    if (part->rounds_derivatives)
        ((f32 *)to)[i] = (f32)derivative;
    else
        ((f64 *)to)[i] = derivative;
}

static void compute_rest(int wants, const struct paired_part *part, const struct paired_rest *rest)
{
    f64 value[WHOLE_PACKS], gradient[WHOLE_PACKS], hessian[WHOLE_PACKS];
    for (ptrdiff_t k = 0; k < rest->count; k++) {
        ptrdiff_t i = rest->at[k], lane = k % WHOLE_PACKS;
        if (lane == 0) {
            struct loss_block block = {.logits = rest->logits + k, .labels = rest->labels + k, .value = value,
                                       .gradient = gradient, .hessian = hessian, .divisor = part->divisor};
            plain_gradient_and_hessian_in_narrow_kernel(&block, WHOLE_PACKS);
        }
        if (wants & PAIRED_value)
            part->value[i] = value[lane];
        if (wants & PAIRED_gradient)
            deliver_derivative(part, part->gradient, i, gradient[lane]);
        if (wants & PAIRED_hessian)
            deliver_derivative(part, part->hessian, i, hessian[lane]);
    }
}

/* ---- blocks ---- */

/* At most PAIRED_BLOCK elements. Returns whether a label may lie outside [0, 1]. */
INLINE int compute_part(int wants, const struct paired_part *part, ptrdiff_t n)
{
    struct paired_block block;
    struct paired_rest rest;
    struct paired_outside outside = first_pass(wants, part, n, &block);
    int has_rest = outside.logits || outside.labels;
    if (RARELY(has_rest))
        put_rest_aside(part, n, &rest);
    second_pass(wants, part, n, &block);
    if (RARELY(has_rest))
        compute_rest(wants, part, &rest);
    return outside.labels;
}

/* Quotients by what lies between lose nothing below the normal numbers: e^-MOST_PAIRED is 2^-60.6. */
static const f64 least_paired_divisor = 1, most_paired_divisor = 0x1p36;

static struct paired_part part_of(const struct loss_block *block)
{
    struct paired_part part = {
        .logits = block->logits, .labels = block->labels, .value = block->value, .gradient = block->gradient,
        .hessian = block->hessian, .rounds_derivatives = block->rounds_derivatives, .divisor = block->divisor,
    };
    f64 inverse = part.divisor == NULL ? 1 : 1 / *part.divisor;
    part.scale[0] = (f32)inverse;
    part.scale[1] = (f32)(inverse - part.scale[0]);
    return part;
}

static void advance(struct paired_part *part, ptrdiff_t n)
{
    ptrdiff_t bytes = n * (ptrdiff_t)(part->rounds_derivatives ? sizeof(f32) : sizeof(f64));
    part->logits += n;
    part->labels += n;
    part->value = part->value == NULL ? NULL : part->value + n;
    part->gradient = part->gradient == NULL ? NULL : (char *)part->gradient + bytes;
    part->hessian = part->hessian == NULL ? NULL : (char *)part->hessian + bytes;
}

INLINE int compute_paired(int wants, const struct loss_block *block, ptrdiff_t n)
{
    struct paired_part part = part_of(block);
    int outside = 0;
    for (; n > 0; n -= PAIRED_BLOCK) {
        ptrdiff_t count = n < PAIRED_BLOCK ? n : PAIRED_BLOCK;
        outside |= compute_part(wants, &part, count);
        advance(&part, count);
    }
    return outside;
}

/* Whether another kernel has to serve. */
static int has_extreme_divisor(const struct loss_block *block)
{
    const f64 *divisor = block->divisor;
    return divisor != NULL && !(*divisor >= least_paired_divisor && *divisor <= most_paired_divisor);
}

#define LOSS(outputs)                                                                          \
    static int plain_##outputs##_in_paired_kernel(const struct loss_block *block, ptrdiff_t n) \
    {                                                                                          \
        int with_value = block->value != NULL ? PAIRED_value : 0;                              \
        if (has_extreme_divisor(block))                                                        \
            return plain_##outputs##_in_narrow_kernel(block, n);                               \
        return compute_paired(PAIRED_##outputs | with_value, block, n);                        \
    }
LOSS(value)
LOSS(value_and_gradient)
LOSS(gradient_and_hessian)
#undef LOSS

/* ---- rows ---- */

/* How the numbers of a row are read and written. */
struct paired_row { size_t size; conversion_kernel *to_f32, *from_f64; };

static void copy_f32(void *to, const void *from, ptrdiff_t n)
{
    memcpy(to, from, (size_t)n * sizeof(f32));
}

/* Two arguments, and the outputs in the order of loss_outputs. */
INLINE void compute_paired_row(int wants, struct paired_row row, void *const *operands, ptrdiff_t n)
{
    f32 raw[PAIRED_BLOCK], inputs[2][PAIRED_BLOCK];
    f64 outputs[3][PAIRED_BLOCK];
    struct paired_part part = {inputs[0], inputs[1], outputs[0], outputs[1], outputs[2], 0, NULL, {1, 0}};
    for (ptrdiff_t i = 0; i < n; i += PAIRED_BLOCK) {
        size_t count = (size_t)(n - i < PAIRED_BLOCK ? n - i : PAIRED_BLOCK);
        size_t whole = (count + LANES_f32 - 1) / LANES_f32 * LANES_f32, offset = (size_t)i * row.size;
        for (int k = 0; k < 2; k++) {
            copy_padded((char *)raw, (const char *)operands[k] + offset, count, whole, row.size);
            row.to_f32(inputs[k], raw, (ptrdiff_t)whole);
        }
        compute_part(wants, &part, (ptrdiff_t)whole);
        for (int k = 0, next = 2; k < 3; k++) {
            if (!(wants >> k & 1))
                continue;
            row.from_f64(raw, outputs[k], (ptrdiff_t)whole);
            memcpy((char *)operands[next++] + offset, raw, count * row.size);
        }
    }
}

#define PAIRED_bce_with_logits PAIRED_value
#define PAIRED_bce_with_logits_grad PAIRED_gradient
#define PAIRED_bce_with_logits_value_and_grad PAIRED_value_and_gradient
#define PAIRED_bce_with_logits_grad_and_hess PAIRED_gradient_and_hessian

#define PAIRED_ROW_f32 {sizeof(f32), copy_f32, f32_from_f64_kernel}
#define PAIRED_ROW_f16 {sizeof(f16), f32_from_f16_kernel, f16_from_f64_kernel}
#define PAIRED_ROW_bf16 {sizeof(bf16), f32_from_bf16_kernel, bf16_from_f64_kernel}

#define KERNEL_paired(inputs, outputs, name, dtype)                                            \
    static void name##_##dtype##_kernel(void *const *operands, ptrdiff_t n)                    \
    {                                                                                          \
        compute_paired_row(PAIRED_##name, (struct paired_row)PAIRED_ROW_##dtype, operands, n); \
    }
