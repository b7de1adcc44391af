/* The driver of the fused losses: rows, blocks, masks, sums and divisors; the formulas are the kernels'. */
#include "arrays/losses.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/dispatch.h"
#include "arrays/staging.h"
#include "arrays/tasks.h"

/* Elements pass in blocks that stay in the first-level cache, and a block is the leaf of a sum: 16 running sums, which
 * hide the latency of an addition, joined pairwise. */
enum { BLOCK = 1024, RUNNING_SUMS = 16 };

/* Parts of a sum that threads may take: enough for many threads, few enough to keep. */
enum { MOST_NODES = 1024 };

/* What a task keeps on its stack, which may have 64 KiB in all: the terms of a block, and rooms for what is staged. */
enum { WORKSPACE_BYTES = 36 * 1024 };

/* A block is computed in pieces, as long as the rooms allow. One this short is a piece of its own; else what fills no whole
 * pack is, so that all before it may be computed where it lies. */
enum { SHORTEST_PIECE = 2 * WHOLE_PACKS };

enum room {
    ROOM_logits, ROOM_labels, ROOM_weight, ROOM_pos_weight, ROOM_gradient, ROOM_hessian, ROOM_kept, ROOM_mask,
    ROOM_exact, /* numbers in a type that holds them exactly */
    ROOM_raw,   /* numbers on their way to or from another type */
    ROOM_COUNT
};

/* Bytes of an element in each room, and whether all elements pass through it or only those of a shortest piece. */
struct demand {
    ptrdiff_t size[ROOM_COUNT];
    int holds_all[ROOM_COUNT];
};

/* The most elements of a piece, and where each room begins. */
struct layout {
    ptrdiff_t piece;
    ptrdiff_t room[ROOM_COUNT];
};

static int aligned(const void *data, enum number number)
{
    ptrdiff_t size = size_of_number(number);
    return (uintptr_t)data % (uintptr_t)size == 0;
}

/* Where `count` elements from `element` on lie side by side as they are needed; NULL where they do not. Kernels take whole
 * packs only. */
static void *in_place(const struct operand *operand, const struct axes *axes, ptrdiff_t element, ptrdiff_t count,
                      enum number number)
{
    if (operand->swapped || operand->number != number || count % WHOLE_PACKS != 0)
        return NULL;
    struct place place = place_of(axes, element);
    char *first = operand->data + offset_of(axes, operand->steps, &place);
    int together = run_from(axes, &place, count) == count && run_step(axes, operand->steps) == size_of_number(number);
    return together && aligned(first, number) ? first : NULL;
}

static void gather_operand(char *to, const struct operand *operand, const struct axes *axes, ptrdiff_t element,
                           ptrdiff_t count)
{
    gather_elements(to, operand->data, axes, operand->steps, element, count, size_of_number(operand->number));
    if (operand->swapped)
        swap_bytes(to, operand->number, count);
}

static void scatter_operand(const struct operand *operand, const struct axes *axes, ptrdiff_t element, char *from,
                            ptrdiff_t count)
{
    if (operand->swapped)
        swap_bytes(from, operand->number, count);
    scatter_elements(operand->data, axes, operand->steps, element, from, count, size_of_number(operand->number));
}

static ptrdiff_t whole_packs(ptrdiff_t count)
{
    return (count + WHOLE_PACKS - 1) / WHOLE_PACKS * WHOLE_PACKS;
}

/* Repeats the last element up to whole packs. */
static void fill_pack(char *elements, ptrdiff_t count, ptrdiff_t size)
{
    char *end = elements + count * size;
    gather(end, end - size, 0, whole_packs(count) - count, size);
}

