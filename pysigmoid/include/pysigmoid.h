/* The functions of pysigmoid for C and C++. Written by `python -m tests.declarations`.
 *
 *     #include <Python.h>
 *     #include "pysigmoid.h"
 *
 *     static struct pysigmoid functions;
 *
 *     if (pysigmoid_import(&functions) < 0)   once, with the GIL, such as where your module is made;
 *         return NULL;                        an exception is set
 *     y = functions.sigmoid_f64(x);           anywhere, on any thread
 *     functions.sigmoid_f64_array(xs, ys, n);
 *
 * _f64 are double, _f32 float. The arguments come first, then, through pointers, the results. Arrays are contiguous, of
 * n numbers; results may overwrite arguments. Bits are those of the ufuncs of these names. */
#ifndef PYSIGMOID_H
#define PYSIGMOID_H

#include <Python.h>

#include <stddef.h>
#include <string.h>

struct pysigmoid {
    float (*sigmoid_f32)(float);
    void (*sigmoid_f32_array)(const float *, float *, Py_ssize_t);
    double (*sigmoid_f64)(double);
    void (*sigmoid_f64_array)(const double *, double *, Py_ssize_t);
    float (*sigmoid_fast_f32)(float);
    void (*sigmoid_fast_f32_array)(const float *, float *, Py_ssize_t);
    double (*sigmoid_fast_f64)(double);
    void (*sigmoid_fast_f64_array)(const double *, double *, Py_ssize_t);
    float (*sigmoid_derivative_f32)(float);
    void (*sigmoid_derivative_f32_array)(const float *, float *, Py_ssize_t);
    double (*sigmoid_derivative_f64)(double);
    void (*sigmoid_derivative_f64_array)(const double *, double *, Py_ssize_t);
    float (*sigmoid_vjp_f32)(float, float);
    void (*sigmoid_vjp_f32_array)(const float *, const float *, float *, Py_ssize_t);
    double (*sigmoid_vjp_f64)(double, double);
    void (*sigmoid_vjp_f64_array)(const double *, const double *, double *, Py_ssize_t);
    float (*log_sigmoid_f32)(float);
    void (*log_sigmoid_f32_array)(const float *, float *, Py_ssize_t);
    double (*log_sigmoid_f64)(double);
    void (*log_sigmoid_f64_array)(const double *, double *, Py_ssize_t);
    float (*log_sigmoid_derivative_f32)(float);
    void (*log_sigmoid_derivative_f32_array)(const float *, float *, Py_ssize_t);
    double (*log_sigmoid_derivative_f64)(double);
    void (*log_sigmoid_derivative_f64_array)(const double *, double *, Py_ssize_t);
    float (*softplus_f32)(float);
    void (*softplus_f32_array)(const float *, float *, Py_ssize_t);
    double (*softplus_f64)(double);
    void (*softplus_f64_array)(const double *, double *, Py_ssize_t);
    float (*logit_f32)(float);
    void (*logit_f32_array)(const float *, float *, Py_ssize_t);
    double (*logit_f64)(double);
    void (*logit_f64_array)(const double *, double *, Py_ssize_t);
    float (*silu_derivative_f32)(float);
    void (*silu_derivative_f32_array)(const float *, float *, Py_ssize_t);
    double (*silu_derivative_f64)(double);
    void (*silu_derivative_f64_array)(const double *, double *, Py_ssize_t);
    float (*silu_f32)(float);
    void (*silu_f32_array)(const float *, float *, Py_ssize_t);
    double (*silu_f64)(double);
    void (*silu_f64_array)(const double *, double *, Py_ssize_t);
    void (*sigmoid_and_derivative_f32)(float, float *, float *);
    void (*sigmoid_and_derivative_f32_array)(const float *, float *, float *, Py_ssize_t);
    void (*sigmoid_and_derivative_f64)(double, double *, double *);
    void (*sigmoid_and_derivative_f64_array)(const double *, double *, double *, Py_ssize_t);
    void (*log_sigmoid_and_derivative_f32)(float, float *, float *);
    void (*log_sigmoid_and_derivative_f32_array)(const float *, float *, float *, Py_ssize_t);
    void (*log_sigmoid_and_derivative_f64)(double, double *, double *);
    void (*log_sigmoid_and_derivative_f64_array)(const double *, double *, double *, Py_ssize_t);
    void (*softplus_and_derivative_f32)(float, float *, float *);
    void (*softplus_and_derivative_f32_array)(const float *, float *, float *, Py_ssize_t);
    void (*softplus_and_derivative_f64)(double, double *, double *);
    void (*softplus_and_derivative_f64_array)(const double *, double *, double *, Py_ssize_t);
    void (*silu_and_derivative_f32)(float, float *, float *);
    void (*silu_and_derivative_f32_array)(const float *, float *, float *, Py_ssize_t);
    void (*silu_and_derivative_f64)(double, double *, double *);
    void (*silu_and_derivative_f64_array)(const double *, double *, double *, Py_ssize_t);
    float (*sigmoid_gate_f32)(float, float);
    void (*sigmoid_gate_f32_array)(const float *, const float *, float *, Py_ssize_t);
    double (*sigmoid_gate_f64)(double, double);
    void (*sigmoid_gate_f64_array)(const double *, const double *, double *, Py_ssize_t);
    float (*bce_with_logits_f32)(float, float);
    void (*bce_with_logits_f32_array)(const float *, const float *, float *, Py_ssize_t);
    double (*bce_with_logits_f64)(double, double);
    void (*bce_with_logits_f64_array)(const double *, const double *, double *, Py_ssize_t);
    float (*bce_with_logits_grad_f32)(float, float);
    void (*bce_with_logits_grad_f32_array)(const float *, const float *, float *, Py_ssize_t);
    double (*bce_with_logits_grad_f64)(double, double);
    void (*bce_with_logits_grad_f64_array)(const double *, const double *, double *, Py_ssize_t);
    void (*bce_with_logits_value_and_grad_f32)(float, float, float *, float *);
    void (*bce_with_logits_value_and_grad_f32_array)(const float *, const float *, float *, float *, Py_ssize_t);
    void (*bce_with_logits_value_and_grad_f64)(double, double, double *, double *);
    void (*bce_with_logits_value_and_grad_f64_array)(const double *, const double *, double *, double *, Py_ssize_t);
    void (*bce_with_logits_grad_and_hess_f32)(float, float, float *, float *);
    void (*bce_with_logits_grad_and_hess_f32_array)(const float *, const float *, float *, float *, Py_ssize_t);
    void (*bce_with_logits_grad_and_hess_f64)(double, double, double *, double *);
    void (*bce_with_logits_grad_and_hess_f64_array)(const double *, const double *, double *, double *, Py_ssize_t);
    float (*bce_f32)(float, float);
    void (*bce_f32_array)(const float *, const float *, float *, Py_ssize_t);
    double (*bce_f64)(double, double);
    void (*bce_f64_array)(const double *, const double *, double *, Py_ssize_t);
};

