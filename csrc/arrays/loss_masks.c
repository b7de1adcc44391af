/* Masks and the ignored label become one mask; what it leaves out is written as 0. */
#include "arrays/loss_masks.h"

#include <math.h>
#include <string.h>

#define LEAVE_OUT(type)                                                                                 \
    static void leave_out_##type(type *terms, const uint8_t *kept, ptrdiff_t count)                      \
    {                                                                                                    \
        for (ptrdiff_t i = 0; i < count; i++)                                                            \
            terms[i] = kept[i] ? terms[i] : 0;                                                           \
    }
LEAVE_OUT(f32)
LEAVE_OUT(f64)
LEAVE_OUT(longdouble)
#undef LEAVE_OUT

void leave_out(void *terms, enum number number, const uint8_t *kept, ptrdiff_t count)
{
    if (terms == NULL || kept == NULL)
        return;
    switch (number) {
    case NUMBER_f32: leave_out_f32(terms, kept, count); break;
    case NUMBER_f64: leave_out_f64(terms, kept, count); break;
    default: leave_out_longdouble(terms, kept, count); break;
    }
}

ptrdiff_t number_kept(const uint8_t *kept, ptrdiff_t count)
{
    ptrdiff_t number = 0;
    for (ptrdiff_t i = 0; i < count; i++)
        number += kept[i];
    return number;
}

/* ---- the ignored label ---- */

/* nan is ignored where the ignored label is nan. */
#define LEAVE_OUT_LABEL(type)                                                                              \
    static void leave_out_label_##type(uint8_t *kept, const type *labels, type ignored, ptrdiff_t n)        \
    {                                                                                                       \
        if (isnan(ignored))                                                                                 \
            for (ptrdiff_t i = 0; i < n; i++)                                                               \
                kept[i] = isnan(labels[i]) ? 0 : kept[i];                                                   \
        else                                                                                                \
            for (ptrdiff_t i = 0; i < n; i++)                                                               \
                kept[i] = labels[i] == ignored ? 0 : kept[i];                                               \
    }
LEAVE_OUT_LABEL(f32)
LEAVE_OUT_LABEL(f64)
LEAVE_OUT_LABEL(longdouble)
#undef LEAVE_OUT_LABEL

/* Integers of either sign, as long as it is one for both: bits tell. */
static void leave_out_label_64_bits(uint8_t *kept, const uint64_t *labels, uint64_t ignored, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        kept[i] = labels[i] == ignored ? 0 : kept[i];
}

/* Labels and the ignored one as numbers of one type. */
static void leave_out_label(uint8_t *kept, const void *labels, const void *ignored, enum number number, ptrdiff_t n)
{
    switch (number) {
    case NUMBER_f32: leave_out_label_f32(kept, labels, *(const f32 *)ignored, n); break;
    case NUMBER_f64: leave_out_label_f64(kept, labels, *(const f64 *)ignored, n); break;
    case NUMBER_longdouble: leave_out_label_longdouble(kept, labels, *(const longdouble *)ignored, n); break;
    default: leave_out_label_64_bits(kept, labels, *(const uint64_t *)ignored, n); break;
    }
}

/* The ignored label as a number of this type, rounded to the type of the labels on the way. */
static const void *stage_ignored(union tile *to, const struct loss *loss, enum number number)
{
    static const struct axes none = {0};
    const struct piece one = {&none, 0, 1};
    enum number labels = loss->labels.number;
    int is_narrow_float = labels == NUMBER_f16 || labels == NUMBER_bf16 || labels == NUMBER_f32;
    union tile raw, wide, rounded;
    if (!is_narrow_float)
        return stage(to, &loss->ignored, &one, number, raw.bytes);
    convert_numbers(&rounded, labels, stage(&wide, &loss->ignored, &one, NUMBER_f64, raw.bytes), NUMBER_f64, WHOLE_PACKS);
    convert_numbers(to, number, &rounded, labels, WHOLE_PACKS);
    return to;
}

static void leave_out_ignored(uint8_t *kept, const struct loss *loss, const struct piece *piece, struct workspace *space)
{
    enum number number = compared_number(loss->labels.number);
    union tile ignored;
    const void *labels = stage_in(space, ROOM_exact, &loss->labels, piece, number);
    leave_out_label(kept, labels, stage_ignored(&ignored, loss, number), number, piece->count);
}

/* ---- all masks of a piece ---- */

const uint8_t *find_kept(const struct loss *loss, const struct piece *piece, struct workspace *space)
{
    uint8_t *kept = room_in(space, ROOM_kept), *mask = room_in(space, ROOM_mask);
    if (!leaves_out(loss))
        return NULL;
    memset(kept, 1, (size_t)piece->count);
    if (loss->kept.data != NULL) {
        gather_operand(mask, &loss->kept, piece);
        for (ptrdiff_t i = 0; i < piece->count; i++)
            kept[i] = mask[i] != 0;
    }
    for (int k = 0; k < MOST_DROPPED && loss->dropped[k].data != NULL; k++) {
        gather_operand(mask, &loss->dropped[k], piece);
        for (ptrdiff_t i = 0; i < piece->count; i++)
            kept[i] &= mask[i] == 0;
    }
    if (loss->ignored.data != NULL)
        leave_out_ignored(kept, loss, piece, space);
    return kept;
}
