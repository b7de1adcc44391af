"""How other libraries do the work of each task, each called the way its own documentation recommends.

A peer's function takes the task's operands and `out`, a tuple of arrays or None, as `Task.run` does; a library without
output buffers allocates. NumPy, SciPy and numba's ufuncs run on one thread, whatever number is asked for.
"""

import math
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from benchmarks import loss_peers

FLOAT32_64 = frozenset({"float32", "float64"})
LONGDOUBLE = np.dtype(np.longdouble).name

SAME_WORK = {"sigmoid_fast": "sigmoid"}
TWO_OUTPUTS = frozenset(
    {
        "sigmoid_and_derivative",
        "log_sigmoid_and_derivative",
        "softplus_and_derivative",
        "silu_and_derivative",
        "bce_with_logits_value_and_grad",
        "bce_with_logits_grad_and_hess",
    }
)


@dataclass(frozen=True)
class Library:
    """A peer: its name in the table, its function for each task it has, and what it takes."""

    name: str
    functions: dict[str, Callable[..., object]]
    dtypes: frozenset[str] = FLOAT32_64
    adapt: Callable[[np.ndarray], object] = lambda array: array
    largest: int = sys.maxsize
    takes_strides: bool = True

    def contender(self, task_name: str, operands: tuple, out: tuple | None = None) -> Callable[[], object] | None:
        """The call to time, with all that can be prepared before it; None where the library has nothing to offer."""
        function = self.functions.get(SAME_WORK.get(task_name, task_name))
        array = operands[0]
        if function is None or array.dtype.name not in self.dtypes or array.size > self.largest:
            return None
        if not (self.takes_strides or array.flags.contiguous):
            return None
        adapted_out = None if out is None else tuple(map(self.adapt, out))
        return partial(function, *map(self.adapt, operands), out=adapted_out)


def installed(threads: int = 1) -> Iterator[Library]:
    """The libraries that can be imported here, told to use this many threads."""
    several = (partial(load, threads) for load in (scikit_learn, torch, numexpr, numba, jax))
    for load in (formula, numpy_stable, scipy, *several, frompyfunc):
        try:
            yield load()
        except ImportError:
            continue


def allocating(function: Callable) -> Callable:
    """Give a function without output buffers the signature of a peer."""
    return lambda *operands, out=None: function(*operands)


def first(out: tuple | None) -> object:
    """The buffer of a function with one output."""
    return out[0] if out else None


# ---- the formulas as textbooks have them ---------------------------------------------------------------------------


def textbook(m, compiled: Callable = lambda function: function) -> dict[str, Callable]:
    """One formula per row of the function table, over the exp and log of `m`: numpy, math or another namespace."""

    @compiled
    def sigmoid(x):
        return 1 / (1 + m.exp(-x))

    @compiled
    def sigmoid_derivative(x):
        s = sigmoid(x)
        return s * (1 - s)

    @compiled
    def bce(p, y):
        return -y * m.log(p) - (1 - y) * m.log(1 - p)

    @compiled
    def bce_with_logits(x, y):
        return bce(sigmoid(x), y)

    @compiled
    def bce_with_logits_grad(x, y):
        return sigmoid(x) - y

    @compiled
    def silu_derivative(x):
        s = sigmoid(x)
        return s * (1 + x * (1 - s))

    return {
        "sigmoid": sigmoid,
        "sigmoid_derivative": sigmoid_derivative,
        "sigmoid_vjp": lambda g, x: g * sigmoid_derivative(x),
        "log_sigmoid": lambda x: m.log(sigmoid(x)),
        "log_sigmoid_derivative": lambda x: sigmoid(-x),
        "softplus": lambda x: m.log(1 + m.exp(x)),
        "logit": lambda p: m.log(p / (1 - p)),
        "silu_derivative": silu_derivative,
        "silu": lambda x: x * sigmoid(x),
        "sigmoid_and_derivative": lambda x: (sigmoid(x), sigmoid_derivative(x)),
        "log_sigmoid_and_derivative": lambda x: (m.log(sigmoid(x)), sigmoid(-x)),
        "softplus_and_derivative": lambda x: (m.log(1 + m.exp(x)), sigmoid(x)),
        "silu_and_derivative": lambda x: (x * sigmoid(x), silu_derivative(x)),
        "sigmoid_gate": lambda a, b: a * sigmoid(b),
        "bce_with_logits": bce_with_logits,
        "bce_with_logits_grad": bce_with_logits_grad,
        "bce_with_logits_value_and_grad": lambda x, y: (bce_with_logits(x, y), bce_with_logits_grad(x, y)),
        "bce_with_logits_grad_and_hess": lambda x, y: (bce_with_logits_grad(x, y), sigmoid_derivative(x)),
        "bce": bce,
    }


