"""What type checkers take results to be: never run, read by them alone."""

from typing import Any, Literal, Protocol, TypeAlias, assert_type

import dask.array as da
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

import pysigmoid
from pysigmoid import bce_with_logits, bce_with_logits_value_and_grad, nn, sigmoid, sigmoid_gate
from pysigmoid import functional as F

Row16: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float16]]
Row: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float32]]
Row64: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]
RowLong: TypeAlias = np.ndarray[tuple[int], np.dtype[np.longdouble]]
RowBool: TypeAlias = np.ndarray[tuple[int], np.dtype[np.bool_]]
Row8: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int8]]
RowInt: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]
Table16: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float16]]
Table: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float32]]
Table64: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.float64]]
TableLong: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.longdouble]]
TableBool: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.bool_]]
Table8: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.int8]]
TableInt: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.int64]]
SomeFloat: TypeAlias = np.floating[Any]
SomeFloats: TypeAlias = np.ndarray[Any, np.dtype[np.floating[Any]]]


class Logits(np.ndarray[tuple[int], np.dtype[np.float32]]):
    pass


def arrays(
    half: Row16, single: Row, double: Row64, long: RowLong, flags: RowBool, bytes_: Row8, integers: RowInt
) -> None:
    assert_type(sigmoid(half), Row16)
    assert_type(sigmoid(single), Row)
    assert_type(sigmoid(double), Row64)
    assert_type(sigmoid(long), RowLong)
    assert_type(sigmoid(flags), Row)
    assert_type(sigmoid(bytes_), Row)
    assert_type(sigmoid(integers), Row64)
    assert_type(pysigmoid.expit(single), Row)
    assert_type(pysigmoid.log_expit(half), Row16)
    assert_type(pysigmoid.sigmoid_fast(flags), Row)
    assert_type(pysigmoid.logit(integers), Row64)


def tables(
    half: Table16, single: Table, double: Table64, long: TableLong, flags: TableBool, bytes_: Table8, integers: TableInt
) -> None:
    assert_type(sigmoid(half), Table16)
    assert_type(sigmoid(single), Table)
    assert_type(sigmoid(double), Table64)
    assert_type(sigmoid(long), TableLong)
    assert_type(sigmoid(flags), Table)
    assert_type(sigmoid(bytes_), Table)
    assert_type(sigmoid(integers), Table64)


def scalars(
    half: np.float16, single: np.float32, double: np.float64, long: np.longdouble, byte: np.int8, integer: np.int64
) -> None:
    assert_type(sigmoid(half), np.float16)
    assert_type(sigmoid(single), np.float32)
    assert_type(sigmoid(double), np.float64)
    assert_type(sigmoid(long), np.longdouble)
    assert_type(sigmoid(byte), np.float32)
    assert_type(sigmoid(integer), np.float64)
    assert_type(sigmoid(np.True_), np.float32)
    assert_type(sigmoid(True), np.float32)
    assert_type(sigmoid(1), np.float64)
    assert_type(sigmoid(1.0), np.float64)


def lists(rows: list[list[float]], labels: list[bool], pairs: list[tuple[int, int]], arrays: list[Row]) -> None:
    assert_type(sigmoid([1.0, 2]), npt.NDArray[np.float64])
    assert_type(sigmoid((1, 2)), npt.NDArray[np.float64])
    assert_type(sigmoid(rows), npt.NDArray[np.float64])
    assert_type(sigmoid([[[[1.0]]]]), npt.NDArray[np.float64])
    assert_type(sigmoid(pairs), npt.NDArray[np.float64])
    assert_type(sigmoid(range(3)), npt.NDArray[np.float64])
    assert_type(sigmoid(labels), npt.NDArray[np.float32])
    assert_type(sigmoid([True, False]), npt.NDArray[np.float32])
    assert_type(sigmoid(arrays), Any)


