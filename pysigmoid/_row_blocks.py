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
# What a block costs beside its numbers, some 20 us, wants rows: where these are long, a block may be three times that.
BLOCK_BYTES = 1 << 20
MOST_BLOCK_BYTES = 3 << 20
FEWEST_ROWS = 384
MOST_ROWS = 1 << 13  # their logits, 64 KB, stay in the cache of one core as well
FEWEST_ROWS_OF_COLUMNS = 1 << 10  # where columns lie contiguous: shorter pieces of them cost more than the cache gains


class RowBlocks:
    """The blocks of a matrix of shape (rows, columns), as often as they are asked for."""

    def __init__(self, X: Any) -> None:
        self._sparse = library_of(type(X)) == "scipy" and hasattr(X, "tocsr")
        self._matrix: Any = _read_sparse(X) if self._sparse else read_numbers("X", X)
        self.shape: tuple[int, int] = self._matrix.shape
        if len(self.shape) != 2:
            one_column = "; for one column pass X.reshape(-1, 1)" if len(self.shape) == 1 else ""
            raise ValueError(f"X has shape {self.shape}; pass one of shape (rows, columns){one_column}")
        if 0 in self.shape:
            raise ValueError(f"X has shape {self.shape}, which holds no number; pass rows to fit")
        self._in_place = _is_float64(self._matrix) and (self._sparse or _is_plain(self._matrix))
        columnwise = self._in_place and not self._sparse and not self._matrix.flags.c_contiguous
        fewest = FEWEST_ROWS_OF_COLUMNS if columnwise else 1
        self.most_rows = min(MOST_ROWS, self.shape[0], max(fewest, rows_of_a_block(self._bytes_per_row())))

    def __iter__(self) -> Iterator[Block]:
        if self._in_place:
            return self._blocks_in_place()
        return self._converted_sparse() if self._sparse else self._converted()

    def _bytes_per_row(self) -> int:
        """Of a block in float64."""
        rows, columns = self.shape
        return 8 * columns if not self._sparse else 8 + int(self._matrix.nnz * 16 / rows)

    def _slices(self) -> Iterator[slice]:
        rows, step = self.shape[0], self.most_rows
        return (slice(begin, min(begin + step, rows)) for begin in range(0, rows, step))

    def _blocks_in_place(self) -> Iterator[Block]:
        """A sparse matrix is one block: its products cost less whole than the cache gains."""
        for rows in [slice(0, self.shape[0])] if self._sparse else self._slices():
            block = self._matrix if self._sparse else self._matrix[rows]
            yield rows, block, block.T

    def _converted(self) -> Iterator[Block]:
        """Each block is copied into one buffer, whose axes lie in memory as those of the matrix do."""
        buffer = np.empty_like(self._matrix[: self.most_rows], dtype=np.float64, subok=False)
        for rows in self._slices():
            block = buffer[: rows.stop - rows.start]
            np.copyto(block, self._matrix[rows], casting="same_kind")
            yield rows, block, block.T

    def _converted_sparse(self) -> Iterator[Block]:
        data, indices, starts = self._matrix.data, self._matrix.indices, self._matrix.indptr
        for rows in self._slices():
            begin, end = starts[rows.start], starts[rows.stop]
            parts = data[begin:end].astype(np.float64), indices[begin:end], starts[rows.start : rows.stop + 1] - begin
            block = type(self._matrix)(parts, shape=(rows.stop - rows.start, self.shape[1]), copy=False)
            yield rows, block, block.T


def rows_of_a_block(bytes_per_row: int) -> int:
    return min(max(BLOCK_BYTES // bytes_per_row, FEWEST_ROWS), MOST_BLOCK_BYTES // bytes_per_row)


def times(block: Any, vector: Array, buffer: Array) -> Array:
    """The product of a block and a vector, in the buffer if the block can write there."""
    if isinstance(block, np.ndarray):
        return np.matmul(block, vector, out=buffer[: len(block)])
    product: Array = block @ vector
    return product


def _is_float64(matrix: Any) -> bool:
    return bool(matrix.dtype == np.float64 and matrix.dtype.isnative)


def _is_plain(matrix: Array) -> bool:
    """Whether BLAS reads the matrix where it is."""
    return matrix.flags.aligned and (matrix.flags.c_contiguous or matrix.flags.f_contiguous)


def _read_sparse(X: Any) -> Any:
    if X.dtype.kind not in "biuf":
        raise TypeError(f"X has dtype {X.dtype}; convert it, for example with X.astype(np.float64)")
    if X.format == "csc":
        message = "X is a CSC matrix, which is copied into CSR; pass X.tocsr() to make that copy yourself, once"
        warnings.warn(message, UserWarning, stacklevel=5)
    return X.tocsr()