/* Fills all of `functions`; -1, with an exception, where the pysigmoid that is there lacks one or has another type. */
static inline int pysigmoid_import(struct pysigmoid *functions)
{
    static const struct { const char *name, *type; size_t offset; } wanted[] = {
        {"sigmoid_f32", "float (float)", offsetof(struct pysigmoid, sigmoid_f32)},
        {"sigmoid_f32_array", "void (float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, sigmoid_f32_array)},
        {"sigmoid_f64", "double (double)", offsetof(struct pysigmoid, sigmoid_f64)},
        {"sigmoid_f64_array", "void (double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, sigmoid_f64_array)},
        {"sigmoid_fast_f32", "float (float)", offsetof(struct pysigmoid, sigmoid_fast_f32)},
        {"sigmoid_fast_f32_array", "void (float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, sigmoid_fast_f32_array)},
        {"sigmoid_fast_f64", "double (double)", offsetof(struct pysigmoid, sigmoid_fast_f64)},
        {"sigmoid_fast_f64_array", "void (double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, sigmoid_fast_f64_array)},
        {"sigmoid_derivative_f32", "float (float)", offsetof(struct pysigmoid, sigmoid_derivative_f32)},
        {"sigmoid_derivative_f32_array", "void (float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, sigmoid_derivative_f32_array)},
        {"sigmoid_derivative_f64", "double (double)", offsetof(struct pysigmoid, sigmoid_derivative_f64)},
        {"sigmoid_derivative_f64_array", "void (double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, sigmoid_derivative_f64_array)},
        {"sigmoid_vjp_f32", "float (float, float)", offsetof(struct pysigmoid, sigmoid_vjp_f32)},
        {"sigmoid_vjp_f32_array", "void (float const *, float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, sigmoid_vjp_f32_array)},
        {"sigmoid_vjp_f64", "double (double, double)", offsetof(struct pysigmoid, sigmoid_vjp_f64)},
        {"sigmoid_vjp_f64_array", "void (double const *, double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, sigmoid_vjp_f64_array)},
        {"log_sigmoid_f32", "float (float)", offsetof(struct pysigmoid, log_sigmoid_f32)},
        {"log_sigmoid_f32_array", "void (float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, log_sigmoid_f32_array)},
        {"log_sigmoid_f64", "double (double)", offsetof(struct pysigmoid, log_sigmoid_f64)},
        {"log_sigmoid_f64_array", "void (double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, log_sigmoid_f64_array)},
        {"log_sigmoid_derivative_f32", "float (float)", offsetof(struct pysigmoid, log_sigmoid_derivative_f32)},
        {"log_sigmoid_derivative_f32_array", "void (float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, log_sigmoid_derivative_f32_array)},
        {"log_sigmoid_derivative_f64", "double (double)", offsetof(struct pysigmoid, log_sigmoid_derivative_f64)},
        {"log_sigmoid_derivative_f64_array", "void (double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, log_sigmoid_derivative_f64_array)},
        {"softplus_f32", "float (float)", offsetof(struct pysigmoid, softplus_f32)},
        {"softplus_f32_array", "void (float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, softplus_f32_array)},
        {"softplus_f64", "double (double)", offsetof(struct pysigmoid, softplus_f64)},
        {"softplus_f64_array", "void (double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, softplus_f64_array)},
        {"logit_f32", "float (float)", offsetof(struct pysigmoid, logit_f32)},
        {"logit_f32_array", "void (float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, logit_f32_array)},
        {"logit_f64", "double (double)", offsetof(struct pysigmoid, logit_f64)},
        {"logit_f64_array", "void (double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, logit_f64_array)},
        {"silu_derivative_f32", "float (float)", offsetof(struct pysigmoid, silu_derivative_f32)},
        {"silu_derivative_f32_array", "void (float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, silu_derivative_f32_array)},
        {"silu_derivative_f64", "double (double)", offsetof(struct pysigmoid, silu_derivative_f64)},
        {"silu_derivative_f64_array", "void (double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, silu_derivative_f64_array)},
        {"silu_f32", "float (float)", offsetof(struct pysigmoid, silu_f32)},
        {"silu_f32_array", "void (float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, silu_f32_array)},
        {"silu_f64", "double (double)", offsetof(struct pysigmoid, silu_f64)},
        {"silu_f64_array", "void (double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, silu_f64_array)},
        {"sigmoid_and_derivative_f32", "void (float, float *, float *)", offsetof(struct pysigmoid, sigmoid_and_derivative_f32)},
        {"sigmoid_and_derivative_f32_array", "void (float const *, float *, float *, Py_ssize_t)", offsetof(struct pysigmoid, sigmoid_and_derivative_f32_array)},
        {"sigmoid_and_derivative_f64", "void (double, double *, double *)", offsetof(struct pysigmoid, sigmoid_and_derivative_f64)},
        {"sigmoid_and_derivative_f64_array", "void (double const *, double *, double *, Py_ssize_t)", offsetof(struct pysigmoid, sigmoid_and_derivative_f64_array)},
        {"log_sigmoid_and_derivative_f32", "void (float, float *, float *)", offsetof(struct pysigmoid, log_sigmoid_and_derivative_f32)},
        {"log_sigmoid_and_derivative_f32_array", "void (float const *, float *, float *, Py_ssize_t)", offsetof(struct pysigmoid, log_sigmoid_and_derivative_f32_array)},
        {"log_sigmoid_and_derivative_f64", "void (double, double *, double *)", offsetof(struct pysigmoid, log_sigmoid_and_derivative_f64)},
        {"log_sigmoid_and_derivative_f64_array", "void (double const *, double *, double *, Py_ssize_t)", offsetof(struct pysigmoid, log_sigmoid_and_derivative_f64_array)},
        {"softplus_and_derivative_f32", "void (float, float *, float *)", offsetof(struct pysigmoid, softplus_and_derivative_f32)},
        {"softplus_and_derivative_f32_array", "void (float const *, float *, float *, Py_ssize_t)", offsetof(struct pysigmoid, softplus_and_derivative_f32_array)},
        {"softplus_and_derivative_f64", "void (double, double *, double *)", offsetof(struct pysigmoid, softplus_and_derivative_f64)},
        {"softplus_and_derivative_f64_array", "void (double const *, double *, double *, Py_ssize_t)", offsetof(struct pysigmoid, softplus_and_derivative_f64_array)},
        {"silu_and_derivative_f32", "void (float, float *, float *)", offsetof(struct pysigmoid, silu_and_derivative_f32)},
        {"silu_and_derivative_f32_array", "void (float const *, float *, float *, Py_ssize_t)", offsetof(struct pysigmoid, silu_and_derivative_f32_array)},
        {"silu_and_derivative_f64", "void (double, double *, double *)", offsetof(struct pysigmoid, silu_and_derivative_f64)},
        {"silu_and_derivative_f64_array", "void (double const *, double *, double *, Py_ssize_t)", offsetof(struct pysigmoid, silu_and_derivative_f64_array)},
        {"sigmoid_gate_f32", "float (float, float)", offsetof(struct pysigmoid, sigmoid_gate_f32)},
        {"sigmoid_gate_f32_array", "void (float const *, float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, sigmoid_gate_f32_array)},
        {"sigmoid_gate_f64", "double (double, double)", offsetof(struct pysigmoid, sigmoid_gate_f64)},
        {"sigmoid_gate_f64_array", "void (double const *, double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, sigmoid_gate_f64_array)},
        {"bce_with_logits_f32", "float (float, float)", offsetof(struct pysigmoid, bce_with_logits_f32)},
        {"bce_with_logits_f32_array", "void (float const *, float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, bce_with_logits_f32_array)},
        {"bce_with_logits_f64", "double (double, double)", offsetof(struct pysigmoid, bce_with_logits_f64)},
        {"bce_with_logits_f64_array", "void (double const *, double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, bce_with_logits_f64_array)},
        {"bce_with_logits_grad_f32", "float (float, float)", offsetof(struct pysigmoid, bce_with_logits_grad_f32)},
        {"bce_with_logits_grad_f32_array", "void (float const *, float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, bce_with_logits_grad_f32_array)},
        {"bce_with_logits_grad_f64", "double (double, double)", offsetof(struct pysigmoid, bce_with_logits_grad_f64)},
        {"bce_with_logits_grad_f64_array", "void (double const *, double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, bce_with_logits_grad_f64_array)},
        {"bce_with_logits_value_and_grad_f32", "void (float, float, float *, float *)", offsetof(struct pysigmoid, bce_with_logits_value_and_grad_f32)},
        {"bce_with_logits_value_and_grad_f32_array", "void (float const *, float const *, float *, float *, Py_ssize_t)", offsetof(struct pysigmoid, bce_with_logits_value_and_grad_f32_array)},
        {"bce_with_logits_value_and_grad_f64", "void (double, double, double *, double *)", offsetof(struct pysigmoid, bce_with_logits_value_and_grad_f64)},
        {"bce_with_logits_value_and_grad_f64_array", "void (double const *, double const *, double *, double *, Py_ssize_t)", offsetof(struct pysigmoid, bce_with_logits_value_and_grad_f64_array)},
        {"bce_with_logits_grad_and_hess_f32", "void (float, float, float *, float *)", offsetof(struct pysigmoid, bce_with_logits_grad_and_hess_f32)},
        {"bce_with_logits_grad_and_hess_f32_array", "void (float const *, float const *, float *, float *, Py_ssize_t)", offsetof(struct pysigmoid, bce_with_logits_grad_and_hess_f32_array)},
        {"bce_with_logits_grad_and_hess_f64", "void (double, double, double *, double *)", offsetof(struct pysigmoid, bce_with_logits_grad_and_hess_f64)},
        {"bce_with_logits_grad_and_hess_f64_array", "void (double const *, double const *, double *, double *, Py_ssize_t)", offsetof(struct pysigmoid, bce_with_logits_grad_and_hess_f64_array)},
        {"bce_f32", "float (float, float)", offsetof(struct pysigmoid, bce_f32)},
        {"bce_f32_array", "void (float const *, float const *, float *, Py_ssize_t)", offsetof(struct pysigmoid, bce_f32_array)},
        {"bce_f64", "double (double, double)", offsetof(struct pysigmoid, bce_f64)},
        {"bce_f64_array", "void (double const *, double const *, double *, Py_ssize_t)", offsetof(struct pysigmoid, bce_f64_array)},
    };
    PyObject *module = PyImport_ImportModule("pysigmoid.capi");
    PyObject *capsules = module == NULL ? NULL : PyObject_GetAttrString(module, "__pyx_capi__");
    int status = capsules == NULL ? -1 : 0;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted && status == 0; i++) {
        PyObject *capsule = PyMapping_GetItemString(capsules, wanted[i].name);
        void *function = capsule == NULL ? NULL : PyCapsule_GetPointer(capsule, wanted[i].type);
        if (function == NULL)
            status = -1;
        else
            memcpy((char *)functions + wanted[i].offset, &function, sizeof function);
        Py_XDECREF(capsule);
    }
    Py_XDECREF(capsules);
    Py_XDECREF(module);
    return status;
}

#endif
