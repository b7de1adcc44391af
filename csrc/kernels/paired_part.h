/* What the kernels of losses in pairs of floats compute at a time, and from what numbers pairs hold the results. */
#ifndef PYSIGMOID_PAIRED_PART_H
#define PYSIGMOID_PAIRED_PART_H

#include "kernels/for_each_pack.h"
#include "math/paired.h"

enum { PAIRED_BLOCK = 256 };
_Static_assert(PAIRED_BLOCK % WHOLE_PACKS == 0 && PAIRED_BLOCK % LANES_f32 == 0, "whole packs");
_Static_assert(SUMMED_BLOCK % PAIRED_BLOCK == 0, "no part has elements of two sums");

/* What a kernel is to compute, together, and of which form. */
enum { PAIRED_value = 1, PAIRED_gradient = 2, PAIRED_hessian = 4 };
enum { PAIRED_plain = 0, PAIRED_weighted = 8, PAIRED_probability = 16, PAIRED_row = 128 };
enum { PAIRED_hard = 32, PAIRED_uncertain = 64 }; /* without weights: labels of 0 and 1 alone, no probability of 0 or 1 */
enum {
    PAIRED_value_and_gradient = PAIRED_value | PAIRED_gradient,
    PAIRED_gradient_and_hessian = PAIRED_gradient | PAIRED_hessian,
};

/* Whether hard labels are worked by a shorter text: 5 to 8 % of a loss that is summed; the rows of ufuncs would gain 3 % by it
 * and lose as much where labels are soft. */
INLINE int chooses_by_label(int wants)
{
    return !(wants & (PAIRED_weighted | PAIRED_row));
}

/* What the first pass leaves to the second, and then, in its place, the values of that: linear + (curved + low). */
struct paired_block {
    union { f32 hi[PAIRED_BLOCK], linear[PAIRED_BLOCK]; };
    union { f32 lo[PAIRED_BLOCK], curved[PAIRED_BLOCK]; };
    union { f32 s[PAIRED_BLOCK], low[PAIRED_BLOCK]; };
};

/* Where a part of a block is read from and written to; for the meaning of most see struct loss_block. */
struct paired_part {
    const f32 *logits, *labels, *weight, *pos_weight;
    const f64 *wide_labels, *wide_weight, *wide_pos_weight;
    f64 *value;
    void *gradient, *hessian; /* rounded to floats, or left in doubles */
    int wants, rounds_derivatives, divides, divides_in_pairs, smooths;
    f64 inverse; /* of the divisor */
    f32 most_logit; /* with middling factors */
    f32 scale[2], smoothed_rest[2], smoothed_half[2]; /* pairs: one over the divisor, 1 - s, s/2 */
    f32 least_weight;
    struct running_sums *sums;
    ptrdiff_t done; /* elements before this part, of those that they are for */
    const struct loss_block *block;
};

INLINE struct float_pair pair_at(const f32 words[2])
{
    return (struct float_pair){v_set_f32(words[0]), v_set_f32(words[1])};
}

/* ---- what pairs hold ----
 * Products of factors within these bounds are normal numbers, and so is all that counts of their low words: e^-MOST_PAIRED
 * is 2^-60.6, which times a pos_weight and a weight over a divisor is 2^-117.6 at least, and 2^126 is the most. */
#define LEAST_PAIRED_DIVISOR 0x1p-26
#define MOST_PAIRED_DIVISOR 0x1p36
#define LEAST_PAIRED_POS_WEIGHT 0x1p-10f
#define MOST_PAIRED_POS_WEIGHT 0x1p40f
#define LEAST_PAIRED_WEIGHT 0x1p-47 /* times the divisor, where this is more than 1; of probabilities more */
#define LEAST_PAIRED_WEIGHT_OF_PROBABILITY 0x1p-37
#define MOST_PAIRED_WEIGHT 0x1p60f

/* With middling factors, logits may be larger: words below 2^-149 are lost, which of results from 2^-118 on is 2^-32. e^-78
 * times these is 2^-117.5; a divisor of 2^n takes 0.7 n off the logit. */
#define MOST_PAIRED_OF_MIDDLING 78
#define LEAST_MIDDLING_WEIGHT 0x1p-3f
#define LEAST_MIDDLING_POS_WEIGHT 0x1p-2f