/* `count` elements from `element` on as numbers of a type, side by side, in whole packs: where they lie, or in `to`. */
static const void *stage(void *to, const struct operand *operand, const struct axes *axes, ptrdiff_t element,
                         ptrdiff_t count, enum number number, char *raw)
{
    const void *there = in_place(operand, axes, element, count, number);
    if (there != NULL)
        return there;
    const void *contiguous = in_place(operand, axes, element, count, operand->number);
    if (contiguous == NULL) {
        char *gathered = operand->number == number ? to : raw;
        gather_operand(gathered, operand, axes, element, count);
        fill_pack(gathered, count, size_of_number(operand->number));
        contiguous = gathered;
    }
    if (operand->number != number)
        convert_numbers(to, number, contiguous, operand->number, whole_packs(count));
    return to;
}

/* Writes a block of numbers, rounded to the operand's type; they may be turned around on the way. */
static void deliver(const struct operand *operand, const struct axes *axes, ptrdiff_t element, ptrdiff_t count,
                    void *numbers, enum number number, char *raw)
{
    void *there = in_place(operand, axes, element, count, operand->number);
    char *rounded = there != NULL ? there : operand->number == number ? numbers : raw;
    if (rounded != numbers)
        convert_numbers(rounded, operand->number, numbers, number, whole_packs(count));
    if (there == NULL)
        scatter_operand(operand, axes, element, rounded, count);
}

/* The block of a derivative: at its place where it can be computed there. */
static void *target_of(void *block, const struct operand *operand, const struct axes *axes, ptrdiff_t element,
                       ptrdiff_t count, enum number number)
{
    void *there = operand->data == NULL ? NULL : in_place(operand, axes, element, count, number);
    return there != NULL ? there : block;
}

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

static void leave_out(void *terms, enum number number, const uint8_t *kept, ptrdiff_t count)
{
    if (kept == NULL)
        return;
    switch (number) {
    case NUMBER_f32: leave_out_f32(terms, kept, count); break;
    case NUMBER_f64: leave_out_f64(terms, kept, count); break;
    default: leave_out_longdouble(terms, kept, count); break;
    }
}

static ptrdiff_t number_kept(const uint8_t *kept, ptrdiff_t count)
{
    ptrdiff_t number = 0;
    for (ptrdiff_t i = 0; i < count; i++)
        number += kept[i];
    return number;
}

static void finish_derivative(const struct operand *operand, const struct axes *axes, ptrdiff_t element, ptrdiff_t count,
                              void *derivative, const void *block, enum number number, const uint8_t *kept, char *raw)
{
    if (operand->data == NULL)
        return;
    leave_out(derivative, number, kept, count);
    if (derivative == block)
        deliver(operand, axes, element, count, derivative, number, raw);
}

/* ---- which elements count ---- */

static int leaves_out(const struct loss *loss)
{
    return loss->kept.data != NULL || loss->dropped[0].data != NULL || loss->ignored.data != NULL;
}

/* The type in which numbers are looked at: those outside [0, 1] are so there as well. */
static enum number checked_number(enum number number)
{
    switch (number) {
    case NUMBER_longdouble: return NUMBER_longdouble;
    case NUMBER_f64: case NUMBER_i32: case NUMBER_u32: case NUMBER_i64: case NUMBER_u64: return NUMBER_f64;
    default: return NUMBER_f32;
    }
}

/* The type in which labels are compared: it holds each of them exactly. */
static enum number compared_number(enum number labels)
{
    return labels == NUMBER_i64 || labels == NUMBER_u64 ? labels : checked_number(labels);
}

#define LEAVE_OUT_EQUAL(type)                                                                              \
    static void leave_out_equal_##type(uint8_t *kept, const type *labels, const type *ignored, ptrdiff_t n) \
    {                                                                                                       \
        type number = *ignored;                                                                             \
        for (ptrdiff_t i = 0; i < n; i++)                                                                   \
            kept[i] = labels[i] == number ? 0 : kept[i];                                                    \
    }
LEAVE_OUT_EQUAL(f32)
LEAVE_OUT_EQUAL(f64)
LEAVE_OUT_EQUAL(longdouble)
LEAVE_OUT_EQUAL(uint64_t)
#undef LEAVE_OUT_EQUAL

