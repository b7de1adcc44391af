/* Elements of an array as numbers of a type, side by side: where they lie if that will do, else in a copy. */
#ifndef PYSIGMOID_OPERANDS_H
#define PYSIGMOID_OPERANDS_H

#include "arrays/axes.h"
#include "arrays/numbers.h"

/* One array, or none where data is NULL. */
struct operand {
    char *data;
    axis_steps steps;
    enum number number;
    int swapped; /* in the other byte order */
};

/* `count` elements from `element` on, in the order of the axes. */
struct piece {
    const struct axes *axes;
    ptrdiff_t element, count;
};

/* As many numbers as a kernel takes at least, of any type. */
union tile {
    longdouble alignment;
    char bytes[WHOLE_PACKS * sizeof(longdouble)];
};

static inline ptrdiff_t whole_packs(ptrdiff_t count)
{
    return (count + WHOLE_PACKS - 1) / WHOLE_PACKS * WHOLE_PACKS;
}

/* Whether whole packs of elements always lie side by side as they are needed. */
int always_in_place(const struct operand *operand, const struct axes *axes, enum number number);

/* Where the piece lies side by side as it is needed; NULL where it does not. Kernels take whole packs only. */
void *in_place(const struct operand *operand, const struct piece *piece, enum number number);

void gather_operand(void *to, const struct operand *operand, const struct piece *piece);

/* The piece as numbers of a type, side by side, in whole packs: where they lie, or in `to`. `raw` has room for them in
 * the type of the operand, and is free afterwards. */
const void *stage(void *to, const struct operand *operand, const struct piece *piece, enum number number, char *raw);

/* Writes a piece of numbers, rounded to the operand's type; they may be turned around on the way. */
void deliver(const struct operand *operand, const struct piece *piece, void *numbers, enum number number, char *raw);

#endif
