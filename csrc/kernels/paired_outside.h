/* Whether numbers are beyond what pairs of floats hold. */
#ifndef PYSIGMOID_PAIRED_OUTSIDE_H
#define PYSIGMOID_PAIRED_OUTSIDE_H

#include "kernels/paired_part.h"

/* Whether these may be beyond their bounds, and what kind of elements there are, PAIRED_hard and the like. */
struct paired_outside { int logits, nans, labels, factors, kind; };

/* The largest of the numbers seen, and the smallest. */
struct paired_extent { vf32 largest, smallest; };

INLINE struct paired_extent extended_by(struct paired_extent extent, vf32 size)
{
    return (struct paired_extent){v_max_bits_f32(extent.largest, size), v_min_f32(extent.smallest, size)};
}

INLINE int leaves(struct paired_extent extent, f32 least, f32 most)
{
    return v_any_bits_above_f32(extent.largest, most) || v_any_f32(v_lt_f32(extent.smallest, v_set_f32(least)));
}

/* y y - y is 0 for hard labels alone. */
INLINE vf32 softness_of(vf32 y)
{
    return v_fms_f32(y, y, y);
}

INLINE int kind_of_labels(vf32 softness)
{
    return v_any_bits_above_f32(softness, 0) ? 0 : PAIRED_hard;
}

/* Whether weights, 0 aside, or pos_weights do; nan does. */
static int any_factor_outside(const struct paired_part *part, ptrdiff_t n)
{
    vf32 zero = v_set_f32(0), one = v_set_f32(1);
    struct paired_extent weights = {one, one}, pos_weights = {one, one};
    ptrdiff_t weighted = part->weight == NULL ? 0 : n, pos_weighted = part->pos_weight == NULL ? 0 : n;
    for (ptrdiff_t i = 0; i < weighted; i += LANES_f32) {
        vf32 size = v_abs_f32(LOAD(f32, f32, part->weight, i));
        weights = extended_by(weights, v_select_f32(v_eq_f32(size, zero), one, size));
    }
    for (ptrdiff_t i = 0; i < pos_weighted; i += LANES_f32)
        pos_weights = extended_by(pos_weights, LOAD(f32, f32, part->pos_weight, i));
    return leaves(weights, part->least_weight, MOST_PAIRED_WEIGHT)
           || leaves(pos_weights, LEAST_PAIRED_POS_WEIGHT, MOST_PAIRED_POS_WEIGHT);
}

#endif
