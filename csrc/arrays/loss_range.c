/* Numbers outside [0, 1]: looked for in a piece while it is computed, or in whole arrays, before or after. */
#include "arrays/loss_range.h"

#include "arrays/loss_masks.h"
#include "arrays/tasks.h"
#include "kernels/dispatch.h"

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

int any_outside(const struct operand *operand, const struct piece *piece, const void *staged, enum number number,
                const uint8_t *kept, struct workspace *space)
{
    if (operand->number == NUMBER_longdouble && number != NUMBER_longdouble) { /* it may have been rounded to 0 or 1 */
        number = NUMBER_longdouble;
        staged = stage_in(space, ROOM_exact, operand, piece, number);
    }
    return may_be_outside(staged, number, piece->count) && first_outside(staged, number, kept, piece->count) >= 0;
}

/* ---- whole arrays ---- */

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
    enum number number = checked_number(search->numbers->number);
    struct workspace space;
    struct piece piece = {&search->loss->axes, begin, 0};
    space.layout = &search->layout;
    for (; piece.element < end && piece.element < atomic_load(&search->found); piece.element += piece.count) {
        piece.count = next_piece(&search->layout, end - piece.element);
        const void *numbers = stage_in(&space, ROOM_logits, search->numbers, &piece, number);
        if (!may_be_outside(numbers, number, piece.count))
            continue;
        ptrdiff_t first = first_outside(numbers, number, find_kept(search->loss, &piece, &space), piece.count);
        if (first >= 0)
            lower(&search->found, piece.element + first);
    }
}

ptrdiff_t find_outside(const struct loss *loss, const struct operand *numbers)
{
    struct search search = {.loss = loss, .numbers = numbers, .layout = layout_of_search(loss, numbers)};
    ptrdiff_t n = loss->rows * loss->row_length, found;
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
