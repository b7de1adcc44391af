/* The kernels of losses worked in pairs of floats, over math/paired.h: <form>_<outputs>_in_paired_kernel. Those of the rows
 * whose elements they are come after it, in kernels/paired_rows.h.
 *
 * In two passes through a block that stays in the first-level cache, e^-|x| in the first: each chain of latency is then
 * short enough for a processor to overlap a few of them, which one pass of a hundred instructions is not. */
#include "kernels/paired_passes.h"
#include "kernels/paired_rest.h"

/* `values` are added where they can be, if they may. */
INLINE void compute_pairs(int wants, enum paired_values values, const struct paired_part *part, ptrdiff_t n,
                          struct paired_large *large, struct paired_block *block)
{
    if (values == VALUES_are_added && (wants & PAIRED_value) && all_are_added(part, n)) {
        second_pass(wants, VALUES_are_added, part, 0, n, block);
        return;
    }
    second_pass(wants, VALUES_wait, part, 0, n, block);
    if (wants & PAIRED_value)
        deliver_values(part, 0, n, large, block);
}

/* The same of probabilities, by their kind. */
INLINE void compute_probabilities(int wants, enum paired_values values, const struct paired_part *part, int kind, ptrdiff_t n,
                                  struct paired_block *block)
{
    switch (kind) {
    case PAIRED_hard | PAIRED_uncertain:
        compute_pairs(wants | PAIRED_hard | PAIRED_uncertain, values, part, n, NULL, block);
        return;
    case PAIRED_uncertain: compute_pairs(wants | PAIRED_uncertain, values, part, n, NULL, block); return;
    case PAIRED_hard: compute_pairs(wants | PAIRED_hard, values, part, n, NULL, block); return;
    default: compute_pairs(wants, values, part, n, NULL, block);
    }
}

/* Elements that pairs hold, but for large logits. */
INLINE void compute_held(int wants, enum paired_values values, const struct paired_part *part, int has_large, int kind,
                         ptrdiff_t n, struct paired_large *large, struct paired_block *block)
{
    struct paired_part others;
    const struct paired_part *held = part;
    if (chooses_by_label(wants) && kind == PAIRED_hard && !has_large) {
        compute_pairs(wants | PAIRED_hard, values, part, n, NULL, block);
        return;
    }
    if (RARELY(has_large)) {
        others = *part;
        others.logits = keep_operands(part, 0, n, large, block);
        held = &others;
    }
    compute_pairs(wants, values, held, n, has_large ? large : NULL, block);
    if (RARELY(has_large))
        compute_large(part, 0, n, large);
}

/* Elements of which some are put aside. Seldom run, it stands once for all kernels. */
static NEVER_INLINE void compute_mixed(const struct paired_part *part, int factors_are_held, ptrdiff_t n,
                                       struct paired_large *large, struct paired_block *block)
{
    struct paired_rest rest;
    for (ptrdiff_t i = 0; i < n; i += WHOLE_PACKS) {
        ptrdiff_t end = i + WHOLE_PACKS < n ? i + WHOLE_PACKS : n;
        struct paired_part others = *part;
        others.logits = keep_operands(part, i, end, large, block);
        put_rest_aside(part, factors_are_held, i, end, large, &rest);
        if (rest.count < end - i)
            second_pass(part->wants, VALUES_wait, &others, i, end, block);
        for (ptrdiff_t k = 0; k < rest.count; k++)
            drop_value(block, i + rest.at[k]);
        if (part->wants & PAIRED_value)
            deliver_values(part, i, end, large, block);
        compute_large(part, i, end, large);
        if (rest.count > 0)
            compute_rest(part, i, &rest);
    }
}

/* At most PAIRED_BLOCK elements. Returns whether a label, or a probability, may lie outside [0, 1]. */
INLINE int compute_part(int wants, enum paired_values values, const struct paired_part *part, ptrdiff_t n)
{
    struct paired_block block;
    struct paired_large large;
    struct paired_outside outside = wants & PAIRED_probability ? look_at_probabilities(part, n)
                                                               : first_pass(wants, part, n, &block);
    int has_wide = part->wide_labels != NULL || part->wide_weight != NULL || part->wide_pos_weight != NULL;
    int factors_are_held = !outside.factors && !has_wide && part->divides_in_pairs;
    if (RARELY(outside.nans || outside.labels || !factors_are_held))
        compute_mixed(part, factors_are_held, n, &large, &block);
    else if (wants & PAIRED_probability)
        compute_probabilities(wants, values, part, outside.kind, n, &block);
    else
        compute_held(wants, values, part, outside.logits, outside.kind, n, &large, &block);
    int has_domain = wants & PAIRED_probability; /* as labels have */
    return outside.labels || part->wide_labels != NULL || (has_domain && outside.logits);
}

INLINE int compute_paired(int wants, const struct loss_block *block, ptrdiff_t n)
{
    /* values beside Hessians are seldom wanted: a third text would be long */
    enum paired_values values = wants & PAIRED_hessian ? VALUES_wait : VALUES_are_added;
    struct paired_part part = part_of(wants, block);
    int outside = 0;
    for (; n > 0; n -= PAIRED_BLOCK) {
        ptrdiff_t count = n < PAIRED_BLOCK ? n : PAIRED_BLOCK;
        outside |= compute_part(wants, values, &part, count);
        advance(&part, count);
    }
    return outside;
}

#define LOSS(form, outputs)                                                                     \
    static int form##_##outputs##_in_paired_kernel(const struct loss_block *block, ptrdiff_t n) \
    {                                                                                           \
        int with_value = block->value != NULL ? PAIRED_value : 0;                               \
        return compute_paired(PAIRED_##form | PAIRED_##outputs | with_value, block, n);         \
    }
PAIRED_LOSSES(LOSS)
#undef LOSS

#include "kernels/paired_rows.h"
