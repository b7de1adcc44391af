/* What becomes of values that wait in a block of pairs: they are written, or added up. */
#ifndef PYSIGMOID_PAIRED_VALUES_H
#define PYSIGMOID_PAIRED_VALUES_H

#include "kernels/paired_large.h"
#include "kernels/paired_probability.h"

static void write_values(const struct paired_part *part, ptrdiff_t begin, ptrdiff_t end, const struct paired_block *block)
{
    for (ptrdiff_t i = begin; i < end; i += LANES_f32)
        v_store_sum_f64_from_f32(part->value + i, LOAD(f32, f32, block->linear, i), LOAD(f32, f32, block->curved, i),
                                 LOAD(f32, f32, block->low, i));
}

static void add_values(const struct paired_part *part, ptrdiff_t begin, ptrdiff_t end, const struct paired_block *block)
{
    struct running_sums *sums = part->sums;
    for (ptrdiff_t i = begin; i < end; i += LANES_f32)
        v_add_to_sums(sums->high + i % RUNNING_SUMS, sums->low + i % RUNNING_SUMS, LOAD(f32, f32, block->linear, i),
                      LOAD(f32, f32, block->curved, i), LOAD(f32, f32, block->low, i));
}

static int all_are_added(const struct paired_part *part, ptrdiff_t n)
{
    const struct running_sums *sums = part->sums;
    return sums != NULL && sums->kept == NULL && part->done + n <= sums->count;
}

static int counts(const struct paired_part *part, ptrdiff_t i)
{
    const struct running_sums *sums = part->sums;
    return part->done + i < sums->count && (sums->kept == NULL || sums->kept[part->done + i]);
}

static void drop_value(struct paired_block *block, ptrdiff_t i)
{
    block->linear[i] = block->curved[i] = block->low[i] = 0;
}

/* What does not count adds 0, now and with the large ones, if there may be any. */
static void deliver_values(const struct paired_part *part, ptrdiff_t begin, ptrdiff_t end, struct paired_large *large,
                           struct paired_block *block)
{
    if (part->sums == NULL) {
        write_values(part, begin, end, block);
        if (part->wants & PAIRED_probability)
            sign_zeros(part, begin, end);
        return;
    }
    for (ptrdiff_t i = begin; i < end && !all_are_added(part, end); i++)
        if (!counts(part, i)) {
            drop_value(block, i);
            if (large != NULL)
                large->logits[i] = 0;
        }
    add_values(part, begin, end, block);
}

#endif