def formula() -> Library:
    """The textbook formulas, written in NumPy."""
    functions = {name: allocating(function) for name, function in textbook(np).items()}
    return Library("formula", functions, FLOAT32_64 | {"float16", "bfloat16", LONGDOUBLE})


def frompyfunc() -> Library:
    """The textbook formulas as Python functions, element by element; too slow for more than a few thousand."""
    functions = {
        name: allocating(np.frompyfunc(function, function.__code__.co_argcount, 2 if name in TWO_OUTPUTS else 1))
        for name, function in textbook(math).items()
    }
    return Library("frompyfunc", functions, largest=10_000)


def numba(threads: int) -> Library:
    """The textbook formulas, compiled for each dtype, and the losses as fused loops."""
    import numba as nb

    scalars = textbook(math, nb.njit)

    def vectorized(name: str) -> Callable:
        function = getattr(scalars[name], "py_func", scalars[name])
        arguments = function.__code__.co_argcount
        signatures = [f"{dtype}({', '.join([dtype] * arguments)})" for dtype in sorted(FLOAT32_64)]
        ufunc_at_first_call = cache(lambda: nb.vectorize(signatures)(function))
        return lambda *operands, out=None: ufunc_at_first_call()(*operands, out=first(out))

    functions = {name: vectorized(name) for name in scalars if name not in TWO_OUTPUTS}
    return Library("numba", functions | loss_peers.of_numba(nb, threads))


def numexpr(threads: int) -> Library:
    """The textbook formulas as expressions."""
    import numexpr as ne

    ne.set_num_threads(threads)
    sigmoid = "1 / (1 + exp(-x))"

    def evaluating(expression: str) -> Callable:
        def run(x, y=None, out=None):
            return ne.evaluate(expression, local_dict={"x": x, "y": y}, global_dict={}, out=first(out))

        return run

    loss = "where(x > 0, x, 0) - x * y + log1p(exp(-abs(x)))"
    total_loss = evaluating(f"sum({loss})")

    expressions = {
        "sigmoid": sigmoid,
        "sigmoid_derivative": f"({sigmoid}) * (1 - {sigmoid})",
        "log_sigmoid": "-log1p(exp(-x))",
        "softplus": "log1p(exp(x))",
        "logit": "log(x / (1 - x))",
        "silu": "x / (1 + exp(-x))",
        "sigmoid_gate": "x / (1 + exp(-y))",
        "bce_with_logits": loss,
        "bce_with_logits_grad": f"{sigmoid} - y",
    }
    functions = {name: evaluating(expression) for name, expression in expressions.items()}
    return Library("numexpr", functions | {"mean_loss": lambda x, y, out=None: total_loss(x, y) / x.size})


# ---- NumPy and SciPy as their experts write it ---------------------------------------------------------------------


