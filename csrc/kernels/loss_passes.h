/* Losses in two passes over a stretch of elements, for readings that have beside the texts for all operands those for
 * moderate ones; read by kernels/loss_kernels.h.
 *   struct first_pass, first_pass(x)   what the first pass leaves for the second
 *   labelled_moderate(first, x, y), weighted_moderate(..), focal_moderate(..)   the losses made of it, good where
 *   is_moderate(x, y), are_moderate_factors(w, p)   say so
 *   loss_select(mask, a, b)
 * All operands are of type WORK.
 * Whatever is not moderate is given to the other text lane by lane: no element sees its neighbours. */

INLINE struct F(loss) F(loss_moderate)(enum loss_form form, struct F(first_pass) first, struct F(element) e,
                                       const WORK *options)
{
    switch (form) {
    case LOSS_plain: return F(labelled_moderate)(first, e.x, e.y);
    case LOSS_focal: return F(focal_moderate)(first, e.x, e.y, e.w, e.p, options);
    default: return F(weighted_moderate)(first, e.x, e.y, e.w, e.p, V(set)(options[0]));
    }
}

INLINE int F(all_moderate)(enum loss_form form, struct F(element) e)
{
    return V(all)(F(is_moderate)(e.x, e.y)) && (form == LOSS_plain || V(all)(F(are_moderate_factors)(e.w, e.p)));
}

INLINE struct F(loss) F(loss_chosen)(enum loss_form form, struct F(element) e, const WORK *options)
{
    struct F(loss) moderate = F(loss_moderate)(form, F(first_pass)(e.x), e, options), chosen;
    if (F(all_moderate)(form, e))
        return moderate;
    struct F(loss) anywhere = F(loss_anywhere)(form, e, options);
    chosen = F(loss_select)(F(is_moderate)(e.x, e.y), moderate, anywhere);
    return form == LOSS_plain ? chosen : F(loss_select)(F(are_moderate_factors)(e.w, e.p), chosen, anywhere);
}

/* Whether all elements are moderate. */
INLINE int F(make_first_pass)(enum loss_form form, const struct loss_block *block, ptrdiff_t begin, ptrdiff_t end,
                              struct F(first_pass) *firsts)
{
    int moderate = 1;
    for (ptrdiff_t i = begin; i < end; i += LANES) {
        struct F(element) e = F(read_element)(form, block, i);
        *firsts++ = F(first_pass)(e.x);
        moderate &= F(all_moderate)(form, e);
    }
    return moderate;
}

INLINE void F(make_second_pass)(enum loss_form form, enum loss_outputs outputs, const struct loss_block *block,
                                ptrdiff_t begin, ptrdiff_t end, const struct F(first_pass) *firsts)
{
    ELEMENTS_ARE_INDEPENDENT
    for (ptrdiff_t i = begin; i < end; i += LANES) {
        struct F(element) e = F(read_element)(form, block, i);
        F(write_losses)(outputs, block, i, F(loss_moderate)(form, firsts[(i - begin) / LANES], e, block->options));
    }
}

/* A stretch where not all elements are moderate. Seldom run, it stands once for all forms, and computes all outputs, as a
 * part of every kernel would make each of them three times as large; and in the file of single vectors alone, where there
 * is one. */
#ifdef REST_ISA
static const void *F(read_from)(const void *operand, ptrdiff_t begin)
{
    return operand == NULL ? NULL : (const WORK *)operand + begin;
}

static void *F(written_from)(void *operand, ptrdiff_t begin)
{
    return operand == NULL ? NULL : (WORK *)operand + begin;
}

static void F(compute_mixed)(enum loss_form form, enum loss_outputs outputs, const struct loss_block *block,
                             ptrdiff_t begin, ptrdiff_t end)
{
    struct loss_block rest = {
        .logits = F(read_from)(block->logits, begin), .labels = F(read_from)(block->labels, begin),
        .weight = F(read_from)(block->weight, begin), .pos_weight = F(read_from)(block->pos_weight, begin),
        .value = F(written_from)(block->value, begin), .gradient = F(written_from)(block->gradient, begin),
        .hessian = F(written_from)(block->hessian, begin), .options = block->options, .divisor = block->divisor,
        .rounds_derivatives = block->rounds_derivatives,
    };
    GLUE(kernels_, REST_ISA).losses[GLUE(WORKING_, READING)][form][outputs](&rest, end - begin);
}
#else
static NEVER_INLINE void F(compute_mixed)(enum loss_form form, enum loss_outputs outputs, const struct loss_block *block,
                                          ptrdiff_t begin, ptrdiff_t end)
{
    (void)outputs; /* those that have a place */
    for (ptrdiff_t i = begin; i < end; i += LANES) {
        struct F(loss) loss = F(loss_chosen)(form, F(read_element)(form, block, i), block->options);
        if (block->value != NULL)
            WRITE(WORK, block->value, i, loss.value);
        if (block->gradient != NULL)
            F(write_derivative)(block, block->gradient, i, loss.gradient);
        if (block->hessian != NULL)
            F(write_derivative)(block, block->hessian, i, loss.hessian);
    }
}
#endif

INLINE void F(compute_in_passes)(enum loss_form form, enum loss_outputs outputs, const struct loss_block *operands,
                                 ptrdiff_t n)
{
    const struct loss_block block = *operands;
    for (ptrdiff_t begin = 0; begin < n; begin += ELEMENTS_OF_PASS) {
        ptrdiff_t end = begin + ELEMENTS_OF_PASS < n ? begin + ELEMENTS_OF_PASS : n;
        struct F(first_pass) firsts[ELEMENTS_OF_PASS / LANES];
        if (F(make_first_pass)(form, &block, begin, end, firsts))
            F(make_second_pass)(form, outputs, &block, begin, end, firsts);
        else
            F(compute_mixed)(form, outputs, operands, begin, end);
    }
}
