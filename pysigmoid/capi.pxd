# The functions of pysigmoid for Cython. Written by `python -m tests.declarations`; pysigmoid/capi.py says what they do.

cdef float sigmoid_f32(float) noexcept nogil
cdef void sigmoid_f32_array(const float *, float *, Py_ssize_t) noexcept nogil
cdef double sigmoid_f64(double) noexcept nogil
cdef void sigmoid_f64_array(const double *, double *, Py_ssize_t) noexcept nogil
cdef float sigmoid_fast_f32(float) noexcept nogil
cdef void sigmoid_fast_f32_array(const float *, float *, Py_ssize_t) noexcept nogil
cdef double sigmoid_fast_f64(double) noexcept nogil
cdef void sigmoid_fast_f64_array(const double *, double *, Py_ssize_t) noexcept nogil
cdef float sigmoid_derivative_f32(float) noexcept nogil
cdef void sigmoid_derivative_f32_array(const float *, float *, Py_ssize_t) noexcept nogil
cdef double sigmoid_derivative_f64(double) noexcept nogil
cdef void sigmoid_derivative_f64_array(const double *, double *, Py_ssize_t) noexcept nogil
cdef float sigmoid_vjp_f32(float, float) noexcept nogil
cdef void sigmoid_vjp_f32_array(const float *, const float *, float *, Py_ssize_t) noexcept nogil
cdef double sigmoid_vjp_f64(double, double) noexcept nogil
cdef void sigmoid_vjp_f64_array(const double *, const double *, double *, Py_ssize_t) noexcept nogil
cdef float log_sigmoid_f32(float) noexcept nogil
cdef void log_sigmoid_f32_array(const float *, float *, Py_ssize_t) noexcept nogil
cdef double log_sigmoid_f64(double) noexcept nogil
cdef void log_sigmoid_f64_array(const double *, double *, Py_ssize_t) noexcept nogil
cdef float log_sigmoid_derivative_f32(float) noexcept nogil
cdef void log_sigmoid_derivative_f32_array(const float *, float *, Py_ssize_t) noexcept nogil
cdef double log_sigmoid_derivative_f64(double) noexcept nogil
cdef void log_sigmoid_derivative_f64_array(const double *, double *, Py_ssize_t) noexcept nogil
cdef float softplus_f32(float) noexcept nogil
cdef void softplus_f32_array(const float *, float *, Py_ssize_t) noexcept nogil
cdef double softplus_f64(double) noexcept nogil
cdef void softplus_f64_array(const double *, double *, Py_ssize_t) noexcept nogil
cdef float logit_f32(float) noexcept nogil
cdef void logit_f32_array(const float *, float *, Py_ssize_t) noexcept nogil
cdef double logit_f64(double) noexcept nogil
cdef void logit_f64_array(const double *, double *, Py_ssize_t) noexcept nogil
cdef float silu_derivative_f32(float) noexcept nogil
cdef void silu_derivative_f32_array(const float *, float *, Py_ssize_t) noexcept nogil
cdef double silu_derivative_f64(double) noexcept nogil
cdef void silu_derivative_f64_array(const double *, double *, Py_ssize_t) noexcept nogil
cdef float silu_f32(float) noexcept nogil
cdef void silu_f32_array(const float *, float *, Py_ssize_t) noexcept nogil
cdef double silu_f64(double) noexcept nogil
cdef void silu_f64_array(const double *, double *, Py_ssize_t) noexcept nogil
cdef void sigmoid_and_derivative_f32(float, float *, float *) noexcept nogil
cdef void sigmoid_and_derivative_f32_array(const float *, float *, float *, Py_ssize_t) noexcept nogil
cdef void sigmoid_and_derivative_f64(double, double *, double *) noexcept nogil
cdef void sigmoid_and_derivative_f64_array(const double *, double *, double *, Py_ssize_t) noexcept nogil
cdef void log_sigmoid_and_derivative_f32(float, float *, float *) noexcept nogil
cdef void log_sigmoid_and_derivative_f32_array(const float *, float *, float *, Py_ssize_t) noexcept nogil
cdef void log_sigmoid_and_derivative_f64(double, double *, double *) noexcept nogil
cdef void log_sigmoid_and_derivative_f64_array(const double *, double *, double *, Py_ssize_t) noexcept nogil
cdef void softplus_and_derivative_f32(float, float *, float *) noexcept nogil
cdef void softplus_and_derivative_f32_array(const float *, float *, float *, Py_ssize_t) noexcept nogil
cdef void softplus_and_derivative_f64(double, double *, double *) noexcept nogil
cdef void softplus_and_derivative_f64_array(const double *, double *, double *, Py_ssize_t) noexcept nogil
cdef void silu_and_derivative_f32(float, float *, float *) noexcept nogil
cdef void silu_and_derivative_f32_array(const float *, float *, float *, Py_ssize_t) noexcept nogil
cdef void silu_and_derivative_f64(double, double *, double *) noexcept nogil
cdef void silu_and_derivative_f64_array(const double *, double *, double *, Py_ssize_t) noexcept nogil
cdef float sigmoid_gate_f32(float, float) noexcept nogil
cdef void sigmoid_gate_f32_array(const float *, const float *, float *, Py_ssize_t) noexcept nogil
cdef double sigmoid_gate_f64(double, double) noexcept nogil
cdef void sigmoid_gate_f64_array(const double *, const double *, double *, Py_ssize_t) noexcept nogil
cdef float bce_with_logits_f32(float, float) noexcept nogil
cdef void bce_with_logits_f32_array(const float *, const float *, float *, Py_ssize_t) noexcept nogil
cdef double bce_with_logits_f64(double, double) noexcept nogil
cdef void bce_with_logits_f64_array(const double *, const double *, double *, Py_ssize_t) noexcept nogil
cdef float bce_with_logits_grad_f32(float, float) noexcept nogil
cdef void bce_with_logits_grad_f32_array(const float *, const float *, float *, Py_ssize_t) noexcept nogil
cdef double bce_with_logits_grad_f64(double, double) noexcept nogil
cdef void bce_with_logits_grad_f64_array(const double *, const double *, double *, Py_ssize_t) noexcept nogil
cdef void bce_with_logits_value_and_grad_f32(float, float, float *, float *) noexcept nogil
cdef void bce_with_logits_value_and_grad_f32_array(const float *, const float *, float *, float *, Py_ssize_t) noexcept nogil
cdef void bce_with_logits_value_and_grad_f64(double, double, double *, double *) noexcept nogil
cdef void bce_with_logits_value_and_grad_f64_array(const double *, const double *, double *, double *, Py_ssize_t) noexcept nogil
cdef void bce_with_logits_grad_and_hess_f32(float, float, float *, float *) noexcept nogil
cdef void bce_with_logits_grad_and_hess_f32_array(const float *, const float *, float *, float *, Py_ssize_t) noexcept nogil
cdef void bce_with_logits_grad_and_hess_f64(double, double, double *, double *) noexcept nogil
cdef void bce_with_logits_grad_and_hess_f64_array(const double *, const double *, double *, double *, Py_ssize_t) noexcept nogil
cdef float bce_f32(float, float) noexcept nogil
cdef void bce_f32_array(const float *, const float *, float *, Py_ssize_t) noexcept nogil
cdef double bce_f64(double, double) noexcept nogil
cdef void bce_f64_array(const double *, const double *, double *, Py_ssize_t) noexcept nogil