def containers(
    logits: Logits,
    masked: np.ma.MaskedArray[tuple[int], np.dtype[np.float32]],
    series: "pd.Series[float]",
    frame: pd.DataFrame,
    labelled: xr.DataArray,
    dataset: xr.Dataset,
    lazy: da.Array,
    lazy_mask: da.Array,
    double: Row64,
) -> None:
    assert_type(sigmoid(logits), Logits)
    assert_type(sigmoid(masked), np.ma.MaskedArray[tuple[int], np.dtype[np.float32]])
    assert_type(sigmoid(series), "pd.Series[float]")
    assert_type(sigmoid(labelled), xr.DataArray)
    assert_type(sigmoid(dataset), xr.Dataset)
    assert_type(sigmoid(lazy), da.Array)
    assert_type(sigmoid_gate(labelled, double), xr.DataArray)
    assert_type(sigmoid_gate(double, lazy), da.Array)
    assert_type(sigmoid_gate(logits, logits), Logits)
    assert_type(sigmoid_gate(logits, 0.5), Logits)
    assert_type(bce_with_logits_value_and_grad(labelled, labelled), tuple[xr.DataArray, xr.DataArray])
    assert_type(sigmoid(lazy, out=lazy, where=lazy_mask), da.Array)
    assert_type(F.sigmoid(series), "pd.Series[float]")
    assert_type(F.sigmoid(logits), Logits)
    assert_type(nn.Sigmoid()(labelled), xr.DataArray)
    assert_type(F.binary_cross_entropy_with_logits(series, series), SomeFloat)
    assert_type(F.binary_cross_entropy_with_logits(series, series, reduction="none"), SomeFloats)


class Tensor(Protocol):
    """What tells a tensor from other containers."""

    @property
    def requires_grad(self) -> bool: ...
    def cpu(self) -> "Tensor": ...
    def __array__(self) -> np.ndarray[Any, np.dtype[np.float32]]: ...


def tensors(tensor: Tensor) -> None:
    assert_type(F.glu(tensor), Tensor)
    assert_type(F.binary_cross_entropy_with_logits(tensor, tensor), Tensor)
    assert_type(F.sigmoid_focal_loss(tensor, tensor), Tensor)
    assert_type(F.binary_cross_entropy_with_logits_value_and_grad(tensor, tensor), tuple[Tensor, Tensor])
    assert_type(nn.BCEWithLogitsLoss()(tensor, tensor), Tensor)
    assert_type(nn.BCEWithLogitsLoss().grad_and_hess(tensor, tensor), tuple[Tensor, Tensor])


def options(single: Row, double: Row64, table: Table, integers: RowInt, mask: RowBool) -> None:
    assert_type(sigmoid(single, out=double), Row64)
    assert_type(sigmoid(single, double), Row64)
    assert_type(sigmoid(single, out=(double,)), Row64)
    assert_type(sigmoid(integers, out=single, dtype=np.float32, casting="same_kind"), Row)
    assert_type(sigmoid(single, out=None), Row)
    assert_type(sigmoid(single, out=None, where=mask), Row)
    assert_type(sigmoid(single, out=double, where=[True, False]), Row64)
    assert_type(sigmoid(single, order="C", subok=False), Row)
    assert_type(sigmoid(single, dtype=np.float64), Row64)
    assert_type(sigmoid(table, dtype=np.float64), Table64)
    assert_type(sigmoid(integers, dtype=np.float32), Row)
    assert_type(sigmoid(single, dtype=np.dtype(np.float64)), Row64)
    assert_type(sigmoid(1.0, dtype=np.float32), np.float32)
    assert_type(sigmoid(single, dtype="float64"), Any)
    assert_type(sigmoid([1.0], dtype=np.float32), Any)
    assert_type(sigmoid.nin, Literal[1])
    assert_type(sigmoid.nout, Literal[1])
    assert_type(bce_with_logits_value_and_grad.nin, Literal[2])
    assert_type(bce_with_logits_value_and_grad.nout, Literal[2])