#define LEAVE_OUT_NAN(type)                                                             \
    static void leave_out_nan_##type(uint8_t *kept, const type *labels, ptrdiff_t n)    \
    {                                                                                   \
        for (ptrdiff_t i = 0; i < n; i++)                                               \
            kept[i] = isnan(labels[i]) ? 0 : kept[i];                                   \
    }
LEAVE_OUT_NAN(f32)
LEAVE_OUT_NAN(f64)
LEAVE_OUT_NAN(longdouble)
#undef LEAVE_OUT_NAN

/* Labels and the ignored one as numbers of one type: nan is ignored where that is nan. */
static void leave_out_label(uint8_t *kept, const void *labels, const void *ignored, enum number number, ptrdiff_t n)
{
#define LEAVE_OUT_FLOAT(type)                           \
    if (isnan(*(const type *)ignored))                  \
        leave_out_nan_##type(kept, labels, n);          \
    else                                                \
        leave_out_equal_##type(kept, labels, ignored, n)
    switch (number) {
    case NUMBER_f32: LEAVE_OUT_FLOAT(f32); break;
    case NUMBER_f64: LEAVE_OUT_FLOAT(f64); break;
    case NUMBER_longdouble: LEAVE_OUT_FLOAT(longdouble); break;
    default: leave_out_equal_uint64_t(kept, labels, ignored, n); break; /* of one sign, bits tell */
    }
#undef LEAVE_OUT_FLOAT
}

typedef union { longdouble alignment; char bytes[WHOLE_PACKS * sizeof(longdouble)]; } pack;

/* The ignored label as a number of this type, rounded to the type of the labels on the way. */
static const void *stage_ignored(pack *to, const struct loss *loss, enum number number)
{
    static const struct axes none = {0};
    enum number labels = loss->labels.number;
    int is_narrow_float = labels == NUMBER_f16 || labels == NUMBER_bf16 || labels == NUMBER_f32;
    pack raw, wide, rounded;
    if (!is_narrow_float)
        return stage(to, &loss->ignored, &none, 0, 1, number, raw.bytes);
    convert_numbers(rounded.bytes, labels, stage(&wide, &loss->ignored, &none, 0, 1, NUMBER_f64, raw.bytes), NUMBER_f64,
                    WHOLE_PACKS);
    convert_numbers(to, number, rounded.bytes, labels, WHOLE_PACKS);
    return to;
}

static void leave_out_ignored(uint8_t *kept, const struct loss *loss, const struct layout *layout, ptrdiff_t element,
                              ptrdiff_t count, char *rooms)
{
    enum number number = compared_number(loss->labels.number);
    pack ignored;
    const void *labels = stage(rooms + layout->room[ROOM_exact], &loss->labels, &loss->axes, element, count, number,
                               rooms + layout->room[ROOM_raw]);
    leave_out_label(kept, labels, stage_ignored(&ignored, loss, number), number, count);
}

/* Which elements of a piece count; NULL where all of them do. */
static const uint8_t *find_kept(const struct loss *loss, const struct layout *layout, ptrdiff_t element, ptrdiff_t count,
                                char *rooms)
{
    uint8_t *kept = (uint8_t *)rooms + layout->room[ROOM_kept], *mask = (uint8_t *)rooms + layout->room[ROOM_mask];
    if (!leaves_out(loss))
        return NULL;
    memset(kept, 1, (size_t)count);
    if (loss->kept.data != NULL) {
        gather_operand((char *)mask, &loss->kept, &loss->axes, element, count);
        for (ptrdiff_t i = 0; i < count; i++)
            kept[i] = mask[i] != 0;
    }
    for (int k = 0; k < MOST_DROPPED && loss->dropped[k].data != NULL; k++) {
        gather_operand((char *)mask, &loss->dropped[k], &loss->axes, element, count);
        for (ptrdiff_t i = 0; i < count; i++)
            kept[i] &= mask[i] == 0;
    }
    if (loss->ignored.data != NULL)
        leave_out_ignored(kept, loss, layout, element, count, rooms);
    return kept;
}

