/* Elements of an array on their way to the kernels and back. */
#include "arrays/operands.h"

#include "arrays/staging.h"

static int aligned(const void *data, enum number number)
{
    ptrdiff_t size = size_of_number(number);
    return (uintptr_t)data % (uintptr_t)size == 0;
}

int always_in_place(const struct operand *operand, const struct axes *axes, enum number number)
{
    return !operand->swapped && operand->number == number && aligned(operand->data, number)
           && (axes->count == 0 || (axes->count == 1 && operand->steps[0] == size_of_number(number)));
}

void *in_place(const struct operand *operand, const struct piece *piece, enum number number)
{
    const struct axes *axes = piece->axes;
    if (operand->swapped || operand->number != number || piece->count % WHOLE_PACKS != 0)
        return NULL;
    struct place place;
    find_place(&place, axes, piece->element);
    char *first = operand->data + offset_of(axes, operand->steps, &place);
    int together = run_from(axes, &place, piece->count) == piece->count
                   && run_step(axes, operand->steps) == size_of_number(number);
    return together && aligned(first, number) ? first : NULL;
}

void gather_operand(void *to, const struct operand *operand, const struct piece *piece)
{
    gather_elements(to, operand->data, piece->axes, operand->steps, piece->element, piece->count,
                    size_of_number(operand->number));
    if (operand->swapped)
        swap_bytes(to, operand->number, piece->count);
}

static void scatter_operand(const struct operand *operand, const struct piece *piece, char *from)
{
    if (operand->swapped)
        swap_bytes(from, operand->number, piece->count);
    scatter_elements(operand->data, piece->axes, operand->steps, piece->element, from, piece->count,
                     size_of_number(operand->number));
}

/* Repeats the last element up to whole packs. */
static void fill_pack(char *elements, ptrdiff_t count, ptrdiff_t size)
{
    char *end = elements + count * size;
    gather(end, end - size, 0, whole_packs(count) - count, size);
}

const void *stage(void *to, const struct operand *operand, const struct piece *piece, enum number number, char *raw)
{
    const void *there = in_place(operand, piece, number);
    if (there != NULL)
        return there;
    const void *contiguous = in_place(operand, piece, operand->number);
    if (contiguous == NULL) {
        char *gathered = operand->number == number ? to : raw;
        gather_operand(gathered, operand, piece);
        fill_pack(gathered, piece->count, size_of_number(operand->number));
        contiguous = gathered;
    }
    if (operand->number != number)
        convert_numbers(to, number, contiguous, operand->number, whole_packs(piece->count));
    return to;
}

void deliver(const struct operand *operand, const struct piece *piece, void *numbers, enum number number, char *raw)
{
    void *there = in_place(operand, piece, operand->number);
    char *rounded = there != NULL ? there : operand->number == number ? numbers : raw;
    if (rounded != numbers)
        convert_numbers(rounded, operand->number, numbers, number, whole_packs(piece->count));
    if (there == NULL)
        scatter_operand(operand, piece, rounded);
}
