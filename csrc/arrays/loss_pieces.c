/* The pieces of a block, one after the other. */
#include "arrays/loss_pieces.h"

#include <string.h>

#include "arrays/loss_masks.h"
#include "arrays/loss_range.h"

struct plan plan_of(struct loss *loss)
{
    return (struct plan){
        .loss = loss,
        .arithmetic = arithmetic_of(loss->working),
        .types = types_of(loss),
        .layout = layout_of_loss(loss),
        .suspects = find_suspects(loss),
    };
}

/* A weight that is not there is 1, and nothing in pairs of floats. */
static const void *staged(const struct plan *plan, enum room room, const struct operand *operand,
                          const struct piece *piece, enum number number, struct workspace *space)
{
    if (operand->data == NULL)
        return plan->loss->working == WORKING_paired ? NULL : plan->arithmetic->ones;
    return stage_in(space, room, operand, piece, number);
}

static int all_are_floats(const f64 *wide, const f32 *narrow, ptrdiff_t n)
{
    int differ = 0;
    for (ptrdiff_t i = 0; i < n; i++)
        differ |= wide[i] != (f64)narrow[i];
    return !differ;
}

/* The same of a label or a weight. Where floats do not hold all of a piece, `wide` is what they were made of. */
static const void *staged_factor(const struct plan *plan, enum room room, enum room wide_room,
                                 const struct operand *operand, const struct piece *piece, enum number number,
                                 const f64 **wide, struct workspace *space)
{
    *wide = NULL;
    if (!is_wider_than_pairs(plan->loss, operand))
        return staged(plan, room, operand, piece, number, space);
    const f64 *from = stage_in(space, wide_room, operand, piece, NUMBER_f64);
    void *to = room_in(space, room);
    convert_numbers(to, number, from, NUMBER_f64, whole_packs(piece->count));
    *wide = all_are_floats(from, to, whole_packs(piece->count)) ? NULL : from;
    return to;
}

/* Where a derivative is computed, if it is wanted: at its place where it can be. */
static void *target_of(enum room room, const struct operand *operand, const struct piece *piece, enum number number,
                       struct workspace *space)
{
    if (operand->data == NULL)
        return NULL;
    void *there = in_place(operand, piece, number);
    return there != NULL ? there : room_in(space, room);
}

static void finish_derivative(enum room room, const struct operand *operand, const struct piece *piece, void *derivative,
                              enum number number, const uint8_t *kept, struct workspace *space)
{
    if (operand->data == NULL)
        return;
    leave_out(derivative, number, kept, piece->count);
    if (derivative == room_in(space, room))
        deliver(operand, piece, derivative, number, room_in(space, ROOM_raw));
}

static void validate_piece(const struct plan *plan, const struct piece *piece, const struct loss_block *block,
                           const uint8_t *kept, struct workspace *space)
{
    struct loss *loss = plan->loss;
    const void *labels = block->wide_labels != NULL ? (const void *)block->wide_labels : block->labels;
    enum number number = block->wide_labels != NULL ? NUMBER_f64 : plan->types.labels;
    if (any_outside(&loss->labels, piece, labels, number, kept, space)
        || (loss->form == LOSS_probability
            && any_outside(&loss->logits, piece, block->logits, plan->types.logits, kept, space)))
        atomic_store_explicit(&loss->outside, 1, memory_order_relaxed);
}

/* Tells the sums of a piece what will be added: of some blocks, or of a part of one, which alone may have a mask. */
static void expect_values(struct running_sums *sums, const uint8_t *kept, ptrdiff_t count)
{
    for (; sums != NULL && count > 0; sums++, count -= BLOCK) {
        sums->kept = kept;
        sums->count = count < BLOCK ? count : BLOCK;
    }
}

