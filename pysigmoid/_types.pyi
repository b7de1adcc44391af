"""What type checkers know of numbers, of arrays, and of ufuncs by how many arguments they take and give.

There is no such module at run time. The order of overloads is that of NumPy's choices: the first that fits is the one.
"""

from types import EllipsisType
from typing import Any, Generic, Literal, Protocol, TypeAlias, TypedDict, overload, type_check_only

import numpy as np
import numpy.typing as npt
from typing_extensions import TypeVar, Unpack

# Numbers

Bool: TypeAlias = bool | np.bool_
Small: TypeAlias = np.bool_ | np.int8 | np.uint8 | np.int16 | np.uint16  # what float32 holds
Integer: TypeAlias = np.bool_ | np.integer[Any]
Real: TypeAlias = Integer | np.floating[Any]
Number: TypeAlias = float | Real  # bool and int are floats to a type checker

# Arrays and what becomes one

D = TypeVar("D", bound=np.generic)
F = TypeVar("F", bound=np.floating[Any])
S = TypeVar("S", bound=tuple[int, ...])
Array: TypeAlias = np.ndarray[S, np.dtype[D]]
Floats: TypeAlias = Array[Any, np.floating[Any]]

T = TypeVar("T", bound=Floats)  # which may be a subclass, and is kept
N_co = TypeVar("N_co", covariant=True)

@type_check_only
class Row(Protocol[N_co]):
    """A list or a tuple. Text is none, in which only text may be looked for, nor is an array, which does not count."""

    def __len__(self, /) -> int: ...
    def __getitem__(self, index: int, /) -> N_co: ...
    def __contains__(self, value: object, /) -> bool: ...
    def count(self, value: Any, /) -> int: ...

# Not a type that names itself, into which mypy fits a list of anything.
Nested: TypeAlias = Row[N_co] | Row[Row[N_co]] | Row[Row[Row[N_co]]] | Row[Row[Row[Row[N_co]]]]

@type_check_only
class Container(Protocol):
    """A container that knows ufuncs, as Series, DataArray and Dask's array; no ndarray, whose method is a literal."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, /, *inputs: Any, **options: Any) -> Any: ...

@type_check_only
class HoldsArray(Protocol):
    """Whatever NumPy makes an array of real numbers from."""

    def __array__(self) -> Array[Any, Real]: ...

@type_check_only
class Tensor(Protocol):
    """torch's, of which every result is one again."""

    @property
    def requires_grad(self) -> bool: ...
    def cpu(self) -> Any: ...

X = TypeVar("X", bound=Tensor)

Numbers: TypeAlias = Number | HoldsArray | Nested[Number | HoldsArray]
ArrayLike: TypeAlias = Numbers | Container
Mask: TypeAlias = Bool | Array[Any, np.bool_] | Nested[bool] | Container

C = TypeVar("C", bound=Container)

# What a label may be beside logits of whatever float type: any bool or integer.
Labels: TypeAlias = float | Integer | Array[Any, Integer] | Nested[int]
# What any other second argument may be: Python's numbers.
PythonNumber: TypeAlias = float

# Buffers

Buffer: TypeAlias = Array[Any, np.inexact[Any]] | Container
A = TypeVar("A", bound=Buffer)
B = TypeVar("B", bound=Buffer)
FloatType: TypeAlias = type[F] | np.dtype[F]

@type_check_only
class Options(TypedDict, total=False):
    """Keywords that do not change the type of a result."""

    where: Mask
    casting: Literal["no", "equiv", "safe", "same_kind", "unsafe"]
    order: Literal["K", "A", "C", "F"] | None
    subok: bool
    signature: str | tuple[npt.DTypeLike | None, ...]

@type_check_only
class Kept(Options, total=False):
    """No dtype, so that the inputs tell that of the result."""

    dtype: None

@type_check_only
class Cast(Options, total=False):
    """Any dtype, where a buffer is the result, or where nothing tells what it is."""

    dtype: npt.DTypeLike | None

# Losses

Summed: TypeAlias = Literal["mean", "sum", "weighted_mean"]  # all reductions but "none"
Unshaped: TypeAlias = Nested[float] | HoldsArray | Container  # what a loss reads, but for arrays of floats and scalars
Factor: TypeAlias = ArrayLike | None
Where: TypeAlias = Mask | None
DType: TypeAlias = npt.DTypeLike | None
Out: TypeAlias = Buffer | None

# Ufuncs by arity

Beside = TypeVar("Beside")  # what may stand beside a float array, whose type is kept: Labels or PythonNumber
NIn = TypeVar("NIn", bound=int)
NOut = TypeVar("NOut", bound=int)

