/* The fused losses over the vocabulary that was read before: a kernel for every form and its outputs. */

/* Which outputs a kernel computes is constant: the rest of an inlined formula falls away. */
#define HAS_VALUE(outputs) ((outputs) != OUTPUTS_gradient_and_hessian)
#define HAS_GRADIENT(outputs) ((outputs) != OUTPUTS_value)
#define HAS_HESSIAN(outputs) ((outputs) == OUTPUTS_gradient_and_hessian)

#define READ_AS(work, type, operand) GLUE(GLUE(GLUE(v_load_, type), _as_), work)((const type *)block->operand + i)
#define WRITE_AS(type, work, operand, pack) \
    GLUE(GLUE(GLUE(v_store_, type), _from_), work)((type *)block->operand + i, pack)
#define SET(work, number) GLUE(v_set_, work)(*(const work *)(number))

#define WRITE_DERIVATIVE(reading, work, type, operand)                                                      \
    do {                                                                                                    \
        GLUE(v, work) derivative = loss.operand;                                                            \
        if (block->divisor != NULL)                                                                         \
            derivative = divided_in_##reading(derivative, SET(work, block->divisor));                       \
        if (block->rounds_derivatives)                                                                      \
            WRITE_AS(type, work, operand, derivative);                                                      \
        else                                                                                                \
            WRITE_AS(work, work, operand, derivative);                                                      \
    } while (0)

/* The pack functions of math/loss_forms.h applied to a block; logits are of their own type, all else is work. */
#define LOSS_plain(reading, work, type) \
    labelled_loss_in_##reading(READ_AS(work, type, logits), READ_AS(work, type, labels))
#define LOSS_weighted(reading, work, type)                                                                  \
    weighted_loss_in_##reading(READ_AS(work, type, logits), READ_AS(work, work, labels),                     \
                               READ_AS(work, work, weight), READ_AS(work, work, pos_weight),                 \
                               SET(work, block->options))
#define LOSS_focal(reading, work, type)                                                                     \
    focal_loss_in_##reading(READ_AS(work, type, logits), READ_AS(work, work, labels),                        \
                            READ_AS(work, work, weight), READ_AS(work, work, pos_weight),                    \
                            (const work *)block->options)
#define LOSS_probability(reading, work, type)                                                               \
    probability_loss_in_##reading(READ_AS(work, type, logits), READ_AS(work, work, labels),                  \
                                  READ_AS(work, work, weight))

#define LOSS_KERNEL(form, outputs, reading, work, type)                                                     \
    INLINE void form##_##outputs##_in_##reading(const struct loss_block *block, ptrdiff_t i)                 \
    {                                                                                                       \
        struct loss_in_##reading loss = LOSS_##form(reading, work, type);                                   \
        if (HAS_VALUE(OUTPUTS_##outputs))                                                                   \
            WRITE_AS(work, work, value, loss.value);                                                        \
        if (HAS_GRADIENT(OUTPUTS_##outputs))                                                                \
            WRITE_DERIVATIVE(reading, work, type, gradient);                                                \
        if (HAS_HESSIAN(OUTPUTS_##outputs))                                                                 \
            WRITE_DERIVATIVE(reading, work, type, hessian);                                                 \
    }                                                                                                       \
    LOSS_LINKAGE void form##_##outputs##_in_##reading##_kernel(const struct loss_block *operands, ptrdiff_t n) \
    {                                                                                                       \
        const struct loss_block block = *operands;                                                          \
        ELEMENTS_ARE_INDEPENDENT                                                                            \
        for (ptrdiff_t i = 0; i < n; i += GLUE(LANES_, work))                                               \
            form##_##outputs##_in_##reading(&block, i);                                                     \
    }

/* LANES_<work> numbers as another type. */
#define CONVERSION_KERNEL(to, from, work)                                                                   \
    static void to##_from_##from##_kernel(void *target, const void *source, ptrdiff_t n)                    \
    {                                                                                                       \
        ELEMENTS_ARE_INDEPENDENT                                                                            \
        for (ptrdiff_t i = 0; i < n; i += LANES_##work)                                                     \
            v_store_##to##_from_##work((to *)target + i, v_load_##from##_as_##work((const from *)source + i)); \
    }
