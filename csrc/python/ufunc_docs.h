/* What help() shows for each ufunc: one literal doc_<name> per row of functions.def, a numpydoc body.
 * NumPy writes the signature line above it, so the inputs are called x, or x1 and x2, as they are there. The line
 * {accuracy} becomes a sentence made from the bounds of the row when the module is imported. The tests run the examples
 * with `import numpy as np` and `import pysigmoid`. */
#ifndef PYSIGMOID_UFUNC_DOCS_H
#define PYSIGMOID_UFUNC_DOCS_H

/* The headings of the sections, in the order in which they come. */

#define SECTION_PARAMETERS "\nParameters\n----------\n"
#define SECTION_RETURNS "\nReturns\n-------\n"
#define SECTION_SEE_ALSO "\nSee Also\n--------\n"
#define SECTION_NOTES "\nNotes\n-----\n{accuracy}\n\n"
#define SECTION_EXAMPLES "\nExamples\n--------\n"

/* Paragraphs that several functions share. */

#define DOC_OPTIONS \
    "out : ndarray, None, or tuple of ndarray and None, optional\n" \
    "    Where the result goes; an input may serve. None makes a new array.\n" \
    "where : array_like of bool, optional\n" \
    "    Elements to compute; the others keep what `out` holds.\n" \
    "**kwargs\n" \
    "    The other keywords of a NumPy ufunc: dtype, casting, order, ...\n"

#define DOC_SHAPE_OF_X \
    "    The shape and float dtype of `x`; bool and integers of up to 16 bits\n" \
    "    give float32, wider integers float64. A scalar if `x` is a scalar.\n"

#define DOC_BROADCAST_SHAPE \
    "    The broadcast shape of `x1` and `x2`, in the dtype NumPy promotes them\n" \
    "    to. A scalar if both are scalars.\n"

#define DOC_SHAPE_OF_LOGITS \
    "    The broadcast shape of `x1` and `x2`. The float dtype of `x1` if `x2`\n" \
    "    is bool or integer, else the dtype NumPy promotes them to. A scalar if\n" \
    "    both are scalars.\n"

#define DOC_LOGITS_AND_TARGETS \
    "x1 : array_like\n" \
    "    Logits: natural-log odds, any real number.\n" \
    "x2 : array_like\n" \
    "    Targets in [0, 1]: bool, integer or float. They are not checked;\n" \
    "    pysigmoid.functional does that.\n"

#define DOC_SILENT \
    "No input raises a floating-point warning; nan comes only from nan.\n"

#define DOC_SILENT_WITH_DOMAIN \
    "No input raises a floating-point warning.\n"

static const char doc_sigmoid[] =
    "Sigmoid, 1 / (1 + exp(-x)): the probability that belongs to a logit.\n"
    SECTION_PARAMETERS
    "x : array_like\n"
    "    Logits: natural-log odds, any real number.\n"
    DOC_OPTIONS
    SECTION_RETURNS
    "y : ndarray or scalar\n"
    "    Probabilities in [0, 1].\n"
    DOC_SHAPE_OF_X
    SECTION_SEE_ALSO
    "sigmoid_fast : the same to 2.5 ULP, with less arithmetic.\n"
    "logit : the inverse.\n"
    "log_sigmoid : its logarithm, which stays finite where this one is 0.\n"
    SECTION_NOTES
    "sigmoid(-inf) is +0, sigmoid(+-0) is 0.5, sigmoid(inf) is 1. Towards -inf\n"
    "the result passes through the subnormal numbers before it is 0.\n"
    DOC_SILENT
    "\n"
    "The logistic function of P.-F. Verhulst (1845); scipy.special.expit and\n"
    "torch.sigmoid are the same function, and `expit` is this very object.\n"
    SECTION_EXAMPLES
    ">>> pysigmoid.sigmoid(np.float32([-100, -20, 0, 20]))\n"
    "array([3.7835059e-44, 2.0611537e-09, 5.0000000e-01, 1.0000000e+00],\n"
    "      dtype=float32)\n"
    "\n"
    "The formula as written overflows on the way and loses the tail:\n"
    "\n"
    ">>> with np.errstate(over='ignore'):\n"
    "...     1 / (1 + np.exp(np.float32(100)))\n"
    "np.float32(0.0)\n";

