"""Calls that type checkers must refuse: each says the codes that mypy, and then pyright and basedpyright, give it."""

import numpy as np
import numpy.typing as npt

import pysigmoid
from pysigmoid import functional as F
from pysigmoid import nn, sigmoid


def ufuncs(
    x: npt.NDArray[np.float64],
    integers: npt.NDArray[np.int64],
    complexes: npt.NDArray[np.complex128],
    objects: npt.NDArray[np.object_],
    texts: npt.NDArray[np.str_],
    dates: npt.NDArray[np.datetime64],
) -> None:
    sigmoid()  # E: call-overload, reportCallIssue
    sigmoid(x, x, x)  # E: call-overload, reportCallIssue
    sigmoid("1.0")  # E: call-overload, reportCallIssue
    sigmoid(["1.0"])  # E: arg-type, reportCallIssue
    sigmoid([["1.0"]])  # E: arg-type, reportCallIssue
    sigmoid(b"1.0")  # E: call-overload, reportCallIssue
    sigmoid(1j)  # E: call-overload, reportCallIssue
    sigmoid([1j])  # E: arg-type, reportCallIssue
    sigmoid(complexes)  # E: type-var, reportCallIssue
    sigmoid(objects)  # E: type-var, reportCallIssue
    sigmoid(texts)  # E: type-var, reportCallIssue
    sigmoid(dates)  # E: type-var, reportCallIssue
    sigmoid(None)  # E: call-overload, reportCallIssue
    sigmoid({1.0: 2.0})  # E: call-overload, reportCallIssue
    sigmoid(x, out=[1.0])  # E: call-overload, reportCallIssue
    sigmoid(x, out=integers)  # E: arg-type, reportCallIssue
    sigmoid(x, out=(x, x))  # E: arg-type, reportCallIssue
    sigmoid(x, axis=0)  # E: call-overload, reportCallIssue
    sigmoid(x, casting="maybe")  # E: call-overload, reportCallIssue
    pysigmoid.sigmoid_gate(x)  # E: call-overload, reportCallIssue
    pysigmoid.sigmoid_gate(x, "1.0")  # E: call-overload, reportCallIssue
    pysigmoid.bce(x, complexes)  # E: type-var, reportCallIssue
    pysigmoid.bce_with_logits_value_and_grad(x, x, out=x)  # E: call-overload, reportCallIssue
    pysigmoid.bce_with_logits_value_and_grad(x, x).sum()  # E: attr-defined, reportAttributeAccessIssue


def wrong_result(x: npt.NDArray[np.float64]) -> str:
    return sigmoid(x)  # E: return-value, reportReturnType


def wrong_scalar(x: npt.NDArray[np.float64]) -> str:
    return F.binary_cross_entropy_with_logits(x, x)  # E: return-value, reportReturnType


def losses(x: npt.NDArray[np.float64], integers: npt.NDArray[np.int64]) -> None:
    F.sigmoid("1.0")  # E: call-overload, reportCallIssue
    F.sigmoid(x, x)  # E: call-overload, reportCallIssue
    F.binary_cross_entropy_with_logits(x)  # E: call-overload, reportCallIssue
    F.binary_cross_entropy_with_logits(x, x, reduction="average")  # E: call-overload, reportCallIssue
    F.binary_cross_entropy_with_logits(x, x, reduction=None)  # E: call-overload, reportCallIssue
    F.binary_cross_entropy_with_logits(x, x, dim=0)  # E: call-overload, reportCallIssue
    F.binary_cross_entropy_with_logits(x, x, out=[0.0])  # E: call-overload, reportCallIssue
    F.binary_cross_entropy_with_logits(x, ["yes"])  # E: arg-type, reportCallIssue
    F.binary_cross_entropy(x, x, pos_weight=2.0)  # E: call-overload, reportCallIssue
    F.sigmoid_focal_loss(x, x, gamma="2")  # E: call-overload, reportCallIssue
    nn.BCEWithLogitsLoss(reduction="average")  # E: call-overload, reportCallIssue
    nn.BCEWithLogitsLoss()(x)  # E: call-overload, reportCallIssue
    nn.BCEWithLogitsLoss().value_and_grad(x, x, grad_out=integers)  # E: type-var, reportCallIssue
    nn.Sigmoid()(x, x)  # E: call-overload, reportCallIssue
    nn.Softplus(beta="1")  # E: arg-type, reportArgumentType
    pysigmoid.show_config(mode="json")  # E: call-overload, reportCallIssue
    pysigmoid.show_config()["isa"]  # E: index, reportOptionalSubscript
    pysigmoid.set_num_threads("2")  # E: arg-type, reportArgumentType
    pysigmoid.sigmoids(x)  # E: attr-defined, reportAttributeAccessIssue