@type_check_only
class Ufunc(np.ufunc, Generic[NIn, NOut]):  # type: ignore[misc]  # NumPy's stubs declare it final
    @property
    def nin(self) -> NIn: ...
    @property
    def nout(self) -> NOut: ...

@type_check_only
class OneToOne(Ufunc[Literal[1], Literal[1]]):  # type: ignore[misc]
    @overload
    def __call__(self, x: ArrayLike, /, out: A | tuple[A], **options: Unpack[Cast]) -> A: ...
    @overload
    def __call__(
        self, x: Array[S, Real], /, out: None = None, *, dtype: FloatType[F], **options: Unpack[Options]
    ) -> Array[S, F]: ...
    @overload
    def __call__(self, x: Number, /, out: None = None, *, dtype: FloatType[F], **options: Unpack[Options]) -> F: ...
    @overload
    def __call__(self, x: T, /, out: None = None, **options: Unpack[Kept]) -> T: ...
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, x: Array[S, Small], /, out: None = None, **options: Unpack[Kept]
    ) -> Array[S, np.float32]: ...
    @overload
    def __call__(self, x: Array[S, Integer], /, out: None = None, **options: Unpack[Kept]) -> Array[S, np.float64]: ...
    @overload
    def __call__(self, x: F, /, out: None = None, **options: Unpack[Kept]) -> F: ...
    @overload
    def __call__(self, x: bool | Small, /, out: None = None, **options: Unpack[Kept]) -> np.float32: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, x: float | Integer, /, out: None = None, **options: Unpack[Kept]) -> np.float64: ...
    @overload
    def __call__(self, x: Nested[bool], /, out: None = None, **options: Unpack[Kept]) -> npt.NDArray[np.float32]: ...
    @overload
    def __call__(self, x: Nested[float], /, out: None = None, **options: Unpack[Kept]) -> npt.NDArray[np.float64]: ...
    @overload
    def __call__(self, x: C, /, out: None = None, **options: Unpack[Kept]) -> C: ...
    @overload
    def __call__(self, x: ArrayLike, /, out: EllipsisType | None = None, **options: Unpack[Cast]) -> Any: ...

@type_check_only
class OneToTwo(Ufunc[Literal[1], Literal[2]]):  # type: ignore[misc]
    @overload
    def __call__(self, x: ArrayLike, out1: A, out2: B, /, **options: Unpack[Cast]) -> tuple[A, B]: ...
    @overload
    def __call__(self, x: ArrayLike, /, *, out: tuple[A, B], **options: Unpack[Cast]) -> tuple[A, B]: ...
    @overload
    def __call__(
        self, x: Array[S, Real], /, out: None = None, *, dtype: FloatType[F], **options: Unpack[Options]
    ) -> tuple[Array[S, F], Array[S, F]]: ...
    @overload
    def __call__(
        self, x: Number, /, out: None = None, *, dtype: FloatType[F], **options: Unpack[Options]
    ) -> tuple[F, F]: ...
    @overload
    def __call__(self, x: T, /, out: None = None, **options: Unpack[Kept]) -> tuple[T, T]: ...
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, x: Array[S, Small], /, out: None = None, **options: Unpack[Kept]
    ) -> tuple[Array[S, np.float32], Array[S, np.float32]]: ...
    @overload
    def __call__(
        self, x: Array[S, Integer], /, out: None = None, **options: Unpack[Kept]
    ) -> tuple[Array[S, np.float64], Array[S, np.float64]]: ...
    @overload
    def __call__(self, x: F, /, out: None = None, **options: Unpack[Kept]) -> tuple[F, F]: ...
    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, x: bool | Small, /, out: None = None, **options: Unpack[Kept]
    ) -> tuple[np.float32, np.float32]: ...
    @overload
    def __call__(
        self, x: float | Integer, /, out: None = None, **options: Unpack[Kept]
    ) -> tuple[np.float64, np.float64]: ...
    @overload
    def __call__(
        self, x: Nested[bool], /, out: None = None, **options: Unpack[Kept]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]: ...
    @overload
    def __call__(
        self, x: Nested[float], /, out: None = None, **options: Unpack[Kept]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]: ...
    @overload
    def __call__(self, x: C, /, out: None = None, **options: Unpack[Kept]) -> tuple[C, C]: ...
    @overload
    def __call__(
        self, x: ArrayLike, /, out: EllipsisType | None = None, **options: Unpack[Cast]
    ) -> tuple[Any, Any]: ...

