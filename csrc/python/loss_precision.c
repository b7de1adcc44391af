/* Logits decide: derivatives are of their type, and so is the loss of an element. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/loss_precision.h"

#include "python/describe.h"

static enum working working_of(enum number logits)
{
    switch (logits) {
    case NUMBER_i32: case NUMBER_u32: case NUMBER_i64: case NUMBER_u64: case NUMBER_f64: return WORKING_wide;
    case NUMBER_longdouble: return WORKING_extended;
    default: return WORKING_narrow;
    }
}

/* What each element's results are rounded to: floats keep their type, integers up to 16 bits become float32, wider ones
 * float64. */
static enum number number_of_results(enum number logits)
{
    if (logits == NUMBER_f16 || logits == NUMBER_bf16)
        return logits;
    switch (working_of(logits)) {
    case WORKING_narrow: return NUMBER_f32;
    case WORKING_wide: return NUMBER_f64;
    default: return NUMBER_longdouble;
    }
}

PyArray_Descr *dtype_of_derivatives(const struct request *request, enum number logits)
{
    switch (number_of_results(logits)) {
    case NUMBER_f32: return PyArray_DescrFromType(NPY_FLOAT);
    case NUMBER_f64: return PyArray_DescrFromType(NPY_DOUBLE);
    default: return PyArray_DescrNewByteorder(PyArray_DESCR(request->logits), NPY_NATIVE);
    }
}

static int is_plain(const struct request *request)
{
    return request->weight == NULL && request->pos_weight == NULL && request->smoothing == 0;
}

static enum loss_form form_of(const struct request *request)
{
    switch (request->form) {
    case 0: return is_plain(request) ? LOSS_plain : LOSS_weighted;
    case 1: return LOSS_focal;
    default: return LOSS_probability;
    }
}

/* A sum is rounded to the dtype that was asked for, the value of an element first to that of its derivatives. */
static int choose_rounding(const struct request *request, struct loss *loss)
{
    loss->rounding = number_of_results(loss->logits.number);
    return request->reduction == REDUCTION_none ? 0 : describe_number(request->dtype, &loss->rounding);
}

/* Pairs of floats do not have the digits of a sum or a derivative that is asked for in a wider type. */
static int wants_more_digits(const struct request *request, const struct loss *loss)
{
    if (request->reduction != REDUCTION_none && (loss->rounding == NUMBER_f64 || loss->rounding == NUMBER_longdouble))
        return 1;
    for (int k = GRADIENT; k <= HESSIAN; k++) {
        PyArrayObject *buffer = request->buffers[k];
        if (buffer != NULL && (PyArray_TYPE(buffer) == NPY_DOUBLE || PyArray_TYPE(buffer) == NPY_LONGDOUBLE))
            return 1;
    }
    return 0;
}

/* Which of the two ways for narrow logits, or that of float64. A smoothing that vanishes beside 1 is left to double. */
static enum working working_of_narrow(const struct request *request, const struct loss *loss)
{
    if (loss->form == LOSS_focal)
        return WORKING_narrow;
    int is_tiny = 0 < request->smoothing && request->smoothing < 0x1p-60;
    return is_tiny || wants_more_digits(request, loss) ? WORKING_wide : WORKING_paired;
}

int choose_precision(const struct request *request, struct loss *loss)
{
    loss->working = working_of(loss->logits.number);
    loss->form = form_of(request);
    if (choose_rounding(request, loss) < 0)
        return -1;
    if (loss->working == WORKING_narrow)
        loss->working = working_of_narrow(request, loss);
    return 0;
}