def two_arguments(half: Row16, single: Row, double: Row64, table: Table, number: np.float32, integers: RowInt) -> None:
    assert_type(sigmoid_gate(single, single), Row)
    assert_type(sigmoid_gate(table, table), Table)
    assert_type(sigmoid_gate(half, 2.0), Row16)
    assert_type(sigmoid_gate(2, single), Row)
    assert_type(sigmoid_gate(1.0, 2.0), np.float64)
    assert_type(sigmoid_gate(1, 2), np.float64)
    assert_type(sigmoid_gate(True, False), np.float32)
    assert_type(sigmoid_gate(number, number), np.float32)
    assert_type(sigmoid_gate(number, 2.0), np.float32)
    assert_type(sigmoid_gate(2.0, number), np.float32)
    assert_type(sigmoid_gate(single, integers), Any)
    assert_type(sigmoid_gate(single, [1.0, 2.0]), Any)
    assert_type(pysigmoid.sigmoid_vjp(single, single, out=double), Row64)
    assert_type(pysigmoid.sigmoid_vjp(single, single, dtype=np.float64), Row64)
    assert_type(pysigmoid.sigmoid_vjp(1.0, 2.0, dtype=np.float32), np.float32)


def labels(half: Row16, single: Row, table: Table, flags: RowBool, integers: RowInt, number: np.float32) -> None:
    assert_type(bce_with_logits(single, single), Row)
    assert_type(bce_with_logits(single, integers), Row)
    assert_type(bce_with_logits(half, flags), Row16)
    assert_type(bce_with_logits(single, [0, 1, 1]), Row)
    assert_type(bce_with_logits(single, 1), Row)
    assert_type(bce_with_logits(number, 1), np.float32)
    assert_type(bce_with_logits([1.0], [1.0]), Any)
    assert_type(bce_with_logits_value_and_grad(single, integers), tuple[Row, Row])
    assert_type(bce_with_logits_value_and_grad(1.0, 1), tuple[np.float64, np.float64])
    assert_type(bce_with_logits_value_and_grad(single, integers, out=(single, half)), tuple[Row, Row16])
    assert_type(bce_with_logits_value_and_grad(single, integers, single, half), tuple[Row, Row16])
    assert_type(pysigmoid.bce_with_logits_grad_and_hess(table, table), tuple[Table, Table])
    assert_type(pysigmoid.bce(table, table), Table)


def functional(half: Row16, single: Row, double: Row64, table: Table, integers: RowInt, number: np.float32) -> None:
    assert_type(F.sigmoid(single), Row)
    assert_type(F.sigmoid(integers), Row64)
    assert_type(F.sigmoid(number), np.float32)
    assert_type(F.sigmoid([1.0, 2.0]), SomeFloats)
    assert_type(F.logsigmoid(half), Row16)
    assert_type(F.softplus(table), Table)
    assert_type(F.silu(single, inplace=True), Row)
    assert_type(F.silu(single, out=double), Row64)
    assert_type(F.logit(single, eps=1e-6), Row)
    assert_type(F.glu(table, dim=0), Table)
    assert_type(nn.Sigmoid()(single), Row)
    assert_type(nn.Softplus().forward(1.0), np.float64)
    assert_type(nn.SiLU(inplace=True)(half), Row16)
    assert_type(nn.GLU()([1.0, 2.0]), SomeFloats)


def losses(single: Row, double: Row64, table: Table, integers: RowInt, number: np.float32) -> None:
    loss = F.binary_cross_entropy_with_logits
    assert_type(loss(single, integers), np.float32)
    assert_type(loss(double, integers), np.float64)
    assert_type(loss(number, 1), np.float32)
    assert_type(loss([1.0, 2.0], [0, 1]), SomeFloat)
    assert_type(loss(integers, integers), SomeFloat)
    assert_type(loss(single, integers, reduction="sum"), np.float32)
    assert_type(loss(single, integers, reduction="weighted_mean", weight=double), np.float32)
    assert_type(loss(single, integers, None, None, None, "mean"), np.float32)
    assert_type(loss(single, integers, dtype=np.float64), np.float64)
    assert_type(loss([1.0], [1], dtype=np.float32), np.float32)
    assert_type(loss(table, table, reduction="none"), Table)
    assert_type(loss([[1.0]], [[1]], reduction="none"), SomeFloats)
    assert_type(loss(table, table, reduction="none", dtype=np.float64), Any)
    assert_type(loss(table, table, axis=0), Any)
    assert_type(loss(table, table, axis=(0, 1), keepdims=True), Any)
    assert_type(loss(table, table, keepdims=True), Any)
    assert_type(loss(table, table, axis=1, out=single), Row)
    assert_type(F.binary_cross_entropy(single, integers), np.float32)
    assert_type(F.binary_cross_entropy(table, table, reduction="none"), Table)
    assert_type(F.sigmoid_focal_loss(table, table), Table)
    assert_type(F.sigmoid_focal_loss(table, table, reduction="mean"), np.float32)
    assert_type(F.sigmoid_focal_loss(table, table, 0.5, 1.0, "sum", axis=0), Any)