@type_check_only
class TwoToOne(Ufunc[Literal[2], Literal[1]], Generic[Beside]):  # type: ignore[misc]
    @overload
    def __call__(self, a: ArrayLike, b: ArrayLike, /, out: A | tuple[A], **options: Unpack[Cast]) -> A: ...
    @overload
    def __call__(
        self, a: Number, b: Number, /, out: None = None, *, dtype: FloatType[F], **options: Unpack[Options]
    ) -> F: ...
    @overload
    def __call__(
        self,
        a: Array[S, Real],
        b: Array[S, Real] | Number,
        /,
        out: None = None,
        *,
        dtype: FloatType[F],
        **options: Unpack[Options],
    ) -> Array[S, F]: ...
    @overload
    def __call__(self, a: T, b: T, /, out: None = None, **options: Unpack[Kept]) -> T: ...
    @overload
    def __call__(self, a: T, b: Beside, /, out: None = None, **options: Unpack[Kept]) -> T: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, a: float, b: T, /, out: None = None, **options: Unpack[Kept]) -> T: ...
    @overload
    def __call__(self, a: F, b: F, /, out: None = None, **options: Unpack[Kept]) -> F: ...
    @overload
    def __call__(self, a: bool, b: bool, /, out: None = None, **options: Unpack[Kept]) -> np.float32: ...
    @overload
    def __call__(self, a: float, b: float, /, out: None = None, **options: Unpack[Kept]) -> np.float64: ...
    @overload
    def __call__(self, a: F, b: float, /, out: None = None, **options: Unpack[Kept]) -> F: ...
    @overload
    def __call__(self, a: float, b: F, /, out: None = None, **options: Unpack[Kept]) -> F: ...
    @overload
    def __call__(self, a: C, b: ArrayLike, /, out: None = None, **options: Unpack[Kept]) -> C: ...
    @overload
    def __call__(self, a: ArrayLike, b: C, /, out: None = None, **options: Unpack[Kept]) -> C: ...
    @overload
    def __call__(
        self, a: ArrayLike, b: ArrayLike, /, out: EllipsisType | None = None, **options: Unpack[Cast]
    ) -> Any: ...

@type_check_only
class TwoToTwo(Ufunc[Literal[2], Literal[2]], Generic[Beside]):  # type: ignore[misc]
    @overload
    def __call__(self, a: ArrayLike, b: ArrayLike, out1: A, out2: B, /, **options: Unpack[Cast]) -> tuple[A, B]: ...
    @overload
    def __call__(self, a: ArrayLike, b: ArrayLike, /, *, out: tuple[A, B], **options: Unpack[Cast]) -> tuple[A, B]: ...
    @overload
    def __call__(
        self, a: Number, b: Number, /, out: None = None, *, dtype: FloatType[F], **options: Unpack[Options]
    ) -> tuple[F, F]: ...
    @overload
    def __call__(
        self,
        a: Array[S, Real],
        b: Array[S, Real] | Number,
        /,
        out: None = None,
        *,
        dtype: FloatType[F],
        **options: Unpack[Options],
    ) -> tuple[Array[S, F], Array[S, F]]: ...
    @overload
    def __call__(self, a: T, b: T, /, out: None = None, **options: Unpack[Kept]) -> tuple[T, T]: ...
    @overload
    def __call__(self, a: T, b: Beside, /, out: None = None, **options: Unpack[Kept]) -> tuple[T, T]: ...  # type: ignore[overload-overlap]
    @overload
    def __call__(self, a: float, b: T, /, out: None = None, **options: Unpack[Kept]) -> tuple[T, T]: ...
    @overload
    def __call__(self, a: F, b: F, /, out: None = None, **options: Unpack[Kept]) -> tuple[F, F]: ...
    @overload
    def __call__(
        self, a: bool, b: bool, /, out: None = None, **options: Unpack[Kept]
    ) -> tuple[np.float32, np.float32]: ...
    @overload
    def __call__(
        self, a: float, b: float, /, out: None = None, **options: Unpack[Kept]
    ) -> tuple[np.float64, np.float64]: ...
    @overload
    def __call__(self, a: F, b: float, /, out: None = None, **options: Unpack[Kept]) -> tuple[F, F]: ...
    @overload
    def __call__(self, a: float, b: F, /, out: None = None, **options: Unpack[Kept]) -> tuple[F, F]: ...
    @overload
    def __call__(self, a: C, b: ArrayLike, /, out: None = None, **options: Unpack[Kept]) -> tuple[C, C]: ...
    @overload
    def __call__(self, a: ArrayLike, b: C, /, out: None = None, **options: Unpack[Kept]) -> tuple[C, C]: ...
    @overload
    def __call__(
        self, a: ArrayLike, b: ArrayLike, /, out: EllipsisType | None = None, **options: Unpack[Cast]
    ) -> tuple[Any, Any]: ...