/* ---- numbers outside [0, 1] ---- */

/* The first of `count` numbers that counts and lies outside, or -1; nan does. */
#define FIRST_OUTSIDE(type)                                                                                 \
    static ptrdiff_t first_outside_##type(const type *numbers, const uint8_t *kept, ptrdiff_t count)        \
    {                                                                                                       \
        for (ptrdiff_t i = 0; i < count; i++)                                                               \
            if ((kept == NULL || kept[i]) && !(numbers[i] >= 0 && numbers[i] <= 1))                         \
                return i;                                                                                   \
        return -1;                                                                                          \
    }
FIRST_OUTSIDE(f32)
FIRST_OUTSIDE(f64)
FIRST_OUTSIDE(longdouble)
#undef FIRST_OUTSIDE

static ptrdiff_t first_outside(const void *numbers, enum number number, const uint8_t *kept, ptrdiff_t count)
{
    switch (number) {
    case NUMBER_f32: return first_outside_f32(numbers, kept, count);
    case NUMBER_f64: return first_outside_f64(numbers, kept, count);
    default: return first_outside_longdouble(numbers, kept, count);
    }
}

/* Whether one may be found. */
static int may_be_outside(const void *numbers, enum number number, ptrdiff_t count)
{
    switch (number) {
    case NUMBER_f32: return active.any_f32_outside_unit(numbers, whole_packs(count));
    case NUMBER_f64: return active.any_f64_outside_unit(numbers, whole_packs(count));
    default: return 1;
    }
}

/* Marks the loss where a number that counts lies outside [0, 1]. `staged` is the piece as it is at hand; what was a
 * longdouble may have been rounded into the interval. */
static void validate_piece(struct loss *loss, const struct operand *operand, const struct layout *layout,
                           ptrdiff_t element, ptrdiff_t count, const void *staged, enum number number,
                           const uint8_t *kept, char *rooms)
{
    if (operand->number == NUMBER_longdouble && number != NUMBER_longdouble) {
        number = NUMBER_longdouble;
        staged = stage(rooms + layout->room[ROOM_exact], operand, &loss->axes, element, count, number,
                       rooms + layout->room[ROOM_raw]);
    }
    if (may_be_outside(staged, number, count) && first_outside(staged, number, kept, count) >= 0)
        atomic_store_explicit(&loss->outside, 1, memory_order_relaxed);
}

/* ---- rooms ---- */

/* Whether whole packs of elements always lie side by side as they are needed. */
static int lies_in_place(const struct operand *operand, const struct axes *axes, enum number number)
{
    return !operand->swapped && operand->number == number && aligned(operand->data, number)
           && (axes->count == 0 || (axes->count == 1 && operand->steps[0] == size_of_number(number)));
}

static void ask_for_room(struct demand *demand, enum room room, ptrdiff_t size)
{
    demand->holds_all[room] = 1;
    if (size > demand->size[room])
        demand->size[room] = size;
}

/* For an operand that is needed in this type. */
static void ask_for_operand(struct demand *demand, enum room room, const struct loss *loss, const struct operand *operand,
                            enum number number)
{
    if (operand->data == NULL)
        return;
    ask_for_room(demand, room, size_of_number(number));
    demand->holds_all[room] = !lies_in_place(operand, &loss->axes, number);
    if (operand->number != number)
        ask_for_room(demand, ROOM_raw, size_of_number(operand->number));
}

static void ask_for_masks(struct demand *demand, const struct loss *loss)
{
    if (!leaves_out(loss))
        return;
    ask_for_room(demand, ROOM_kept, 1);
    ask_for_room(demand, ROOM_mask, 1);
    if (loss->ignored.data != NULL)
        ask_for_operand(demand, ROOM_exact, loss, &loss->labels, compared_number(loss->labels.number));
}

enum { LARGEST_DEMAND = (ROOM_hessian + 1 + 2) * sizeof(longdouble) + 2 }; /* for an element, everything staged in longdouble */
_Static_assert(LARGEST_DEMAND * SHORTEST_PIECE <= WORKSPACE_BYTES - BLOCK * sizeof(longdouble), "a shortest piece fits");