static const char doc_sigmoid_fast[] =
    "Sigmoid, 1 / (1 + exp(-x)), to 2.5 ULP: the shorter computation.\n"
    SECTION_PARAMETERS
    "x : array_like\n"
    "    Logits: natural-log odds, any real number.\n"
    DOC_OPTIONS
    SECTION_RETURNS
    "y : ndarray or scalar\n"
    "    Probabilities in [0, 1].\n"
    DOC_SHAPE_OF_X
    SECTION_SEE_ALSO
    "sigmoid : the accurate one; float16, bfloat16 and longdouble share it.\n"
    SECTION_NOTES
    "The limits are those of `sigmoid`: +0 at -inf, 0.5 at +-0, 1 at inf. The\n"
    "tail keeps its relative accuracy, and its subnormal numbers.\n"
    DOC_SILENT
    "\n"
    "It saves time where the instruction set multiplies and adds in one step; a\n"
    "function of its own, so that no setting changes the results of another.\n"
    SECTION_EXAMPLES
    ">>> x = np.linspace(-100, 100, 1001, dtype=np.float32)\n"
    ">>> fast, exact = pysigmoid.sigmoid_fast(x), pysigmoid.sigmoid(x)\n"
    ">>> bool(np.all(np.abs(fast - exact) <= 3 * np.spacing(exact)))\n"
    "True\n";

static const char doc_sigmoid_derivative[] =
    "Derivative of the sigmoid, sigmoid(x) * sigmoid(-x).\n"
    SECTION_PARAMETERS
    "x : array_like\n"
    "    Logits, the input of the sigmoid (not its output).\n"
    DOC_OPTIONS
    SECTION_RETURNS
    "y : ndarray or scalar\n"
    "    Slopes in [0, 0.25].\n"
    DOC_SHAPE_OF_X
    SECTION_SEE_ALSO
    "sigmoid_vjp : the slope times an incoming gradient, in one pass.\n"
    SECTION_NOTES
    "The slope is 0.25 at +-0 and +0 at both infinities; it is even in `x`.\n"
    DOC_SILENT
    "\n"
    "Written s * (1 - s) from the output s, as back-propagation usually has it,\n"
    "the slope cancels for positive `x` and is 0 from x = 17.4 on in float32.\n"
    SECTION_EXAMPLES
    ">>> x = np.float32([0, 10, 20, 40])\n"
    ">>> pysigmoid.sigmoid_derivative(x)\n"
    "array([2.5000000e-01, 4.5395809e-05, 2.0611537e-09, 4.2483541e-18],\n"
    "      dtype=float32)\n"
    ">>> s = pysigmoid.sigmoid(x)\n"
    ">>> (s * (1 - s))[2:]\n"
    "array([0., 0.], dtype=float32)\n";

static const char doc_sigmoid_vjp[] =
    "Gradient through a sigmoid, x1 * sigmoid(x2) * sigmoid(-x2).\n"
    SECTION_PARAMETERS
    "x1 : array_like\n"
    "    Gradient with respect to the sigmoid's output.\n"
    "x2 : array_like\n"
    "    Logits, the *input* of the sigmoid. (The sigmoid_backward of torch takes\n"
    "    the output instead.)\n"
    DOC_OPTIONS
    SECTION_RETURNS
    "y : ndarray or scalar\n"
    "    Gradient with respect to the sigmoid's input.\n"
    DOC_BROADCAST_SHAPE
    SECTION_SEE_ALSO
    "sigmoid_derivative : the factor that multiplies `x1`.\n"
    SECTION_NOTES
    "Infinite operands mean the limit: an infinite gradient stays infinite at\n"
    "every finite logit and is nan at an infinite one, where no limit exists;\n"
    "0 times anything but nan is 0.\n"
    DOC_SILENT_WITH_DOMAIN
    "\n"
    "The vector-Jacobian product of reverse-mode differentiation.\n"
    SECTION_EXAMPLES
    ">>> grad, x = np.float32([3, 3, 3]), np.float32([0, 20, -100])\n"
    ">>> pysigmoid.sigmoid_vjp(grad, x)\n"
    "array([7.500000e-01, 6.183461e-09, 1.121039e-43], dtype=float32)\n";

