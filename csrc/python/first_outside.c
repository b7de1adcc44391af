/* A loss that is not evaluated: its logits are the numbers to look through, and what leaves elements out holds as there. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/first_outside.h"

#include "arrays/loss_range.h"
#include "python/loss_operands.h"

const char first_outside_doc[] =
    "first_outside(numbers, labels, kept, dropped, ignored, /)\n--\n\n"
    "The number, in C order, of the first element of `numbers` outside [0, 1]; -1 where there is none. Elements that the\n"
    "other arguments leave out, see loss, do not count.";

static int describe_search(const struct request *request, struct loss *loss)
{
    struct walk walk;
    if (choose_walk(request, &walk) < 0)
        return -1;
    describe_shape(request, &walk, loss);
    if (describe_inputs(request, &walk, loss) < 0)
        return -1;
    for (int k = 0; k < OUTPUT_COUNT; k++)
        if (describe_output(NULL, &walk, loss, k) < 0)
            return -1;
    simplify_axes(loss, 0);
    return 0;
}

PyObject *first_outside(PyObject *Py_UNUSED(module), PyObject *const *arguments, Py_ssize_t count)
{
    struct request request;
    struct loss loss; /* not cleared, as in python/loss_call.c */
    ptrdiff_t found;
    if (read_search(arguments, count, &request) < 0 || describe_search(&request, &loss) < 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    found = find_outside(&loss, &loss.logits);
    Py_END_ALLOW_THREADS
    return PyLong_FromSsize_t(found);
}
