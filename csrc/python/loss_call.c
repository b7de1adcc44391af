/* The way of a loss: arguments are read, arrays described for arrays/losses.c, results delivered. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/loss_call.h"

#include "arrays/loss_range.h"
#include "arrays/losses.h"
#include "python/loss_operands.h"
#include "python/loss_precision.h"
#include "python/loss_results.h"

const char loss_call_doc[] =
    "loss(form, outputs, smoothing, alpha, gamma, logits, labels, weight, pos_weight, kept, dropped, ignored, reduction, axes, "
    "keepdims, validate, dtype, out, grad_out, hess_out, /)\n--\n\n"
    "A tuple of the outputs, or None where validate found a number outside [0, 1]; then nothing was written.\n\n"
    "form: 0 logistic (smoothing: of the labels), 1 focal (that, alpha or -1, gamma), 2 of probabilities. outputs: 0 value,\n"
    "1 value and gradient, 2 gradient and Hessian, 3 all three. Operands are arrays of one shape, or of no axes, or None;\n"
    "dropped is a tuple of such arrays or None; ignored is an array of no axes, of the labels' dtype where that is one of\n"
    "integers, which float labels are compared with as numbers of their own type. reduction: 0 none, 1 mean, 2 sum,\n"
    "3 weighted mean, over `axes`, a tuple, or None for all. dtype is that of the value.";

/* Below this the GIL is kept, as NumPy does: giving it up and asking for it again costs more than others gain. */
enum { WORTH_RELEASING = 500 };

/* ---- description ---- */

static void choose_divisor(const struct request *request, struct loss *loss)
{
    int is_weighted = request->reduction == REDUCTION_weighted_mean && loss->weight.data != NULL;
    int is_mean = request->reduction == REDUCTION_mean || request->reduction == REDUCTION_weighted_mean;
    loss->divisor = is_weighted ? DIVISOR_weight : is_mean && leaves_out(loss) ? DIVISOR_count : DIVISOR_fixed;
    loss->fixed_divisor = is_mean ? loss->row_length : 1;
}

/* Where nothing is summed, be it losses or what they are divided by, every element is a row. */
static void choose_rows(const struct request *request, struct walk *walk, struct loss *loss)
{
    int sums_losses = is_wanted(loss, VALUE) && request->reduction != REDUCTION_none;
    describe_shape(request, walk, loss);
    choose_divisor(request, loss);
    if (!sums_losses && loss->divisor == DIVISOR_fixed) {
        walk->row_axes = walk->axes;
        describe_shape(request, walk, loss);
    }
}

static int describe_loss(struct request *request, struct loss *loss)
{
    struct walk walk;
    loss->outputs = request->outputs;
    loss->options[0] = request->smoothing;
    loss->options[1] = request->alpha;
    loss->options[2] = request->gamma;
    atomic_init(&loss->outside, 0);
    if (choose_walk(request, &walk) < 0 || describe_inputs(request, &walk, loss) < 0)
        return -1;
    choose_rows(request, &walk, loss);
    if (choose_precision(request, loss) < 0 || make_results(request, &walk, loss) < 0)
        return -1;
    simplify_axes(loss, walk.row_axes == walk.axes);
    return 0;
}

/* ---- evaluation ---- */

/* With a buffer the numbers are looked at first, so that an error leaves it as it was. */
static int run(const struct request *request, struct loss *loss)
{
    PyArrayObject *const *buffers = request->buffers;
    int has_buffer = buffers[VALUE] != NULL || buffers[GRADIENT] != NULL || buffers[HESSIAN] != NULL;
    loss->validates = request->validate && !has_buffer;
    if (request->validate && has_buffer)
        validate_loss(loss);
    return loss->outside ? 0 : evaluate_loss(loss);
}

static PyObject *compute(const struct request *request, struct loss *loss)
{
    int status;
    if (loss->rows * loss->row_length > WORTH_RELEASING) {
        Py_BEGIN_ALLOW_THREADS
        status = run(request, loss);
        Py_END_ALLOW_THREADS
    } else {
        status = run(request, loss);
    }
    if (status < 0)
        return PyErr_NoMemory();
    return loss->outside ? Py_NewRef(Py_None) : deliver_results(request);
}

PyObject *loss_call(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    struct request request;
    struct loss loss; /* not cleared: it has room for MAX_AXES axes of every operand, and only those of the arrays are read */
    PyObject *outcome = NULL;
    if (read_request(arguments, count, &request) < 0)
        return NULL;
    if (describe_loss(&request, &loss) == 0)
        outcome = compute(&request, &loss);
    drop_results(&request);
    return outcome;
}