static const char doc_log_sigmoid[] =
    "Logarithm of the sigmoid, -log(1 + exp(-x)) = -softplus(-x).\n"
    SECTION_PARAMETERS
    "x : array_like\n"
    "    Logits: natural-log odds, any real number.\n"
    DOC_OPTIONS
    SECTION_RETURNS
    "y : ndarray or scalar\n"
    "    Natural logarithms of probabilities, at most 0.\n"
    DOC_SHAPE_OF_X
    SECTION_SEE_ALSO
    "softplus : -log_sigmoid(-x).\n"
    SECTION_NOTES
    "log_sigmoid(-inf) is -inf, log_sigmoid(inf) is -0.0. The result follows `x`\n"
    "down where sigmoid(x) is 0, and keeps its tail where sigmoid(x) is 1.\n"
    DOC_SILENT
    "\n"
    "scipy.special.log_expit and torch's logsigmoid are the same function, and\n"
    "`log_expit` is this very object.\n"
    SECTION_EXAMPLES
    ">>> x = np.float32([-200, -40, 0, 20])\n"
    ">>> pysigmoid.log_sigmoid(x)\n"
    "array([-2.0000000e+02, -4.0000000e+01, -6.9314718e-01, -2.0611537e-09],\n"
    "      dtype=float32)\n"
    "\n"
    "The logarithm of the probability has lost both ends:\n"
    "\n"
    ">>> with np.errstate(divide='ignore'):\n"
    "...     np.log(pysigmoid.sigmoid(x))[[0, 3]]\n"
    "array([-inf,   0.], dtype=float32)\n";

static const char doc_softplus[] =
    "Softplus, log(1 + exp(x)): a smooth max(x, 0).\n"
    SECTION_PARAMETERS
    "x : array_like\n"
    "    Any real number.\n"
    DOC_OPTIONS
    SECTION_RETURNS
    "y : ndarray or scalar\n"
    "    Results, at least 0.\n"
    DOC_SHAPE_OF_X
    SECTION_SEE_ALSO
    "log_sigmoid : -softplus(-x).\n"
    SECTION_NOTES
    "softplus(-inf) is +0, softplus(inf) is inf. No threshold: the result stays\n"
    "exact where others return `x` or 0. The softplus of torch with a `beta` is\n"
    "softplus(beta * x) / beta.\n"
    DOC_SILENT
    "\n"
    "C. Dugas et al., Incorporating second-order functional knowledge for better\n"
    "option pricing, NIPS 2000.\n"
    SECTION_EXAMPLES
    ">>> pysigmoid.softplus(np.float64([-40, 0, 1000]))\n"
    "array([4.24835426e-18, 6.93147181e-01, 1.00000000e+03])\n"
    ">>> with np.errstate(over='ignore'):\n"
    "...     np.log(1 + np.exp(np.float64([-40, 0, 1000])))\n"
    "array([0.        , 0.69314718,        inf])\n";

static const char doc_logit[] =
    "Logit, log(x / (1 - x)): the natural-log odds of a probability.\n"
    SECTION_PARAMETERS
    "x : array_like\n"
    "    Probabilities in [0, 1].\n"
    DOC_OPTIONS
    SECTION_RETURNS
    "y : ndarray or scalar\n"
    "    Natural-log odds.\n"
    DOC_SHAPE_OF_X
    SECTION_SEE_ALSO
    "sigmoid : the inverse.\n"
    SECTION_NOTES
    "logit(0) is -inf, logit(0.5) is +0, logit(1) is inf; outside [0, 1] the\n"
    "result is nan. Near 1/2, where x / (1 - x) is near 1 and its logarithm\n"
    "cancels, the relative accuracy is the same.\n"
    DOC_SILENT_WITH_DOMAIN
    "\n"
    "J. Berkson, Application of the logistic function to bio-assay, 1944.\n"
    "scipy.special.logit and torch.logit are the same function.\n"
    SECTION_EXAMPLES
    ">>> p = np.float32([0, 0.25, 0.5 - 2**-25, 1])\n"
    ">>> pysigmoid.logit(p)\n"
    "array([          -inf, -1.0986123e+00, -1.1920929e-07,            inf],\n"
    "      dtype=float32)\n"
    ">>> round(float(np.log(p[2] / (1 - p[2]))), 9)\n"
    "-6e-08\n";

