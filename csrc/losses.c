/* The driver of the fused losses: rows, blocks, masks, sums and divisors; the formulas are the kernels'. */
#include "losses.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "control_word.h"
#include "dispatch.h"
#include "pool.h"
#include "staging.h"

/* Elements pass in blocks that stay in the first-level cache, and a block is the leaf of a sum: 16 running sums, which
 * hide the latency of an addition, joined pairwise. */
enum { BLOCK = 1024, RUNNING_SUMS = 16 };

/* Parts of a sum that threads may take: enough for many threads, few enough to keep. */
enum { MOST_NODES = 1024 };

/* Room for one operand of a block, in any number type. */
typedef union { longdouble alignment; char bytes[BLOCK * sizeof(longdouble)]; } room;

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
                         ptrdiff_t count, enum number number)
{
    room raw;
    const void *there = in_place(operand, axes, element, count, number);
    if (there != NULL)
        return there;
    const void *contiguous = in_place(operand, axes, element, count, operand->number);
    if (contiguous == NULL) {
        char *gathered = operand->number == number ? to : raw.bytes;
        gather_operand(gathered, operand, axes, element, count);
        fill_pack(gathered, count, size_of_number(operand->number));
        contiguous = gathered;
    }
    if (operand->number != number)
        convert_numbers(to, number, contiguous, operand->number, whole_packs(count));
    return to;
}

/* Writes a block of numbers, rounded to the operand's type. */
static void deliver(const struct operand *operand, const struct axes *axes, ptrdiff_t element, ptrdiff_t count,
                    const void *numbers, enum number number)
{
    room narrowed;
    void *there = in_place(operand, axes, element, count, operand->number);
    convert_numbers(there != NULL ? there : narrowed.bytes, operand->number, numbers, number, whole_packs(count));
    if (there == NULL)
        scatter_operand(operand, axes, element, narrowed.bytes, count);
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
                              void *derivative, const void *block, enum number number, const uint8_t *kept)
{
    if (operand->data == NULL)
        return;
    leave_out(derivative, number, kept, count);
    if (derivative == block)
        deliver(operand, axes, element, count, derivative, number);
}

/* Whether a closer look is needed for numbers outside [0, 1]; what was a longdouble may have been rounded into it. */
static int may_be_outside_unit(const void *staged, enum number number, enum number source, ptrdiff_t count)
{
    if (number == NUMBER_longdouble || source == NUMBER_longdouble)
        return 1;
    return (number == NUMBER_f32 ? active.any_f32_outside_unit : active.any_f64_outside_unit)(staged, whole_packs(count));
}

/* Marks the loss where a number that counts lies outside [0, 1]. `staged` is the block as it is at hand. */
static void validate_block(struct loss *loss, const struct operand *operand, ptrdiff_t element, ptrdiff_t count,
                           const void *staged, enum number number, const uint8_t *kept)
{
    room room;
    const longdouble *numbers;
    if (!may_be_outside_unit(staged, number, operand->number, count))
        return;
    numbers = stage(room.bytes, operand, &loss->axes, element, count, NUMBER_longdouble);
    for (ptrdiff_t i = 0; i < count; i++)
        if ((kept == NULL || kept[i]) && !(numbers[i] >= 0 && numbers[i] <= 1))
            atomic_store_explicit(&loss->outside, 1, memory_order_relaxed);
}

static int leaves_out(const struct loss *loss)
{
    return loss->kept.data != NULL || loss->dropped[0].data != NULL || loss->ignores;
}

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

/* ---- extremes, see losses_extremes.h ---- */

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
#define enter_mode enter_our_mode
#define leave_mode leave_our_mode
#define MODE control_word
#include "losses_driver.h"
#undef WORK
#undef LEAST
#undef MOST
#undef SMALLEST_NORMAL
#undef MAX_EXPONENT
#undef enter_mode
#undef leave_mode
#undef MODE

#define WORK longdouble
#define LEAST ldexpl(1, -LDBL_MAX_EXP / 4)
#define MOST ldexpl(1, LDBL_MAX_EXP / 4)
#define SMALLEST_NORMAL LDBL_MIN
#define MAX_EXPONENT LDBL_MAX_EXP
#define enter_mode enter_our_mode_longdouble
#define leave_mode leave_our_mode_longdouble
#define MODE fenv_t
#include "losses_driver.h"

void validate_loss(struct loss *loss)
{
    run_in_parallel(loss->working == WORKING_longdouble ? validation_task_in_longdouble : validation_task_in_f64, loss,
                    loss->rows * loss->row_length, BLOCK);
}

int evaluate_loss(struct loss *loss)
{
    return loss->working == WORKING_longdouble ? evaluate_in_longdouble(loss) : evaluate_in_f64(loss);
}
