"""One call as data: the bytes its arrays lie in, how each lies there, the function, its arguments, the threads."""

import base64
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ml_dtypes
import numpy as np

import pysigmoid
from pysigmoid import functional as F

Array = np.ndarray[Any, np.dtype[Any]]
Memories = dict[str, Array]

BFLOAT16 = np.dtype(ml_dtypes.bfloat16).name  # known to NumPy by its name as soon as ml_dtypes is imported
ROOTS = {"pysigmoid": pysigmoid, "F": F}
WRITTEN = ("out", "grad_out", "hess_out")


@dataclass(frozen=True)
class View:
    """An array as a part of a memory; `mask` names the view that masks it."""

    memory: str
    dtype: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    mask: str | None = None

    def of(self, memories: Memories) -> Array:
        return np.ndarray(self.shape, self.dtype, memories[self.memory], self.offset, self.strides)

    def bytes_of(self, memories: Memories) -> Array:
        """The bytes of its elements, on an axis of their own."""
        size = np.dtype(self.dtype).itemsize
        return np.ndarray((*self.shape, size), np.uint8, memories[self.memory], self.offset, (*self.strides, 1))

    def text(self) -> str:
        return f"np.ndarray({self.shape}, {self.dtype!r}, {self.memory}, {self.offset}, {self.strides})"


@dataclass(frozen=True)
class Operand:
    """An argument that is a view, by its name."""

    name: str


@dataclass(frozen=True)
class Case:
    function: str
    arguments: tuple[Any, ...]  # operands, tuples of them, or literals
    options: dict[str, Any]
    views: dict[str, View]
    memories: Memories
    threads: int

    def written(self) -> list[str]:
        """The names of the views that are written to, in the order of the results."""
        buffers = [self.options[name] for name in WRITTEN if name in self.options]
        if self.is_at():
            buffers = [self.arguments[0]]
        return [operand.name for operand in operands_of(buffers)]

    def is_at(self) -> bool:
        """Whether it changes its first argument and returns nothing."""
        return self.function.endswith(".at")

    def called(self) -> Callable[..., Any]:
        root, *path = self.function.split(".")
        return reduce(getattr, path, ROOTS[root])

    def call(self, arrays: dict[str, Array], threads: int) -> Any:
        arguments = [_filled(argument, arrays) for argument in self.arguments]
        options = {name: _filled(option, arrays) for name, option in self.options.items()}
        with pysigmoid.num_threads(threads), np.errstate(all="ignore"):
            return self.called()(*arguments, **options)

    def laid_out(self, memories: Memories) -> dict[str, Array]:
        """Its arrays as they lie in these memories."""
        plain = {name: view.of(memories) for name, view in self.views.items()}
        return {name: self._masked(name, plain) for name in plain}

    def plain(self) -> dict[str, Array]:
        """Copies, each contiguous, aligned, in native byte order, and alone in its memory."""
        views = {name: view.of(self.memories) for name, view in self.views.items()}
        copies = {name: np.array(view, view.dtype.newbyteorder("="), order="C") for name, view in views.items()}
        return {name: self._masked(name, copies) for name in copies}

    def _masked(self, name: str, arrays: dict[str, Array]) -> Array:
        mask = self.views[name].mask
        return arrays[name] if mask is None else np.ma.masked_array(arrays[name], mask=arrays[mask])

    def snippet(self) -> str:
        """A program that makes the call as it was made, and the same of plain copies on one thread."""
        arrays = [f"{name} = {view.text()}" for name, view in self.views.items()]
        copies = [f"{name}_copy = np.array({name}, {name}.dtype.newbyteorder('='), order='C')" for name in self.views]
        masked = [
            f"{name}{end} = np.ma.masked_array({name}{end}, mask={view.mask}{end})"
            for end in ("", "_copy")
            for name, view in self.views.items()
            if view.mask is not None
        ]
        return "\n".join(
            [
                "import base64, zlib",
                "import ml_dtypes, numpy as np, pysigmoid",
                "from pysigmoid import functional as F",
                "nan, inf = np.nan, np.inf",
                *(f"{name} = {_memory_text(memory)}" for name, memory in self.memories.items()),
                *arrays,
                *copies,
                *masked,
                "np.seterr(all='ignore')",
                self._call_text("_copy", 1),
                self._call_text("", self.threads),
            ]
        )

    def _call_text(self, end: str, threads: int) -> str:
        arguments = [_text(argument, end) for argument in self.arguments]
        arguments += [f"{name}={_text(option, end)}" for name, option in self.options.items()]
        call = f"{self.function}({', '.join(arguments)})"
        shown = ", ".join([f"repr({call})", *(f"repr({name}{end})" for name in self.written())])
        return f"with pysigmoid.num_threads({threads}):\n    print({shown}, sep='\\n')"


def operands_of(argument: Any) -> Iterator[Operand]:
    if isinstance(argument, Operand):
        yield argument
    elif isinstance(argument, (tuple, list)):
        for part in argument:
            yield from operands_of(part)


def _filled(argument: Any, arrays: dict[str, Array]) -> Any:
    if isinstance(argument, Operand):
        return arrays[argument.name]
    return tuple(_filled(part, arrays) for part in argument) if isinstance(argument, tuple) else argument


def _text(argument: Any, end: str) -> str:
    if isinstance(argument, Operand):
        return argument.name + end
    if isinstance(argument, tuple):
        return f"({''.join(_text(part, end) + ', ' for part in argument)})"
    return repr(argument)


def _memory_text(memory: Array) -> str:
    packed = base64.b85encode(zlib.compress(memory.tobytes(), 9)).decode()
    return f'bytearray(zlib.decompress(base64.b85decode("{packed}")))'