def derivatives(single: Row, double: Row64, table: Table, integers: RowInt, logits: Logits) -> None:
    both = F.binary_cross_entropy_with_logits_value_and_grad
    second = F.binary_cross_entropy_with_logits_grad_and_hess
    assert_type(both(table, table), tuple[np.float32, Table])
    assert_type(both(table, table, reduction="none"), tuple[Table, Table])
    assert_type(both(single, integers, grad_out=double), tuple[np.float32, Row64])
    assert_type(both([1.0], [1]), tuple[SomeFloat, SomeFloats])
    assert_type(both(table, table, axis=0), tuple[Any, Any])
    assert_type(second(table, table), tuple[Table, Table])
    assert_type(second([1.0], [1]), tuple[SomeFloats, SomeFloats])
    assert_type(second(single, integers, grad_out=double, hess_out=single), tuple[Row64, Row])
    assert_type(F.sigmoid_focal_loss_value_and_grad(table, table), tuple[Table, Table])
    assert_type(F.sigmoid_focal_loss_value_and_grad(table, table, reduction="sum"), tuple[np.float32, Table])
    assert_type(F.sigmoid_focal_loss_grad_and_hess(table, table), tuple[Table, Table])
    three = F.binary_cross_entropy_with_logits_value_grad_and_hess
    assert_type(three(table, table), tuple[np.float32, Table, Table])
    assert_type(three(single, integers, grad_out=double, hess_out=single), tuple[np.float32, Row64, Row])
    assert_type(three([1.0], [1]), tuple[SomeFloat, SomeFloats, SomeFloats])
    assert_type(three(table, table, axis=0), tuple[Any, Any, Any])
    assert_type(F.sigmoid_focal_loss_value_grad_and_hess(table, table), tuple[Table, Table, Table])


def modules(single: Row, table: Table, integers: RowInt, any_reduction: nn.BCEWithLogitsLoss) -> None:
    assert_type(nn.BCEWithLogitsLoss()(single, integers), np.float32)
    assert_type(nn.BCEWithLogitsLoss(reduction="none")(single, integers), Row)
    assert_type(nn.BCEWithLogitsLoss(reduction="sum").forward(single, integers), np.float32)
    assert_type(nn.BCEWithLogitsLoss()(table, table, axis=0), Any)
    assert_type(nn.BCEWithLogitsLoss().value_and_grad(table, table), tuple[np.float32, Table])
    assert_type(nn.BCEWithLogitsLoss(reduction="none").value_and_grad(table, table), tuple[Table, Table])
    assert_type(nn.BCEWithLogitsLoss().grad_and_hess(table, table), tuple[Table, Table])
    assert_type(nn.BCEWithLogitsLoss().value_grad_and_hess(table, table), tuple[np.float32, Table, Table])
    assert_type(nn.BCELoss()(single, integers), np.float32)
    assert_type(nn.SigmoidFocalLoss()(single, integers), Row)
    assert_type(nn.SigmoidFocalLoss(reduction="mean")(single, integers), np.float32)
    assert_type(any_reduction(single, integers), Any)
    assert_type(any_reduction.value_and_grad(single, integers), tuple[Any, Any])


def takes_any_reduction(criterion: nn.BCELoss, single: Row) -> Row:
    criterion.reduction = "none"
    return sigmoid(single)


def settings(single: Row) -> None:
    takes_any_reduction(nn.BCELoss(reduction="sum"), single)
    assert_type(pysigmoid.show_config(), None)
    assert_type(pysigmoid.show_config(mode="dicts"), dict[str, Any])
    assert_type(pysigmoid.get_num_threads(), int)
