"""A small network in NumPy: linear layers, relu between them, one logit per row at the end."""

from collections.abc import Sequence
from itertools import chain, pairwise

import numpy as np

import pysigmoid
from pysigmoid import nn


class Network:
    """Network([10, 1]) is logistic regression on ten features; Network([100, 64, 32, 1]) has two hidden layers."""

    def __init__(self, sizes: Sequence[int], *, seed: int = 0):
        generator = np.random.default_rng(seed)
        self.layers = [
            (generator.normal(scale=np.sqrt(2 / rows), size=(rows, columns)), np.zeros(columns))
            for rows, columns in pairwise(sizes)
        ]

    def activations(self, features: np.ndarray) -> list[np.ndarray]:
        """The input of every layer, and last the logits, of shape (rows, 1)."""
        values = [features]
        for weights, bias in self.layers[:-1]:
            values.append(np.maximum(values[-1] @ weights + bias, 0))
        weights, bias = self.layers[-1]
        return [*values, values[-1] @ weights + bias]

    def logits(self, features: np.ndarray) -> np.ndarray:
        """One logit per row."""
        return self.activations(features)[-1][:, 0]

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """One probability per row."""
        return pysigmoid.sigmoid(self.logits(features))

    def loss_and_grads(self, features: np.ndarray, targets: np.ndarray) -> tuple[float, list]:
        """The mean loss, and its gradients shaped as `layers`, by back-propagation."""
        *inputs, logits = self.activations(features)
        loss, grad = nn.BCEWithLogitsLoss().value_and_grad(logits, targets[:, None])
        grads = []
        for (weights, _), values in zip(reversed(self.layers), reversed(inputs), strict=True):
            grads.append((values.T @ grad, grad.sum(axis=0)))
            grad = (grad @ weights.T) * (values > 0)
        return loss, grads[::-1]

    def fit(self, features: np.ndarray, targets: np.ndarray, *, steps: int, rate: float = 0.1) -> list[float]:
        """Gradient descent with momentum, all rows in every step; the mean loss before each step."""
        parameters = list(chain.from_iterable(self.layers))
        velocities = [np.zeros_like(parameter) for parameter in parameters]
        losses = []
        for _ in range(steps):
            loss, grads = self.loss_and_grads(features, targets)
            losses.append(loss)
            for parameter, velocity, grad in zip(parameters, velocities, chain.from_iterable(grads), strict=True):
                velocity *= 0.9
                velocity -= rate * grad
                parameter += velocity
        return losses