static const char doc_silu_derivative[] =
    "Derivative of silu, sigmoid(x) * (1 + x * sigmoid(-x)).\n"
    SECTION_PARAMETERS
    "x : array_like\n"
    "    The input of silu, any real number.\n"
    DOC_OPTIONS
    SECTION_RETURNS
    "y : ndarray or scalar\n"
    "    Slopes, between -0.0998 and 1.0998.\n"
    DOC_SHAPE_OF_X
    SECTION_SEE_ALSO
    "silu : the function.\n"
    SECTION_NOTES
    "The slope is 0 at -inf, 0.5 at +-0 and 1 at inf. It changes sign at\n"
    "x = -1.27846454, the minimum of silu, and cancels there.\n"
    DOC_SILENT
    "\n"
    "S. Elfwing, E. Uchibe, K. Doya, Sigmoid-weighted linear units for neural\n"
    "network function approximation in reinforcement learning, 2018.\n"
    SECTION_EXAMPLES
    ">>> pysigmoid.silu_derivative(np.float32([-100, -20, 0, 20]))\n"
    "array([-3.6826124e-42, -3.9161918e-08,  5.0000000e-01,  1.0000000e+00],\n"
    "      dtype=float32)\n";

static const char doc_silu[] =
    "Sigmoid linear unit, x * sigmoid(x); also called swish.\n"
    SECTION_PARAMETERS
    "x : array_like\n"
    "    Any real number.\n"
    DOC_OPTIONS
    SECTION_RETURNS
    "y : ndarray or scalar\n"
    "    Results, at least -0.27846455.\n"
    DOC_SHAPE_OF_X
    SECTION_SEE_ALSO
    "sigmoid_gate : a * sigmoid(b) with two operands.\n"
    "silu_derivative : the slope.\n"
    SECTION_NOTES
    "silu(-inf) is -0.0, silu(+-0) is +-0, silu(inf) is inf.\n"
    DOC_SILENT
    "\n"
    "S. Elfwing, E. Uchibe, K. Doya, Sigmoid-weighted linear units for neural\n"
    "network function approximation in reinforcement learning, 2018.\n"
    SECTION_EXAMPLES
    ">>> x = np.float32([-100, -89, -1, 0, 1])\n"
    ">>> pysigmoid.silu(x)\n"
    "array([-3.7204474e-42, -1.9823535e-37, -2.6894143e-01,  0.0000000e+00,\n"
    "        7.3105860e-01], dtype=float32)\n"
    ">>> with np.errstate(over='ignore'):\n"
    "...     (x / (1 + np.exp(-x)))[:2]\n"
    "array([-0., -0.], dtype=float32)\n";

static const char doc_sigmoid_gate[] =
    "Sigmoid gate, x1 * sigmoid(x2), in one pass and without a temporary.\n"
    SECTION_PARAMETERS
    "x1 : array_like\n"
    "    Values to let through.\n"
    "x2 : array_like\n"
    "    Logits of the gate: large opens it, small closes it.\n"
    DOC_OPTIONS
    SECTION_RETURNS
    "y : ndarray or scalar\n"
    "    Gated values.\n"
    DOC_BROADCAST_SHAPE
    SECTION_SEE_ALSO
    "silu : sigmoid_gate(x, x).\n"
    SECTION_NOTES
    "Infinite operands mean the limit: sigmoid_gate(inf, b) is inf for every\n"
    "b > -inf and nan at -inf, where no limit exists; 0 times anything but nan\n"
    "is 0. A large `x1` meets a small sigmoid without the loss of a rounding in\n"
    "between.\n"
    DOC_SILENT_WITH_DOMAIN
    "\n"
    "The gates of S. Hochreiter, J. Schmidhuber, Long short-term memory, 1997;\n"
    "Y. Dauphin et al., Language modeling with gated convolutional networks, 2017\n"
    "(the gated linear unit).\n"
    SECTION_EXAMPLES
    ">>> pysigmoid.sigmoid_gate(np.float32([3, 3]), np.float32([0, -100]))\n"
    "array([1.50e+00, 1.12e-43], dtype=float32)\n";

