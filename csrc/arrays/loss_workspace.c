/* A block is computed in pieces, as long as the rooms that its operands need allow. */
#include "arrays/loss_workspace.h"

/* What is as short as this is a piece of its own; else what fills no whole pack is, so that all before it may be
 * computed where it lies. */
enum { SHORTEST_PIECE = WHOLE_PACKS };

/* Bytes of an element in each room, and whether all elements pass through it or only those of a shortest piece. */
struct demand {
    ptrdiff_t size[ROOM_COUNT];
    int holds_all[ROOM_COUNT];
};

static void ask_for_room(struct demand *demand, enum room room, ptrdiff_t size, int holds_all)
{
    demand->holds_all[room] |= holds_all;
    if (size > demand->size[room])
        demand->size[room] = size;
}

/* For an operand on its way to or from this type. */
static void ask_for_raw(struct demand *demand, const struct loss *loss, const struct operand *operand, enum number number)
{
    if (operand->data != NULL && operand->number != number)
        ask_for_room(demand, ROOM_raw, size_of_number(operand->number),
                     !always_in_place(operand, &loss->axes, operand->number));
}

/* For an operand that is needed in this type. */
static void ask_for_operand(struct demand *demand, enum room room, const struct loss *loss, const struct operand *operand,
                            enum number number)
{
    if (operand->data == NULL)
        return;
    ask_for_room(demand, room, size_of_number(number), !always_in_place(operand, &loss->axes, number));
    ask_for_raw(demand, loss, operand, number);
}

static void ask_for_masks(struct demand *demand, const struct loss *loss)
{
    if (!leaves_out(loss))
        return;
    ask_for_room(demand, ROOM_kept, 1, 1);
    ask_for_room(demand, ROOM_mask, 1, 1);
    if (loss->ignored.data != NULL)
        ask_for_operand(demand, ROOM_exact, loss, &loss->labels, compared_number(loss->labels.number));
}

/* For an element, with everything staged in longdouble, once more to be exact and on its way. */
enum { LARGEST_DEMAND = (ROOM_hessian + 1 + 2) * sizeof(longdouble) + 2 };
_Static_assert(LARGEST_DEMAND * SHORTEST_PIECE <= WORKSPACE_BYTES - BLOCK * sizeof(longdouble), "a shortest piece fits");

/* For a label or a weight, which pairs of floats may need in double besides. */
static void ask_for_factor(struct demand *demand, enum room room, enum room wide, const struct loss *loss,
                           const struct operand *operand, enum number number)
{
    if (!is_wider_than_pairs(loss, operand)) {
        ask_for_operand(demand, room, loss, operand, number);
        return;
    }
    ask_for_room(demand, room, size_of_number(number), 1);
    ask_for_operand(demand, wide, loss, operand, NUMBER_f64);
}

/* Behind the first `values` bytes. */
static struct layout lay_out(const struct demand *demand, ptrdiff_t values)
{
    struct layout layout = {.piece = LONGEST_PIECE};
    ptrdiff_t all = 0, next = values, space = WORKSPACE_BYTES - values;
    for (int room = 0; room < ROOM_COUNT; room++) {
        if (demand->holds_all[room])
            all += demand->size[room];
        else
            space -= demand->size[room] * SHORTEST_PIECE;
    }
    if (all > 0)
        layout.piece = all * BLOCK > space ? space / all / WHOLE_PACKS * WHOLE_PACKS : BLOCK;
    for (int room = 0; room < ROOM_COUNT; room++) {
        layout.room[room] = next;
        next += demand->size[room] * (demand->holds_all[room] ? layout.piece : SHORTEST_PIECE);
    }
    return layout;
}

struct layout layout_of_loss(const struct loss *loss)
{
    struct demand demand = {0};
    struct types types = types_of(loss);
    ask_for_operand(&demand, ROOM_logits, loss, &loss->logits, types.logits);
    ask_for_factor(&demand, ROOM_labels, ROOM_wide_labels, loss, &loss->labels, types.labels);
    ask_for_factor(&demand, ROOM_weight, ROOM_wide_weight, loss, &loss->weight, types.weights);
    ask_for_factor(&demand, ROOM_pos_weight, ROOM_wide_pos_weight, loss, &loss->pos_weight, types.weights);
    if (loss->divisor == DIVISOR_weight) /* of weights, which are added up in the place of values */
        ask_for_raw(&demand, loss, &loss->weight, types.work);
    ask_for_operand(&demand, ROOM_gradient, loss, &loss->gradient, types.derivatives);
    ask_for_operand(&demand, ROOM_hessian, loss, &loss->hessian, types.derivatives);
    ask_for_masks(&demand, loss);
    if (loss->validates && (is_longdouble(&loss->labels) || is_longdouble(&loss->logits)))
        ask_for_room(&demand, ROOM_exact, sizeof(longdouble), 1);
    return lay_out(&demand, BLOCK * size_of_number(types.work));
}

struct layout layout_of_search(const struct loss *loss, const struct operand *numbers)
{
    struct demand demand = {0};
    ask_for_operand(&demand, ROOM_logits, loss, numbers, checked_number(numbers->number));
    ask_for_masks(&demand, loss);
    return lay_out(&demand, 0);
}

ptrdiff_t next_piece(const struct layout *layout, ptrdiff_t left)
{
    if (left >= layout->piece)
        return layout->piece;
    return left <= SHORTEST_PIECE ? left : left - left % WHOLE_PACKS;
}
