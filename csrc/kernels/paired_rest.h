/* Elements that neither pairs of floats hold nor kernels/paired_large.h takes: they are put aside before results take
 * their place, and worked as float64 afterwards. */
#ifndef PYSIGMOID_PAIRED_REST_H
#define PYSIGMOID_PAIRED_REST_H

#include "kernels/paired_values.h"

/* As many as a kernel takes, and their results. */
struct paired_rest {
    ptrdiff_t count;
    uint8_t at[WHOLE_PACKS]; /* of those that are put aside at a time */
    f64 logits[WHOLE_PACKS], labels[WHOLE_PACKS], weight[WHOLE_PACKS], pos_weight[WHOLE_PACKS];
    f64 value[WHOLE_PACKS], gradient[WHOLE_PACKS], hessian[WHOLE_PACKS];
};

/* As the caller has it. */
static f64 factor_at(const f32 *narrow, const f64 *wide, ptrdiff_t i)
{
    return wide != NULL ? wide[i] : narrow != NULL ? (f64)narrow[i] : 1;
}

static int is_float(f64 number)
{
    return (f64)(f32)number == number;
}

static int is_in_domain(const struct paired_part *part, f32 x, f64 y)
{
    int takes_x = part->wants & PAIRED_probability ? (x == 0 && !signbit(x)) || (x >= LEAST_PAIRED_PROBABILITY && x <= 1)
                                                   : !isnan(x);
    return takes_x && y >= 0 && y <= 1;
}

static int are_paired_factors(const struct paired_part *part, f64 y, f64 w, f64 p)
{
    f64 size = fabs(w);
    return is_float(y) && is_float(w) && is_float(p)
           && (size == 0 || (size >= part->least_weight && size <= MOST_PAIRED_WEIGHT)) && p >= LEAST_PAIRED_POS_WEIGHT
           && p <= MOST_PAIRED_POS_WEIGHT && part->divides_in_pairs;
}

/* Takes them out of `large`, and repeats an element up to whole packs. */
static void put_rest_aside(const struct paired_part *part, int factors_are_held, ptrdiff_t begin, ptrdiff_t end,
                           struct paired_large *large, struct paired_rest *rest)
{
    rest->count = 0;
    for (ptrdiff_t i = begin; i < end; i++) {
        f32 x = part->logits[i];
        f64 y = factor_at(part->labels, part->wide_labels, i);
        int may_be_held = is_in_domain(part, x, y);
        if (may_be_held && factors_are_held)
            continue;
        f64 w = factor_at(part->weight, part->wide_weight, i), p = factor_at(part->pos_weight, part->wide_pos_weight, i);
        if (may_be_held && are_paired_factors(part, y, w, p))
            continue;
        large->logits[i] = 0;
        for (ptrdiff_t k = rest->count; k < (rest->count == 0 ? WHOLE_PACKS : rest->count + 1); k++) {
            rest->at[k] = (uint8_t)(i - begin);
            rest->logits[k] = x;
            rest->labels[k] = y;
            rest->weight[k] = w;
            rest->pos_weight[k] = p;
        }
        rest->count++;
    }
}

static enum loss_form form_of(const struct paired_part *part)
{
    return part->wants & PAIRED_probability ? LOSS_probability : part->wants & PAIRED_weighted ? LOSS_weighted : LOSS_plain;
}

/* The value, and what derivatives there are; the Hessian where it is wanted. */
static void compute_as_wide(const struct paired_part *part, struct paired_rest *rest)
{
    int has_derivatives = !(part->wants & PAIRED_probability), has_hessian = part->wants & PAIRED_hessian;
    enum loss_outputs outputs = !has_derivatives ? OUTPUTS_value
                                : has_hessian    ? OUTPUTS_gradient_and_hessian
                                                 : OUTPUTS_value_and_gradient;
    struct loss_block block = {
        .logits = rest->logits, .labels = rest->labels, .weight = rest->weight, .pos_weight = rest->pos_weight,
        .value = rest->value, .gradient = has_derivatives ? rest->gradient : NULL,
        .hessian = has_hessian ? rest->hessian : NULL, .options = part->block->options, .divisor = part->block->divisor,
    };
    GLUE(kernels_, WIDE_ISA).losses[WORKING_wide][form_of(part)][outputs](&block, WHOLE_PACKS);
    if (part->block->replace_extremes != NULL)
        part->block->replace_extremes(part->block->loss, &block, rest->count);
}

static void deliver_derivative(const struct paired_part *part, void *to, ptrdiff_t i, f64 derivative)
{
    if (part->rounds_derivatives)
        ((f32 *)to)[i] = (f32)derivative;
    else
        ((f64 *)to)[i] = derivative;
}

static void deliver_value(const struct paired_part *part, ptrdiff_t i, f64 value)
{
    if (part->sums == NULL)
        part->value[i] = value;
    else if (counts(part, i))
        part->sums->rest[i % RUNNING_SUMS] += value;
}

static void compute_rest(const struct paired_part *part, ptrdiff_t begin, struct paired_rest *rest)
{
    compute_as_wide(part, rest);
    for (ptrdiff_t k = 0; k < rest->count; k++) {
        ptrdiff_t at = begin + rest->at[k];
        if (part->wants & PAIRED_value)
            deliver_value(part, at, rest->value[k]);
        if (part->wants & PAIRED_gradient)
            deliver_derivative(part, part->gradient, at, rest->gradient[k]);
        if (part->wants & PAIRED_hessian)
            deliver_derivative(part, part->hessian, at, rest->hessian[k]);
    }
}

#endif