static const char doc_bce_with_logits[] =
    "Logistic loss, x2 * softplus(-x1) + (1 - x2) * softplus(x1).\n"
    SECTION_PARAMETERS
    DOC_LOGITS_AND_TARGETS
    DOC_OPTIONS
    SECTION_RETURNS
    "loss : ndarray or scalar\n"
    "    Losses in nats, at least 0 for targets in [0, 1].\n"
    DOC_SHAPE_OF_LOGITS
    SECTION_SEE_ALSO
    "bce_with_logits_value_and_grad : the loss and its gradient, in one pass.\n"
    "pysigmoid.functional.binary_cross_entropy_with_logits : with reductions,\n"
    "    weights and checks.\n"
    SECTION_NOTES
    "The loss is 0 at the infinite logit of its own label (inf for 1, -inf for 0)\n"
    "and inf at the other; between the labels it is inf at both.\n"
    DOC_SILENT
    "\n"
    "The negative log-likelihood of a Bernoulli variable; the same function as\n"
    "torch's binary_cross_entropy_with_logits(reduction='none').\n"
    SECTION_EXAMPLES
    ">>> logits, targets = np.float32([-20, -10, 0, 20]), np.float32([0, 0, 1, 1])\n"
    ">>> pysigmoid.bce_with_logits(logits, targets)\n"
    "array([2.0611537e-09, 4.5398898e-05, 6.9314718e-01, 2.0611537e-09],\n"
    "      dtype=float32)\n"
    "\n"
    "From the probabilities, both confident answers are lost:\n"
    "\n"
    ">>> p = pysigmoid.sigmoid(logits)\n"
    ">>> right = np.where(targets == 1, p, 1 - p)\n"
    ">>> -np.log(right)[[0, 3]]\n"
    "array([-0., -0.], dtype=float32)\n";

static const char doc_bce_with_logits_grad[] =
    "Gradient of the logistic loss, (1 - x2) * sigmoid(x1) - x2 * sigmoid(-x1).\n"
    SECTION_PARAMETERS
    DOC_LOGITS_AND_TARGETS
    DOC_OPTIONS
    SECTION_RETURNS
    "grad : ndarray or scalar\n"
    "    Derivatives of the loss with respect to the logits, in [-1, 1].\n"
    DOC_SHAPE_OF_LOGITS
    SECTION_SEE_ALSO
    "bce_with_logits : the loss.\n"
    "bce_with_logits_grad_and_hess : with the second derivative.\n"
    SECTION_NOTES
    "The gradient is 1 - x2 at inf and -x2 at -inf. It equals sigmoid(x1) - x2,\n"
    "which cancels as soon as the answer is right; this form does not for targets\n"
    "0 and 1. For a target between them the gradient has a zero at\n"
    "x1 = logit(x2), and there the bound is absolute.\n"
    DOC_SILENT
    SECTION_EXAMPLES
    ">>> logits, targets = np.float32([-20, -10, 0, 20]), np.float32([0, 0, 1, 1])\n"
    ">>> pysigmoid.bce_with_logits_grad(logits, targets)\n"
    "array([ 2.0611537e-09,  4.5397868e-05, -5.0000000e-01, -2.0611537e-09],\n"
    "      dtype=float32)\n"
    ">>> (pysigmoid.sigmoid(logits) - targets)[3]\n"
    "np.float32(0.0)\n";

static const char doc_bce_with_logits_value_and_grad[] =
    "Logistic loss and its gradient with respect to the logits, in one pass.\n"
    SECTION_PARAMETERS
    DOC_LOGITS_AND_TARGETS
    DOC_OPTIONS
    SECTION_RETURNS
    "loss : ndarray or scalar\n"
    "    bce_with_logits(x1, x2).\n"
    DOC_SHAPE_OF_LOGITS
    "grad : ndarray or scalar\n"
    "    bce_with_logits_grad(x1, x2), shaped and typed as `loss`.\n"
    SECTION_SEE_ALSO
    "pysigmoid.nn.BCEWithLogitsLoss : its method value_and_grad reduces the loss.\n"
    SECTION_NOTES
    "The limits are those of bce_with_logits and bce_with_logits_grad, whose bits\n"
    "the two results have.\n"
    DOC_SILENT
    SECTION_EXAMPLES
    ">>> loss, grad = pysigmoid.bce_with_logits_value_and_grad(\n"
    "...     np.float32([-20, 20]), [0, 1])\n"
    ">>> loss\n"
    "array([2.0611537e-09, 2.0611537e-09], dtype=float32)\n"
    ">>> grad\n"
    "array([ 2.0611537e-09, -2.0611537e-09], dtype=float32)\n";

