"""A matrix of numbers, dense or sparse, by blocks of rows that fit a cache: as float64, whatever it holds."""

import warnings
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np

from pysigmoid._dtypes import Array
from pysigmoid._objective_arguments import read_numbers
from pysigmoid._operands import library_of

Block: TypeAlias = tuple[slice, Any, Any]  # which rows, these, and their transpose; both take `@ vector`

# A block is read twice, and the second time should find it in a cache: of sizes from 0.3 to 4 MB this one cost least.
BLOCK_BYTES = 1 << 20
MOST_ROWS = 1 << 13  # their logits, 64 KB, stay in the cache of one core as well


class RowBlocks:
    """The blocks of a matrix of shape (rows, columns), as often as they are asked for."""

    def __init__(self, X: Any) -> None:
        sparse = library_of(type(X)) == "scipy" and hasattr(X, "tocsr")
        matrix = _read_sparse(X) if sparse else read_numbers("X", X)
        if matrix.ndim != 2:
            one_column = f"; for one column pass {'X.reshape(-1, 1)'}" if matrix.ndim == 1 else ""
            raise ValueError(f"X has shape {matrix.shape}; pass one of shape (rows, columns){one_column}")
        if 0 in matrix.shape:
            raise ValueError(f"X has shape {matrix.shape}, which holds no number; pass rows to fit")
        self.shape: tuple[int, int] = matrix.shape
        self.most_rows = min(MOST_ROWS, matrix.shape[0])
        self._dense = None if sparse else matrix
        self._sparse = list(_sparse_blocks(matrix)) if sparse else []

    def __iter__(self) -> Iterator[Block]:
        if self._dense is None:
            return iter(self._sparse)
        return _direct_blocks(self._dense) if _is_plain(self._dense) else _converted_blocks(self._dense)


def times(block: Any, vector: Array, out: Array) -> Array:
    """The product of a block and a vector, in a buffer that is kept."""
    if isinstance(block, np.ndarray):
        return np.matmul(block, vector, out=out)
    out[...] = block @ vector
    return out


def _rows_of_blocks(rows: int, bytes_per_row: float) -> Iterator[slice]:
    step = min(MOST_ROWS, max(1, int(BLOCK_BYTES / bytes_per_row)))
    return (slice(begin, min(begin + step, rows)) for begin in range(0, rows, step))


def _is_plain(matrix: Array) -> bool:
    """Whether the matrix is one that BLAS reads where it is."""
    layout = matrix.flags
    return (
        matrix.dtype == np.float64
        and matrix.dtype.isnative
        and layout.aligned
        and (layout.c_contiguous or layout.f_contiguous)
    )


def _direct_blocks(matrix: Array) -> Iterator[Block]:
    for rows in _rows_of_blocks(len(matrix), 8 * matrix.shape[1]):
        block = matrix[rows]
        yield rows, block, block.T


def _converted_blocks(matrix: Array) -> Iterator[Block]:
    """Each block is copied into one buffer, whose axes lie in memory as those of the matrix do."""
    buffer = None
    for rows in _rows_of_blocks(len(matrix), 8 * matrix.shape[1]):
        if buffer is None:
            buffer = np.empty_like(matrix[rows], dtype=np.float64, subok=False)
        block = buffer[: rows.stop - rows.start]
        np.copyto(block, matrix[rows], casting="same_kind")
        yield rows, block, block.T


def _read_sparse(X: Any) -> Any:
    if X.dtype.kind not in "biuf":
        raise TypeError(f"X has dtype {X.dtype}; convert it, for example with X.astype(np.float64)")
    if X.format == "csc":
        message = "X is a CSC matrix, which is copied into CSR; pass X.tocsr() to make that copy yourself, once"
        warnings.warn(message, UserWarning, stacklevel=5)
    matrix = X.tocsr()
    return matrix.astype(np.float64) if matrix.dtype.char == "g" else matrix


def _sparse_blocks(matrix: Any) -> Iterator[Block]:
    """CSR matrices whose numbers and columns are views into those of the whole."""
    data, indices, indptr = matrix.data, matrix.indices, matrix.indptr
    count, columns = matrix.shape
    for rows in _rows_of_blocks(count, 8 + len(data) * (data.itemsize + indices.itemsize) / count):
        begin, end = indptr[rows.start], indptr[rows.stop]
        starts = indptr[rows.start : rows.stop + 1] - begin
        shape = (rows.stop - rows.start, columns)
        block = type(matrix)((data[begin:end], indices[begin:end], starts), shape=shape, copy=False)
        yield rows, block, block.T
