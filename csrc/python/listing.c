/* What users read of a row of functions.def. */
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#include "python/numpy_api.h"

#include "python/listing.h"

#include <math.h>
#include <stdio.h>

/* ---- help ---- */

/* Paragraphs that several functions share. */
static const struct { const char *mark, *text; } paragraphs[] = {
    {"options",
     "out : ndarray, None, or tuple of ndarray and None, optional\n"
     "    Where the result goes; an input may serve. None makes a new array.\n"
     "where : array_like of bool, optional\n"
     "    Elements to compute; the others keep what `out` holds.\n"
     "**kwargs\n"
     "    The other keywords of a NumPy ufunc: dtype, casting, order, ..."},
    {"shape_of_x",
     "    The shape and float dtype of `x`; bool and integers of up to 16 bits\n"
     "    give float32, wider integers float64. A scalar if `x` is a scalar."},
    {"broadcast_shape",
     "    The broadcast shape of `x1` and `x2`, in the dtype NumPy promotes them\n"
     "    to. A scalar if both are scalars."},
    {"shape_of_logits",
     "    The broadcast shape of `x1` and `x2`. The float dtype of `x1` if `x2`\n"
     "    is bool or integer, else the dtype NumPy promotes them to. A scalar if\n"
     "    both are scalars."},
    {"logits_and_targets",
     "x1 : array_like\n"
     "    Logits: natural-log odds, any real number.\n"
     "x2 : array_like\n"
     "    Targets in [0, 1]: bool, integer or float. They are not checked;\n"
     "    pysigmoid.functional does that."},
    {"silent", "No input raises a floating-point warning; nan comes only from nan."},
    {"silent_with_domain", "No input raises a floating-point warning."},
};
enum { PARAGRAPHS = sizeof paragraphs / sizeof *paragraphs };

static const char *const bound_labels[BOUNDS] = {"float16, bfloat16", "float32", "float64", "longdouble"};

static int describe_bound(char *text, size_t size, const char *label, struct bound bound)
{
    if (bound.ulp == 0.5)
        return snprintf(text, size, "\n- %s: correctly rounded", label);
    if (bound.relative_from == 0)
        return snprintf(text, size, "\n- %s: within %.7g ULP", label, bound.ulp);
    return snprintf(text, size, "\n- %s: within %.7g ULP; below 2**%d M, where terms cancel, 0.5 ULP + 2**%d M", label,
                    bound.ulp, (int)log2(bound.relative_from), (int)log2(bound.absolute));
}

static void describe_accuracy(char *text, size_t size, const struct row *row)
{
    if (row->same_as[0] != NULL) {
        snprintf(text, size, "Accuracy: the outputs equal those of `%s` and\n`%s`, bit for bit%s.", row->same_as[0],
                 row->same_as[1], row->has_same_bits ? "" : "; in float64 and longdouble they keep their\nbounds");
        return;
    }
    int length = snprintf(text, size, "Accuracy, for every input:\n");
    for (int k = 0; k < BOUNDS; k++)
        length += describe_bound(text + length, size - (size_t)length, bound_labels[k], row->accuracy[k]);
}

static int set_text(PyObject *dict, const char *key, const char *text)
{
    PyObject *value = PyUnicode_FromString(text);
    int status = value == NULL ? -1 : PyDict_SetItemString(dict, key, value);
    Py_XDECREF(value);
    return status;
}

/* The text of every mark: the shared paragraphs, and {accuracy} from the bounds of the row. */
static PyObject *texts_for(const struct row *row)
{
    char accuracy[1024];
    describe_accuracy(accuracy, sizeof accuracy, row);
    PyObject *texts = PyDict_New();
    int status = texts == NULL ? -1 : set_text(texts, "accuracy", accuracy);
    for (int k = 0; k < PARAGRAPHS && status == 0; k++)
        status = set_text(texts, paragraphs[k].mark, paragraphs[k].text);
    if (status < 0)
        Py_CLEAR(texts);
    return texts;
}

PyObject *row_as_help(const struct row *row)
{
    PyObject *doc = PyUnicode_FromString(row->doc), *texts = texts_for(row), *help = NULL;
    if (doc != NULL && texts != NULL)
        help = PyObject_CallMethod(doc, "format_map", "O", texts);
    Py_XDECREF(doc);
    Py_XDECREF(texts);
    return help;
}

/* ---- the entry in the list ---- */

static PyObject *bound_as_dict(struct bound bound)
{
    return Py_BuildValue("{sdsdsdsO}", "ulp", bound.ulp, "relative_from", bound.relative_from, "absolute", bound.absolute,
                         "correctly_rounded", bound.ulp == 0.5 ? Py_True : Py_False);
}

static PyObject *accuracy_as_dict(const struct row *row)
{
    static const struct { const char *dtype; int bound; } bounds[] = {
        {"float16", 0}, {"bfloat16", 0}, {"float32", 1}, {"float64", 2}, {"longdouble", 3}};
    if (row->same_as[0] != NULL)
        return Py_NewRef(Py_None);
    PyObject *accuracy = PyDict_New();
    for (size_t k = 0; accuracy != NULL && k < sizeof bounds / sizeof *bounds; k++) {
        PyObject *bound = bound_as_dict(row->accuracy[bounds[k].bound]);
        if (bound == NULL || PyDict_SetItemString(accuracy, bounds[k].dtype, bound) < 0)
            Py_CLEAR(accuracy);
        Py_XDECREF(bound);
    }
    return accuracy;
}

static PyObject *outputs_as_tuple(const struct row *row)
{
    if (row->same_as[0] != NULL)
        return Py_BuildValue("(ss)", row->same_as[0], row->same_as[1]);
    return Py_BuildValue("(s)", row->name);
}

static PyObject *intervals_as_tuple(const struct row *row)
{
    const double (*of)[2] = row->intervals;
    if (row->inputs == 1)
        return Py_BuildValue("((dd))", of[0][0], of[0][1]);
    return Py_BuildValue("((dd)(dd))", of[0][0], of[0][1], of[1][0], of[1][1]);
}

/* "N" takes over what is made for it, and passes on the exception of what could not be made. */
PyObject *row_as_dict(const struct row *row)
{
    return Py_BuildValue("{sssisisssOsNsNsN}", "name", row->name, "nin", row->inputs, "nout", row->outputs, "summary",
                         row->summary, "labelled", row->takes_labels ? Py_True : Py_False, "intervals",
                         intervals_as_tuple(row), "outputs", outputs_as_tuple(row), "accuracy", accuracy_as_dict(row));
}