static const char doc_bce_with_logits_grad_and_hess[] =
    "First and second derivative of the logistic loss, in one pass.\n"
    SECTION_PARAMETERS
    DOC_LOGITS_AND_TARGETS
    DOC_OPTIONS
    SECTION_RETURNS
    "grad : ndarray or scalar\n"
    "    bce_with_logits_grad(x1, x2).\n"
    DOC_SHAPE_OF_LOGITS
    "hess : ndarray or scalar\n"
    "    sigmoid(x1) * sigmoid(-x1), shaped and typed as `grad`.\n"
    SECTION_SEE_ALSO
    "bce_with_logits_value_and_grad : the loss and its gradient.\n"
    SECTION_NOTES
    "The second derivative is +0 at both infinities and does not depend on the\n"
    "target; the limits of the first are those of bce_with_logits_grad.\n"
    DOC_SILENT
    "\n"
    "What second-order boosting asks of an objective: T. Chen, C. Guestrin,\n"
    "XGBoost: a scalable tree boosting system, 2016.\n"
    SECTION_EXAMPLES
    ">>> grad, hess = pysigmoid.bce_with_logits_grad_and_hess(\n"
    "...     np.float32([0, 20]), [0, 1])\n"
    ">>> grad\n"
    "array([ 5.0000000e-01, -2.0611537e-09], dtype=float32)\n"
    ">>> hess\n"
    "array([2.5000000e-01, 2.0611537e-09], dtype=float32)\n";

static const char doc_bce[] =
    "Logistic loss of probabilities, -x2 * log(x1) - (1 - x2) * log(1 - x1).\n"
    SECTION_PARAMETERS
    "x1 : array_like\n"
    "    Probabilities in [0, 1].\n"
    "x2 : array_like\n"
    "    Targets in [0, 1]: bool, integer or float. They are not checked;\n"
    "    pysigmoid.functional does that.\n"
    DOC_OPTIONS
    SECTION_RETURNS
    "loss : ndarray or scalar\n"
    "    Losses in nats, from 0 to 100 for targets in [0, 1].\n"
    DOC_SHAPE_OF_LOGITS
    SECTION_SEE_ALSO
    "bce_with_logits : the loss of logits. Prefer it: a probability near 1 has\n"
    "    already lost the digits that the loss is made of.\n"
    SECTION_NOTES
    "Each logarithm is cut at -100, so that a certain and wrong answer costs 100\n"
    "and not inf. Probabilities outside [0, 1] give nan.\n"
    DOC_SILENT_WITH_DOMAIN
    "\n"
    "The cut is that of torch's binary_cross_entropy(reduction='none').\n"
    SECTION_EXAMPLES
    ">>> p, targets = np.float32([0.25, 1e-30, 0]), np.float32([1, 0, 1])\n"
    ">>> pysigmoid.bce(p, targets)\n"
    "array([1.3862944e+00, 1.0000000e-30, 1.0000000e+02], dtype=float32)\n"
    ">>> -np.log(1 - p[1])\n"
    "np.float32(-0.0)\n";

#undef SECTION_PARAMETERS
#undef SECTION_RETURNS
#undef SECTION_SEE_ALSO
#undef SECTION_NOTES
#undef SECTION_EXAMPLES
#undef DOC_OPTIONS
#undef DOC_SHAPE_OF_X
#undef DOC_BROADCAST_SHAPE
#undef DOC_SHAPE_OF_LOGITS
#undef DOC_LOGITS_AND_TARGETS
#undef DOC_SILENT
#undef DOC_SILENT_WITH_DOMAIN

#endif
