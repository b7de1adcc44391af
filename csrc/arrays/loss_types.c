/* Types follow from how the loss is worked and from what its operands are. */
#include "arrays/loss_types.h"

static int is_f32_or_absent(const struct operand *operand)
{
    return operand->data == NULL || operand->number == NUMBER_f32;
}

/* Whether kernels shall round the derivatives at once. */
static int rounds_derivatives(const struct loss *loss)
{
    return takes_f32_logits(loss->working) && is_f32_or_absent(&loss->gradient) && is_f32_or_absent(&loss->hessian);
}

struct types types_of(const struct loss *loss)
{
    enum number work = arithmetic_of(loss->working)->number;
    enum number logits = takes_f32_logits(loss->working) ? NUMBER_f32 : work;
    enum number weights = loss->working == WORKING_paired ? NUMBER_f32 : work;
    enum number labels = loss->form == LOSS_plain ? logits : weights;
    return (struct types){work, logits, labels, weights, rounds_derivatives(loss) ? NUMBER_f32 : work};
}

int is_wider_than_pairs(const struct loss *loss, const struct operand *operand)
{
    int is_integer = operand->number <= NUMBER_u64;
    return loss->working == WORKING_paired && operand->data != NULL && checked_number(operand->number) != NUMBER_f32
           && !(is_integer && operand == &loss->labels && loss->form == LOSS_plain);
}

enum number checked_number(enum number number)
{
    switch (number) {
    case NUMBER_longdouble: return NUMBER_longdouble;
    case NUMBER_f64: case NUMBER_i32: case NUMBER_u32: case NUMBER_i64: case NUMBER_u64: return NUMBER_f64;
    default: return NUMBER_f32;
    }
}

enum number compared_number(enum number labels)
{
    return labels == NUMBER_i64 || labels == NUMBER_u64 ? labels : checked_number(labels);
}

int is_longdouble(const struct operand *operand)
{
    return operand->data != NULL && operand->number == NUMBER_longdouble;
}

int uses_x87(const struct loss *loss)
{
    return loss->working == WORKING_extended || (loss->value.data != NULL && loss->rounding == NUMBER_longdouble)
           || is_longdouble(&loss->labels) || is_longdouble(&loss->weight) || is_longdouble(&loss->pos_weight)
           || is_longdouble(&loss->ignored) || is_longdouble(&loss->value) || is_longdouble(&loss->gradient)
           || is_longdouble(&loss->hessian);
}
