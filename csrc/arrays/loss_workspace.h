/* What a task keeps on its stack: the values of a block, and rooms for what is staged of a piece of it. */
#ifndef PYSIGMOID_LOSS_WORKSPACE_H
#define PYSIGMOID_LOSS_WORKSPACE_H

#include "arrays/loss_types.h"

/* A stack may have 64 KiB in all. */
enum { WORKSPACE_BYTES = 27 * 1024 };

enum room {
    ROOM_logits, ROOM_labels, ROOM_weight, ROOM_pos_weight, ROOM_gradient, ROOM_hessian, ROOM_kept, ROOM_mask,
    ROOM_wide_labels, ROOM_wide_weight, ROOM_wide_pos_weight, /* what pairs of floats may not hold */
    ROOM_exact, /* numbers in a type that holds them exactly */
    ROOM_raw,   /* numbers on their way to or from another type */
    ROOM_COUNT
};

/* Of elements that all lie where kernels take them: what a call of a kernel costs is then shared by several blocks. */
enum { LONGEST_PIECE = 8 * BLOCK };

/* The most elements of a piece, and where each room begins. */
struct layout {
    ptrdiff_t piece;
    ptrdiff_t room[ROOM_COUNT];
};

/* In its memory the values of a block, if there are any, come first. */
struct workspace {
    const struct layout *layout;
    union { f64 f64[3]; longdouble longdouble[3]; } options; /* of the loss, in its precision */
    union { longdouble alignment; char bytes[WORKSPACE_BYTES]; } memory;
};

static inline void set_up_workspace(struct workspace *space, const struct loss *loss, const struct layout *layout)
{
    space->layout = layout;
    arithmetic_of(loss->working)->set(&space->options, loss->options, 3);
}

static inline void *values_in(struct workspace *space)
{
    return space->memory.bytes;
}

static inline void *room_in(struct workspace *space, enum room room)
{
    return space->memory.bytes + space->layout->room[room];
}

static inline const void *stage_in(struct workspace *space, enum room room, const struct operand *operand,
                                   const struct piece *piece, enum number number)
{
    return stage(room_in(space, room), operand, piece, number, room_in(space, ROOM_raw));
}

struct layout layout_of_loss(const struct loss *loss);

/* For find_outside: only numbers, in the room of the logits, and what tells which of them count. */
struct layout layout_of_search(const struct loss *loss, const struct operand *numbers);

/* How many of the elements that are left come next. */
ptrdiff_t next_piece(const struct layout *layout, ptrdiff_t left);

#endif
