/* Where extremes may be, and the tiles in which they are replaced; arithmetic_extremes.h tells which elements are. */
#include "arrays/loss_extremes.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "kernels/dispatch.h"

/* Narrower types hold nothing else, and a single number is looked at once. */
static int is_ordinary(const struct loss *loss, const struct operand *operand)
{
    f64 factor;
    if (operand->data == NULL || (operand->number != NUMBER_f64 && operand->number != NUMBER_longdouble))
        return 1;
    for (int k = 0; k < loss->axes.count; k++)
        if (operand->steps[k] != 0)
            return 0;
    if (operand->number != NUMBER_f64 || loss->rows * loss->row_length == 0)
        return 0;
    memcpy(&factor, operand->data, sizeof factor);
    if (operand->swapped)
        swap_bytes(&factor, NUMBER_f64, 1);
    return factor == 0 || (fabs(factor) >= LEAST_ORDINARY && fabs(factor) <= MOST_ORDINARY);
}

struct suspects find_suspects(const struct loss *loss)
{
    return (struct suspects){!is_ordinary(loss, &loss->labels), !is_ordinary(loss, &loss->weight),
                             !is_ordinary(loss, &loss->pos_weight)};
}

/* ---- whether to look closer at a block ---- */

static int has_large_logits(const struct loss *loss, const struct loss_block *block, ptrdiff_t n)
{
    return loss->working == WORKING_narrow && active.any_f32_beyond(block->logits, n, LARGEST_NARROW);
}

static int has_extreme_factors(const struct suspects *suspects, const struct loss_block *block, ptrdiff_t n)
{
    return (suspects->labels && active.any_f64_extreme(block->labels, n))
           || (suspects->weight && active.any_f64_extreme(block->weight, n))
           || (suspects->pos_weight && active.any_f64_extreme(block->pos_weight, n));
}

/* Up to the fifth power of an ordinary label is a normal number. */
static int has_coarse_powers(const struct loss *loss, const struct loss_block *block, ptrdiff_t n)
{
    bound_kernel *any_beyond = loss->working == WORKING_narrow ? active.any_f32_beyond : active.any_f64_beyond;
    f64 gamma = loss->options[2];
    return loss->form == LOSS_focal
           && (gamma > 5 || any_beyond(block->logits, n, coarse_from(DBL_MAX_EXP) / (1 + gamma)));
}

/* Kernels in pairs of floats look themselves; the plain form has no factor but the label; beside expl every look is cheap. */
static int may_be_extreme(const struct loss *loss, const struct suspects *suspects, const struct loss_block *block,
                          ptrdiff_t n)
{
    if (loss->working == WORKING_paired)
        return 0;
    if (loss->working == WORKING_extended)
        return loss->form != LOSS_plain;
    if (has_large_logits(loss, block, n))
        return 1;
    return loss->form != LOSS_plain
           && (arithmetic_f64.shares_extreme(block) || has_extreme_factors(suspects, block, n)
               || has_coarse_powers(loss, block, n));
}

/* ---- tiles ---- */

static void *part(const void *numbers, enum number number, ptrdiff_t i)
{
    return (char *)numbers + i * size_of_number(number);
}

static int compute_in(enum working working, const struct loss *loss, const struct loss_block *block, ptrdiff_t n)
{
    enum loss_outputs outputs = loss->outputs == ALL_OUTPUTS ? OUTPUTS_gradient_and_hessian : loss->outputs;
    return active.losses[working][loss->form][outputs](block, n);
}

/* Narrow logits that are too large are worked as wide ones; only the focal loss has them. */
static void replace_large(const struct loss *loss, const struct loss_block *tile)
{
    f64 wide[3][WHOLE_PACKS], *const outputs[] = {tile->value, tile->gradient, tile->hessian};
    const f64 *logits = tile->logits;
    struct loss_block as_wide = *tile;
    as_wide.value = wide[0];
    as_wide.gradient = wide[1];
    as_wide.hessian = wide[2];
    compute_in(WORKING_wide, loss, &as_wide, WHOLE_PACKS);
    for (int i = 0; i < WHOLE_PACKS; i++)
        for (int k = 0; k < 3 && fabs(logits[i]) > LARGEST_NARROW; k++)
            if (outputs[k] != NULL)
                outputs[k][i] = wide[k][i];
}

static void replace_in_tile(const struct loss *loss, const struct loss_block *tile)
{
    if (loss->working == WORKING_narrow)
        replace_large(loss, tile);
    if (loss->form != LOSS_plain)
        arithmetic_of(loss->working)->replace_extremes(loss, tile, WHOLE_PACKS);
}

/* The kernel reads logits and labels of its own types; what is replaced is worked in one. */
static void compute_tile(const struct loss *loss, const struct loss_block *block, ptrdiff_t i)
{
    const struct types types = types_of(loss);
    const enum number numbers[] = {types.work, types.derivatives, types.derivatives};
    void *const targets[] = {block->value, block->gradient, block->hessian};
    union tile logits, labels, outputs[OUTPUT_COUNT];
    void *staged[OUTPUT_COUNT];
    for (int k = 0; k < OUTPUT_COUNT; k++)
        staged[k] = is_wanted(loss, k) ? outputs[k].bytes : NULL;
    struct loss_block tile = {
        .logits = part(block->logits, types.logits, i), .labels = part(block->labels, types.labels, i),
        .weight = part(block->weight, types.weights, i), .pos_weight = part(block->pos_weight, types.weights, i),
        .value = staged[VALUE], .gradient = staged[GRADIENT], .hessian = staged[HESSIAN],
        .options = block->options, .divisor = block->divisor,
    };
    compute_in(loss->working, loss, &tile, WHOLE_PACKS);
    convert_numbers(&logits, types.work, tile.logits, types.logits, WHOLE_PACKS);
    convert_numbers(&labels, types.work, tile.labels, types.labels, WHOLE_PACKS);
    tile.logits = &logits;
    tile.labels = &labels;
    replace_in_tile(loss, &tile);
    for (int k = 0; k < OUTPUT_COUNT; k++)
        if (staged[k] != NULL)
            convert_numbers(part(targets[k], numbers[k], i), numbers[k], staged[k], types.work, WHOLE_PACKS);
}

static void compute_tiles(const struct loss *loss, const struct loss_block *block, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i += WHOLE_PACKS)
        compute_tile(loss, block, i);
}

/* ---- a block ---- */

/* Whether a derivative takes the place of an operand, so that this cannot be looked at afterwards. */
static int is_in_place(const struct loss_block *block)
{
    const void *const inputs[] = {block->logits, block->labels, block->weight, block->pos_weight};
    for (int k = 0; k < 4; k++)
        if (inputs[k] == block->gradient || inputs[k] == block->hessian)
            return 1;
    return 0;
}

/* What a kernel has read lies in the cache: of a million float32 logits, a look before it takes a quarter of its time,
 * one after it next to nothing. What computes the block is decided first where operands are lost, or no number is looked
 * at. */
int compute_losses(const struct loss *loss, const struct suspects *suspects, const struct loss_block *block, ptrdiff_t n)
{
    int decides_first = loss->working == WORKING_extended || is_in_place(block);
    if (decides_first && may_be_extreme(loss, suspects, block, n)) {
        compute_tiles(loss, block, n);
        return 1;
    }
    int may_be_outside = compute_in(loss->working, loss, block, n);
    if (!decides_first && may_be_extreme(loss, suspects, block, n))
        compute_tiles(loss, block, n);
    return may_be_outside;
}