def numpy_stable() -> Library:
    """NumPy in place, with the forms that do not overflow."""

    def sigmoid(x, out=None):
        y = np.negative(x, out=first(out))
        np.exp(y, out=y)
        np.add(y, 1, out=y)
        return np.reciprocal(y, out=y)

    def softplus(x, out=None):
        return np.logaddexp(0, x, out=first(out))

    def log_sigmoid(x, out=None):
        y = np.negative(x, out=first(out))
        np.logaddexp(0, y, out=y)
        return np.negative(y, out=y)

    def bce_with_logits(x, y, out=None):
        loss = np.abs(x, out=first(out))
        np.negative(loss, out=loss)
        np.exp(loss, out=loss)
        np.log1p(loss, out=loss)
        loss += np.maximum(x, 0)
        loss -= x * y
        return loss

    def bce_with_logits_grad(x, y, out=None):
        grad = sigmoid(x, out)
        return np.subtract(grad, y, out=grad)

    def value_and_grad(x, y, out=None):
        return bce_with_logits(x, y, out and out[:1]), bce_with_logits_grad(x, y, out and out[1:])

    functions = {
        "sigmoid": sigmoid,
        "log_sigmoid": log_sigmoid,
        "softplus": softplus,
        "bce_with_logits": bce_with_logits,
        "bce_with_logits_grad": bce_with_logits_grad,
        "bce_with_logits_value_and_grad": value_and_grad,
    }
    return Library("NumPy", functions | loss_peers.of_numpy(sigmoid, bce_with_logits))


def scipy() -> Library:
    """scipy.special, and what is written with it."""
    from scipy.special import expit, log_expit, logit

    def sigmoid_derivative(x, out=None):
        s = expit(x, out=first(out))
        return np.multiply(s, 1 - s, out=s)

    def bce_with_logits(x, y, out=None):
        return -y * log_expit(x) - (1 - y) * log_expit(-x)

    functions = {
        "sigmoid": lambda x, out=None: expit(x, out=first(out)),
        "sigmoid_derivative": sigmoid_derivative,
        "log_sigmoid": lambda x, out=None: log_expit(x, out=first(out)),
        "logit": lambda x, out=None: logit(x, out=first(out)),
        "silu": lambda x, out=None: np.multiply(x, expit(x), out=first(out)),
        "sigmoid_gate": lambda a, b, out=None: np.multiply(a, expit(b), out=first(out)),
        "bce_with_logits": bce_with_logits,
        "bce_with_logits_grad": lambda x, y, out=None: np.subtract(expit(x), y, out=first(out)),
    }
    return Library("SciPy", functions, FLOAT32_64 | {LONGDOUBLE})


def scikit_learn(threads: int) -> Library:
    """The loss that scikit-learn's own estimators minimise."""
    from sklearn._loss import HalfBinomialLoss

    loss = HalfBinomialLoss()
    losses = loss_peers.of_scikit_learn(loss, threads)

    def value_and_grad(x, y, out=None):
        loss_out, gradient_out = out or (None, None)
        return loss.loss_gradient(y, x, loss_out=loss_out, gradient_out=gradient_out, n_threads=threads)

    functions = {
        "bce_with_logits": lambda x, y, out=None: loss.loss(y, x, loss_out=first(out), n_threads=threads),
        "bce_with_logits_grad": lambda x, y, out=None: loss.gradient(y, x, gradient_out=first(out), n_threads=threads),
        "bce_with_logits_value_and_grad": value_and_grad,
        "bce_with_logits_grad_and_hess": losses["grad_and_hess"],
    }
    return Library("sklearn", functions | losses, takes_strides=False)


# ---- libraries with derivatives of their own -----------------------------------------------------------------------


