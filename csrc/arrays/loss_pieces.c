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

/* A weight that is not there is 1. */
static const void *staged(const struct plan *plan, enum room room, const struct operand *operand,
                          const struct piece *piece, enum number number, struct workspace *space)
{
    return operand->data == NULL ? plan->arithmetic->ones : stage_in(space, room, operand, piece, number);
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
    if (any_outside(&loss->labels, piece, block->labels, plan->types.labels, kept, space)
        || (loss->form == LOSS_probability
            && any_outside(&loss->logits, piece, block->logits, plan->types.logits, kept, space)))
        atomic_store_explicit(&loss->outside, 1, memory_order_relaxed);
}

static void compute_piece(const struct plan *plan, const struct piece *piece, const union scalar *divisor, void *value,
                          struct workspace *space)
{
    const struct loss *loss = plan->loss;
    const struct types *types = &plan->types;
    const struct operand *gradient = &loss->gradient, *hessian = &loss->hessian;
    struct loss_block block = {
        .logits = staged(plan, ROOM_logits, &loss->logits, piece, types->logits, space),
        .labels = staged(plan, ROOM_labels, &loss->labels, piece, types->labels, space),
        .weight = staged(plan, ROOM_weight, &loss->weight, piece, types->work, space),
        .pos_weight = staged(plan, ROOM_pos_weight, &loss->pos_weight, piece, types->work, space),
        .value = is_wanted(loss, VALUE) ? value : NULL,
        .gradient = target_of(ROOM_gradient, gradient, piece, types->derivatives, space),
        .hessian = target_of(ROOM_hessian, hessian, piece, types->derivatives, space),
        .options = &space->options,
        .divisor = plan->arithmetic->is_one(divisor) ? NULL : divisor,
        .rounds_derivatives = types->derivatives != types->work,
    };
    const uint8_t *kept = find_kept(loss, piece, space);
    int may_be_outside = compute_losses(loss, &plan->suspects, &block, whole_packs(piece->count));
    if (loss->validates && may_be_outside) /* what the kernel has read lies in the cache */
        validate_piece(plan, piece, &block, kept, space);

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
                    struct workspace *space)
{
    struct piece piece = {&plan->loss->axes, element, 0};
    while (to_next_piece(plan, &piece, element + count))
        compute_piece(plan, &piece, divisor, value_at(plan, space, piece.element - element), space);
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
        memcpy(weights, staged(plan, ROOM_weight, &loss->weight, &piece, work, space),
               (size_t)(piece.count * plan->arithmetic->size));
        leave_out(weights, work, kept, piece.count);
    }
}
