"""How other libraries compute the losses of a training loop, the way their experts write it.

What is named for the mean of a loss takes logits (or probabilities), targets and, if it is weighted, weights.
"""

import math
from collections.abc import Callable
from types import ModuleType

import numpy as np

ALPHA, GAMMA = 0.25, 2.0

Losses = dict[str, Callable]


def with_gradients(losses: Losses, value_and_grad: Callable[[Callable], Callable]) -> Losses:
    """The losses, and each with its gradient as the library differentiates it."""
    return losses | {f"{name}_and_grad": value_and_grad(loss) for name, loss in losses.items()}


def focal_loss(x, y, sigmoid: Callable, elementwise_loss: Callable):
    """The mean of the focal loss as torchvision writes it, over arrays of any library."""
    p = sigmoid(x)
    p_t = p * y + (1 - p) * (1 - y)
    alpha_t = ALPHA * y + (1 - ALPHA) * (1 - y)
    return (alpha_t * ((1 - p_t) ** GAMMA * elementwise_loss(x, y))).mean()


def of_numpy(sigmoid: Callable, elementwise_loss: Callable) -> Losses:
    """NumPy in place, over its own sigmoid and loss; gradients go to `out` where one is given."""

    def gradient(x, y, out):
        grad = sigmoid(x, out)
        return np.subtract(grad, y, out=grad)

    def mean_loss_and_grad(x, y, out=None):
        grad = gradient(x, y, out)
        grad /= grad.size
        return elementwise_loss(x, y).mean(), grad

    def weighted_mean_loss(x, y, w, out=None):
        loss = elementwise_loss(x, y)
        loss *= w
        return loss.mean()

    def weighted_mean_loss_and_grad(x, y, w, out=None):
        grad = gradient(x, y, out)
        grad *= w
        grad /= grad.size
        return weighted_mean_loss(x, y, w), grad

    def grad_and_hess(x, y, out=None):
        grad_out, hess_out = (None, None) if out is None else (out[:1], out[1])
        grad = sigmoid(x, grad_out)
        hess = np.subtract(1, grad, out=hess_out)
        hess *= grad
        return np.subtract(grad, y, out=grad), hess

    def mean_loss_of_probabilities(p, y, out=None):
        loss = np.log(p)
        loss *= y
        rest = np.log1p(-p)
        rest *= 1 - y
        loss += rest
        return -loss.mean()

    return {
        "mean_loss": lambda x, y, out=None: elementwise_loss(x, y).mean(),
        "mean_loss_and_grad": mean_loss_and_grad,
        "weighted_mean_loss": weighted_mean_loss,
        "weighted_mean_loss_and_grad": weighted_mean_loss_and_grad,
        "grad_and_hess": grad_and_hess,
        "mean_focal_loss": lambda x, y, out=None: focal_loss(x, y, sigmoid, elementwise_loss),
        "mean_loss_of_probabilities": mean_loss_of_probabilities,
    }


def of_scikit_learn(half_binomial_loss, threads: int) -> Losses:
    """One pass over all outputs, and another for the mean."""

    def mean_loss(x, y, w=None, out=None):
        return half_binomial_loss.loss(y, x, sample_weight=w, n_threads=threads).mean()

    def mean_loss_and_grad(x, y, w=None, out=None):
        gradient_out = None if out is None else out[0]
        value, grad = half_binomial_loss.loss_gradient(
            y, x, sample_weight=w, gradient_out=gradient_out, n_threads=threads
        )
        grad /= grad.size
        return value.mean(), grad

    def grad_and_hess(x, y, out=None):
        gradient_out, hessian_out = out or (None, None)
        return half_binomial_loss.gradient_hessian(
            y, x, gradient_out=gradient_out, hessian_out=hessian_out, n_threads=threads
        )

    return {
        "mean_loss": mean_loss,
        "mean_loss_and_grad": mean_loss_and_grad,
        "weighted_mean_loss": mean_loss,
        "weighted_mean_loss_and_grad": mean_loss_and_grad,
        "grad_and_hess": grad_and_hess,
    }


def of_torch(t: ModuleType, elementwise_loss: Callable) -> Losses:
    """The means alone: the gradients are autograd's."""
    return {
        "mean_loss": t.nn.functional.binary_cross_entropy_with_logits,
        "weighted_mean_loss": t.nn.functional.binary_cross_entropy_with_logits,
        "mean_focal_loss": lambda x, y: focal_loss(x, y, t.sigmoid, elementwise_loss),
        "mean_loss_of_probabilities": t.nn.functional.binary_cross_entropy,
    }


def of_jax(j: ModuleType, elementwise_loss: Callable) -> Losses:
    """The means alone: the gradients are those of jax.value_and_grad."""

    def mean_loss_of_probabilities(p, y):
        return -(y * j.numpy.log(p) + (1 - y) * j.numpy.log1p(-p)).mean()

    return {
        "mean_loss": lambda x, y: elementwise_loss(x, y).mean(),
        "weighted_mean_loss": lambda x, y, w: (w * elementwise_loss(x, y)).mean(),
        "mean_focal_loss": lambda x, y: focal_loss(x, y, j.nn.sigmoid, elementwise_loss),
        "mean_loss_of_probabilities": mean_loss_of_probabilities,
    }


def of_numba(nb: ModuleType, threads: int) -> Losses:
    """One loop for all that is asked for, with one exponential, in the operands' own precision."""
    nb.set_num_threads(min(threads, nb.config.NUMBA_NUM_THREADS))
    scalar, loop = nb.njit, nb.njit(parallel=threads > 1)
    zero, one = np.float32(0), np.float32(1)  # an integer would widen float32 to float64

    @scalar
    def loss_of(x, y, e):
        return max(x, zero) - x * y + math.log1p(e)

    @scalar
    def sigmoid_of(x, e):
        return (one if x > 0 else e) / (one + e)

    @loop
    def mean_loss(x, y):
        total = 0.0
        for i in nb.prange(x.size):
            total += loss_of(x[i], y[i], math.exp(-abs(x[i])))
        return total / x.size

    @loop
    def mean_loss_and_grad(x, y, grad):
        total, scale = 0.0, one / x.size
        for i in nb.prange(x.size):
            e = math.exp(-abs(x[i]))
            total += loss_of(x[i], y[i], e)
            grad[i] = (sigmoid_of(x[i], e) - y[i]) * scale
        return total / x.size

    @loop
    def grad_and_hess(x, y, grad, hess):
        for i in nb.prange(x.size):
            s = sigmoid_of(x[i], math.exp(-abs(x[i])))
            grad[i] = s - y[i]
            hess[i] = s * (one - s)

    def run_mean_loss_and_grad(x, y, out=None):
        (grad,) = out or (np.empty_like(x),)
        return mean_loss_and_grad(x, y, grad), grad

    def run_grad_and_hess(x, y, out=None):
        outputs = out or (np.empty_like(x), np.empty_like(x))
        grad_and_hess(x, y, *outputs)
        return outputs

    return {
        "mean_loss": lambda x, y, out=None: mean_loss(x, y),
        "mean_loss_and_grad": run_mean_loss_and_grad,
        "grad_and_hess": run_grad_and_hess,
    }