def torch(threads: int) -> Library:
    """torch's functions, with autograd where a derivative is asked for."""
    import torch as t
    from torch.nn import functional

    t.set_num_threads(threads)

    def adapt(array: np.ndarray):
        if array.dtype.name == "bfloat16":
            return t.from_numpy(array.view(np.uint16)).view(t.bfloat16)
        return t.from_numpy(array)

    def elementwise_loss(x, y):
        return functional.binary_cross_entropy_with_logits(x, y, reduction="none")

    def with_out(function: Callable) -> Callable:
        return lambda *operands, out=None: function(*operands, out=first(out))

    def differentiated(function: Callable) -> Callable:
        """The value of `function` and its derivative with respect to the first operand."""

        def run(x, *rest, out=None):
            leaf = x.detach().requires_grad_()
            value = function(leaf, *rest)
            (grad,) = t.autograd.grad(value, leaf, t.ones_like(value))
            return value.detach(), grad

        return run

    def derivative(function: Callable) -> Callable:
        value_and_grad = differentiated(function)
        return lambda *operands, out=None: value_and_grad(*operands)[1]

    def sigmoid_vjp(g, x, out=None):
        leaf = x.detach().requires_grad_()
        return t.autograd.grad(t.sigmoid(leaf), leaf, g)[0]

    def grad_and_hess(x, y, out=None):
        leaf = x.detach().requires_grad_()
        loss = elementwise_loss(leaf, y)
        ones = t.ones_like(loss)
        (grad,) = t.autograd.grad(loss, leaf, ones, create_graph=True)
        return grad.detach(), t.autograd.grad(grad, leaf, ones)[0]

    functions = {
        "sigmoid": with_out(t.sigmoid),
        "sigmoid_derivative": derivative(t.sigmoid),
        "sigmoid_vjp": sigmoid_vjp,
        "log_sigmoid": allocating(functional.logsigmoid),
        "softplus": allocating(functional.softplus),
        "logit": with_out(t.logit),
        "silu_derivative": derivative(functional.silu),
        "silu": allocating(functional.silu),
        "log_sigmoid_derivative": derivative(functional.logsigmoid),
        "sigmoid_and_derivative": differentiated(t.sigmoid),
        "log_sigmoid_and_derivative": differentiated(functional.logsigmoid),
        "softplus_and_derivative": differentiated(functional.softplus),
        "silu_and_derivative": differentiated(functional.silu),
        "sigmoid_gate": lambda a, b, out=None: t.mul(a, t.sigmoid(b), out=first(out)),
        "bce_with_logits": allocating(elementwise_loss),
        "bce_with_logits_grad": derivative(elementwise_loss),
        "bce_with_logits_value_and_grad": differentiated(elementwise_loss),
        "bce_with_logits_grad_and_hess": grad_and_hess,
        "bce": allocating(partial(functional.binary_cross_entropy, reduction="none")),
        "grad_and_hess": grad_and_hess,
    }
    losses = loss_peers.of_torch(t, elementwise_loss)
    functions |= loss_peers.with_gradients({name: allocating(loss) for name, loss in losses.items()}, differentiated)
    return Library("torch", functions, FLOAT32_64 | {"float16", "bfloat16"}, adapt)


def jax(threads: int) -> Library:
    """jax.nn, compiled; derivatives by jax.grad."""
    if threads == 1:
        os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    for size_of_pool in ("NPROC", "PJRT_NPROC"):  # which of them is read depends on the version
        os.environ.setdefault(size_of_pool, str(threads))
    import jax as j

    j.config.update("jax_enable_x64", True)

    def elementwise_loss(x, y):
        return -y * j.nn.log_sigmoid(x) - (1 - y) * j.nn.log_sigmoid(-x)

    def derivative(function: Callable) -> Callable:
        return j.grad(lambda *operands: function(*operands).sum())

    gradient = derivative(elementwise_loss)

    def finished(function: Callable) -> Callable:
        compiled = j.jit(function)
        return lambda *operands, out=None: j.block_until_ready(compiled(*operands))

    functions = {
        "sigmoid": j.nn.sigmoid,
        "sigmoid_derivative": derivative(j.nn.sigmoid),
        "log_sigmoid": j.nn.log_sigmoid,
        "softplus": j.nn.softplus,
        "silu_derivative": derivative(j.nn.silu),
        "silu": j.nn.silu,
        "sigmoid_gate": lambda a, b: a * j.nn.sigmoid(b),
        "bce_with_logits": elementwise_loss,
        "bce_with_logits_grad": gradient,
        "bce_with_logits_value_and_grad": lambda x, y: (elementwise_loss(x, y), gradient(x, y)),
        "grad_and_hess": lambda x, y: (gradient(x, y), derivative(gradient)(x, y)),
    }
    functions |= loss_peers.with_gradients(loss_peers.of_jax(j, elementwise_loss), j.value_and_grad)
    compiled = {name: finished(function) for name, function in functions.items()}
    return Library("JAX", compiled, FLOAT32_64, j.numpy.asarray, takes_strides=False)