/* Read off the bits, as frexp takes longer than four packs. */
static f32 most_logit_over(f64 divisor)
{
    uint64_t bits;
    memcpy(&bits, &divisor, sizeof bits);
    int exponent = (int)(bits >> 52) - 1022;
    return exponent > 0 ? MOST_PAIRED_OF_MIDDLING - 0.7f * (f32)exponent : MOST_PAIRED_OF_MIDDLING;
}

static int divides_in_pairs(const struct loss_block *block)
{
    const f64 *divisor = block->divisor;
    return divisor == NULL || (*divisor >= LEAST_PAIRED_DIVISOR && *divisor <= MOST_PAIRED_DIVISOR);
}

/* ---- a part from a block ---- */

static void split_in_two(f32 words[2], f64 number)
{
    words[0] = (f32)number;
    words[1] = (f32)(number - words[0]);
}

static void take_smoothing(struct paired_part *part, f64 smoothing)
{
    part->smooths = smoothing != 0;
    split_in_two(part->smoothed_rest, 1 - smoothing);
    split_in_two(part->smoothed_half, smoothing / 2);
}

static f64 least_weight(int wants, f64 divisor)
{
    if (wants & PAIRED_probability)
        return LEAST_PAIRED_WEIGHT_OF_PROBABILITY;
    return divisor > 1 ? LEAST_PAIRED_WEIGHT * divisor : LEAST_PAIRED_WEIGHT;
}

/* Every word is set by name: to clear them all first takes longer than a pack. */
static struct paired_part part_of(int wants, const struct loss_block *block)
{
    int takes_weight = wants & (PAIRED_weighted | PAIRED_probability);
    f64 divisor = block->divisor == NULL ? 1 : *(const f64 *)block->divisor;
    struct paired_part part;
    part.block = block;
    part.wants = wants;
    part.logits = block->logits;
    part.labels = block->labels;
    part.wide_labels = block->wide_labels;
    part.weight = takes_weight ? block->weight : NULL;
    part.wide_weight = takes_weight ? block->wide_weight : NULL;
    part.pos_weight = wants & PAIRED_weighted ? block->pos_weight : NULL;
    part.wide_pos_weight = wants & PAIRED_weighted ? block->wide_pos_weight : NULL;
    part.value = block->sums == NULL ? block->value : NULL; /* what is added has no place */
    part.gradient = block->gradient;
    part.hessian = block->hessian;
    part.rounds_derivatives = block->rounds_derivatives;
    part.sums = block->sums;
    part.done = 0;
    part.divides = block->divisor != NULL;
    part.divides_in_pairs = divides_in_pairs(block);
    part.inverse = 1 / divisor;
    split_in_two(part.scale, part.inverse);
    part.most_logit = most_logit_over(divisor);
    part.least_weight = (f32)least_weight(wants, divisor);
    take_smoothing(&part, wants & PAIRED_weighted ? *(const f64 *)block->options : 0);
    return part;
}

static const f32 *f32_from(const f32 *numbers, ptrdiff_t n)
{
    return numbers == NULL ? NULL : numbers + n;
}

static const f64 *f64_from(const f64 *numbers, ptrdiff_t n)
{
    return numbers == NULL ? NULL : numbers + n;
}

static NEVER_INLINE void advance(struct paired_part *part, ptrdiff_t n)
{
    ptrdiff_t bytes = n * (ptrdiff_t)(part->rounds_derivatives ? sizeof(f32) : sizeof(f64));
    part->logits += n;
    part->labels += n;
    part->weight = f32_from(part->weight, n);
    part->pos_weight = f32_from(part->pos_weight, n);
    part->wide_labels = f64_from(part->wide_labels, n);
    part->wide_weight = f64_from(part->wide_weight, n);
    part->wide_pos_weight = f64_from(part->wide_pos_weight, n);
    part->value = part->value == NULL ? NULL : part->value + n;
    part->gradient = part->gradient == NULL ? NULL : (char *)part->gradient + bytes;
    part->hessian = part->hessian == NULL ? NULL : (char *)part->hessian + bytes;
    part->done += n;
    if (part->sums != NULL && part->done == SUMMED_BLOCK) {
        part->sums++;
        part->done = 0;
    }
}

#endif