static void compute_piece(const struct plan *plan, const struct piece *piece, const union scalar *divisor, void *value,
                          struct running_sums *sums, struct workspace *space)
{
    const struct loss *loss = plan->loss;
    const struct types *types = &plan->types;
    const struct operand *gradient = &loss->gradient, *hessian = &loss->hessian;
    struct loss_block block; /* every word of it is set by name: to clear it first would take longer */
    block.logits = staged(plan, ROOM_logits, &loss->logits, piece, types->logits, space);
    block.gradient = target_of(ROOM_gradient, gradient, piece, types->derivatives, space);
    block.hessian = target_of(ROOM_hessian, hessian, piece, types->derivatives, space);
    block.value = is_wanted(loss, VALUE) ? value : NULL;
    block.options = &space->options;
    block.divisor = plan->arithmetic->is_one(divisor) ? NULL : divisor;
    block.rounds_derivatives = types->derivatives != types->work;
    block.sums = sums;
    block.replace_extremes = loss->form == LOSS_plain ? NULL : plan->arithmetic->replace_extremes;
    block.loss = loss;
    block.labels = staged_factor(plan, ROOM_labels, ROOM_wide_labels, &loss->labels, piece, types->labels,
                                 &block.wide_labels, space);
    block.weight = staged_factor(plan, ROOM_weight, ROOM_wide_weight, &loss->weight, piece, types->weights,
                                 &block.wide_weight, space);
    block.pos_weight = staged_factor(plan, ROOM_pos_weight, ROOM_wide_pos_weight, &loss->pos_weight, piece, types->weights,
                                     &block.wide_pos_weight, space);
    const uint8_t *kept = find_kept(loss, piece, space);
    expect_values(sums, kept, piece->count);
    int may_be_outside = compute_losses(loss, &plan->suspects, &block, whole_packs(piece->count));
    may_be_outside |= is_longdouble(&loss->labels); /* of which the kernel has seen what was rounded */
    if (loss->validates && may_be_outside) /* what the kernel has read lies in the cache */
        validate_piece(plan, piece, &block, kept, space);

    if (sums == NULL)
        leave_out(value, types->work, kept, piece->count);
    finish_derivative(ROOM_gradient, gradient, piece, block.gradient, types->derivatives, kept, space);
    finish_derivative(ROOM_hessian, hessian, piece, block.hessian, types->derivatives, kept, space);
}

/* ---- one after the other ---- */

/* The piece after this one, if any is left before `end`. */
static int to_next_piece(const struct plan *plan, struct piece *piece, ptrdiff_t end)
{
    piece->element += piece->count;
    piece->count = next_piece(&plan->layout, end - piece->element);
    return piece->element < end;
}

/* Where the i-th value of the block is. */
static void *value_at(const struct plan *plan, struct workspace *space, ptrdiff_t i)
{
    return (char *)values_in(space) + i * plan->arithmetic->size;
}

void compute_pieces(const struct plan *plan, ptrdiff_t element, ptrdiff_t count, const union scalar *divisor,
                    struct running_sums *sums, struct workspace *space)
{
    struct piece piece = {&plan->loss->axes, element, 0};
    while (to_next_piece(plan, &piece, element + count)) {
        ptrdiff_t done = piece.element - element;
        compute_piece(plan, &piece, divisor, value_at(plan, space, done % BLOCK),
                      sums == NULL ? NULL : sums + done / BLOCK, space);
    }
}

ptrdiff_t count_pieces(const struct plan *plan, ptrdiff_t element, ptrdiff_t count, struct workspace *space)
{
    struct piece piece = {&plan->loss->axes, element, 0};
    ptrdiff_t number = 0;
    while (to_next_piece(plan, &piece, element + count))
        number += number_kept(find_kept(plan->loss, &piece, space), piece.count);
    return number;
}

void weigh_pieces(const struct plan *plan, ptrdiff_t element, ptrdiff_t count, struct workspace *space)
{
    const struct loss *loss = plan->loss;
    enum number work = plan->types.work;
    struct piece piece = {&loss->axes, element, 0};
    while (to_next_piece(plan, &piece, element + count)) {
        void *weights = value_at(plan, space, piece.element - element);
        const uint8_t *kept = find_kept(loss, &piece, space);
        const void *there = stage(weights, &loss->weight, &piece, work, room_in(space, ROOM_raw));
        if (there != weights)
            memcpy(weights, there, (size_t)(piece.count * plan->arithmetic->size));
        leave_out(weights, work, kept, piece.count);
    }
}