static struct layout lay_out(const struct demand *demand, ptrdiff_t space)
{
    struct layout layout = {.piece = BLOCK};
    ptrdiff_t all = 0, next = 0;
    for (int room = 0; room < ROOM_COUNT; room++) {
        if (demand->holds_all[room])
            all += demand->size[room];
        else
            space -= demand->size[room] * SHORTEST_PIECE;
    }
    if (all * BLOCK > space)
        layout.piece = space / all / WHOLE_PACKS * WHOLE_PACKS;
    for (int room = 0; room < ROOM_COUNT; room++) {
        layout.room[room] = next;
        next += demand->size[room] * (demand->holds_all[room] ? layout.piece : SHORTEST_PIECE);
    }
    return layout;
}

/* How many of the elements that are left come next. */
static ptrdiff_t next_piece(const struct layout *layout, ptrdiff_t left)
{
    if (left >= layout->piece)
        return layout->piece;
    return left <= SHORTEST_PIECE ? left : left - left % WHOLE_PACKS;
}

/* ---- precision ---- */

/* The types in which kernels take logits and labels. */
static enum number logits_number(const struct loss *loss, enum number work)
{
    return loss->working == WORKING_narrow ? NUMBER_f32 : work;
}

static enum number labels_number(const struct loss *loss, enum number work)
{
    return loss->form == LOSS_plain ? logits_number(loss, work) : work;
}

static int is_f32_or_absent(const struct operand *operand)
{
    return operand->data == NULL || operand->number == NUMBER_f32;
}

/* Whether kernels shall round the derivatives at once. */
static int rounds_derivatives(const struct loss *loss)
{
    return loss->working == WORKING_narrow && is_f32_or_absent(&loss->gradient) && is_f32_or_absent(&loss->hessian);
}

static int divisors_vary(const struct loss *loss)
{
    return loss->divisor != DIVISOR_fixed;
}

static int is_longdouble(const struct operand *operand)
{
    return operand->data != NULL && operand->number == NUMBER_longdouble;
}

/* Whether a longdouble takes part, be it only to be converted. */
static int uses_x87(const struct loss *loss)
{
    return loss->working == WORKING_extended || (loss->value.data != NULL && loss->rounding == NUMBER_longdouble)
           || is_longdouble(&loss->labels) || is_longdouble(&loss->weight) || is_longdouble(&loss->pos_weight)
           || is_longdouble(&loss->ignored) || is_longdouble(&loss->value) || is_longdouble(&loss->gradient)
           || is_longdouble(&loss->hessian);
}

static struct layout layout_of_loss(const struct loss *loss, enum number work)
{
    struct demand demand = {0};
    enum number of_derivatives = rounds_derivatives(loss) ? NUMBER_f32 : work;
    ask_for_operand(&demand, ROOM_logits, loss, &loss->logits, logits_number(loss, work));
    ask_for_operand(&demand, ROOM_labels, loss, &loss->labels, labels_number(loss, work));
    ask_for_operand(&demand, ROOM_weight, loss, &loss->weight, work);
    ask_for_operand(&demand, ROOM_pos_weight, loss, &loss->pos_weight, work);
    ask_for_operand(&demand, ROOM_gradient, loss, &loss->gradient, of_derivatives);
    ask_for_operand(&demand, ROOM_hessian, loss, &loss->hessian, of_derivatives);
    ask_for_masks(&demand, loss);
    if (loss->validates && (is_longdouble(&loss->labels) || is_longdouble(&loss->logits)))
        ask_for_room(&demand, ROOM_exact, sizeof(longdouble));
    return lay_out(&demand, WORKSPACE_BYTES - BLOCK * size_of_number(work));
}

/* ---- extremes, see arrays/losses_extremes.h ---- */

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

/* Which operands may hold an extreme factor. */
struct suspects { int labels, weight, pos_weight; };

static struct suspects find_suspects(const struct loss *loss)
{
    return (struct suspects){!is_ordinary(loss, &loss->labels), !is_ordinary(loss, &loss->weight),
                             !is_ordinary(loss, &loss->pos_weight)};
}

/* Whether a derivative takes the place of an operand, so that this cannot be looked at afterwards. */
static int is_in_place(const struct loss_block *block)
{
    const void *const inputs[] = {block->logits, block->labels, block->weight, block->pos_weight};
    for (int k = 0; k < 4; k++)
        if (inputs[k] == block->gradient || inputs[k] == block->hessian)
            return 1;
    return 0;
}

#define WORK f64
#define LEAST LEAST_ORDINARY
#define MOST MOST_ORDINARY
#define SMALLEST_NORMAL DBL_MIN
#define MAX_EXPONENT DBL_MAX_EXP
#include "arrays/losses_driver.h"
#undef WORK
#undef LEAST
#undef MOST
#undef SMALLEST_NORMAL
#undef MAX_EXPONENT

#define WORK longdouble
#define LEAST ldexpl(1, -LDBL_MAX_EXP / 4)
#define MOST ldexpl(1, LDBL_MAX_EXP / 4)
#define SMALLEST_NORMAL LDBL_MIN
#define MAX_EXPONENT LDBL_MAX_EXP
#include "arrays/losses_driver.h"
#undef WORK
#undef LEAST
#undef MOST
#undef SMALLEST_NORMAL
#undef MAX_EXPONENT

int evaluate_loss(struct loss *loss)
{
    return loss->working == WORKING_extended ? evaluate_in_longdouble(loss) : evaluate_in_f64(loss);
}

/* ---- looking before, or after ---- */

struct search {
    const struct loss *loss;
    const struct operand *numbers;
    struct layout layout;
    atomic_ptrdiff_t found; /* the first place so far, or past the end */
};

static void lower(atomic_ptrdiff_t *found, ptrdiff_t place)
{
    ptrdiff_t current = atomic_load(found);
    while (place < current && !atomic_compare_exchange_weak(found, &current, place))
        continue;
}

static void search_task(void *job, ptrdiff_t begin, ptrdiff_t end)
{
    struct search *search = job;
    const struct layout *layout = &search->layout;
    enum number number = checked_number(search->numbers->number);
    union { longdouble alignment; char bytes[WORKSPACE_BYTES]; } rooms;
    ptrdiff_t count, first;
    for (ptrdiff_t i = begin; i < end && i < atomic_load(&search->found); i += count) {
        count = next_piece(layout, end - i);
        const void *numbers = stage(rooms.bytes + layout->room[ROOM_logits], search->numbers, &search->loss->axes, i, count,
                                    number, rooms.bytes + layout->room[ROOM_raw]);
        if (!may_be_outside(numbers, number, count))
            continue;
        first = first_outside(numbers, number, find_kept(search->loss, layout, i, count, rooms.bytes), count);
        if (first >= 0)
            lower(&search->found, i + first);
    }
}

ptrdiff_t find_outside(const struct loss *loss, const struct operand *numbers)
{
    struct search search = {.loss = loss, .numbers = numbers};
    struct demand demand = {0};
    ptrdiff_t n = loss->rows * loss->row_length, found;
    ask_for_operand(&demand, ROOM_logits, loss, numbers, checked_number(numbers->number));
    ask_for_masks(&demand, loss);
    search.layout = lay_out(&demand, WORKSPACE_BYTES);
    atomic_init(&search.found, n);
    run_in_our_mode(search_task, &search, n, BLOCK,
                    is_longdouble(numbers) || is_longdouble(&loss->labels) || is_longdouble(&loss->ignored));
    found = atomic_load(&search.found);
    return found < n ? found : -1;
}

void validate_loss(struct loss *loss)
{
    if (find_outside(loss, &loss->labels) >= 0
        || (loss->form == LOSS_probability && find_outside(loss, &loss->logits) >= 0))
        atomic_store(&loss->outside, 1);
}
