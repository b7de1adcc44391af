"""How arrays lie in memory: strides, gaps, shifts, byte order, and one array within the bytes of another."""

import math
import random
from dataclasses import replace

import numpy as np

from fuzz.cases import BFLOAT16, Memories, View

BESIDE = 48  # bytes round an array, so that another may be shifted against it
MOST_BYTES = 1 << 22


def reach(shape: tuple[int, ...], strides: tuple[int, ...], size: int) -> tuple[int, int]:
    """The first byte of an array and the one past the last, counted from its first element."""
    if 0 in shape:
        return 0, 0
    steps = [stride * (length - 1) for stride, length in zip(strides, shape, strict=True)]
    return sum(min(0, step) for step in steps), sum(max(0, step) for step in steps) + size


def contiguous(shape: tuple[int, ...], size: int) -> tuple[int, ...]:
    return tuple(size * math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


class Layouts:
    """Draws layouts; collects the memories of one case."""

    def __init__(self, random: random.Random) -> None:
        self.random = random
        self.memories: Memories = {}
        self.views: dict[str, View] = {}

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def new(self, shape: tuple[int, ...], dtype: np.dtype, *, repeats: bool = True) -> View:
        """A view of a memory of its own; with `repeats` some of its elements may be one."""
        size = dtype.itemsize
        strides = self.strides(shape, size, repeats)
        low, high = reach(shape, strides, size)
        if high - low > MOST_BYTES:
            strides = contiguous(shape, size)
            low, high = reach(shape, strides, size)
        shift = self.random.choice((0, 0, 0, size, 1, 7))
        memory = f"memory_{len(self.memories)}"
        self.memories[memory] = np.zeros(high - low + shift + 2 * BESIDE, np.uint8)
        return View(memory, self.named(dtype), shape, strides, BESIDE + shift - low)

    def named(self, dtype: np.dtype) -> str:
        """In either byte order; bfloat16 has one only."""
        if dtype.name == BFLOAT16:
            return dtype.name
        return (dtype.newbyteorder() if self.chance(0.15) else dtype).str

    def strides(self, shape: tuple[int, ...], size: int, repeats: bool) -> tuple[int, ...]:
        if self.chance(0.3):
            return contiguous(shape, size)
        if self.chance(0.05):
            return self.overlapping_strides(shape, size)
        strides, step = [0] * len(shape), self.step(size)
        for axis in self.random.sample(range(len(shape)), len(shape)):
            if repeats and self.chance(0.1):
                continue
            strides[axis] = step * self.random.choice((1, 1, 1, -1))
            step *= max(1, shape[axis]) * self.random.choice((1, 1, 1, 2))
            step += self.random.choice((0, 0, size))
        return tuple(strides)

    def step(self, size: int) -> int:
        """From one element to the next: side by side, with gaps, or as a field of a structure."""
        return self.random.choice((size, size, size, 2 * size, 3 * size, size + 1, size + 4, 5 * size + 3))

    def overlapping_strides(self, shape: tuple[int, ...], size: int) -> tuple[int, ...]:
        """Elements share bytes with one another."""
        steps = (0, size, size, -size, 2 * size, size // 2, 1)
        return tuple(self.random.choice(steps) for _ in shape)

    def among(self, view: View, shape: tuple[int, ...], dtype: np.dtype) -> View | None:
        """Another view of the same memory, if one fits."""
        size, order = dtype.itemsize, view.dtype
        if view.shape == shape and np.dtype(view.dtype).newbyteorder("=") == dtype and self.chance(0.8):
            return self.fitting(self.moved(view))
        if np.dtype(order).newbyteorder("=") != dtype:
            order = self.named(dtype)
        strides = self.strides(shape, size, False)
        low, high = reach(shape, strides, size)
        room = self.memories[view.memory].size - (high - low)
        return None if room < 0 else View(view.memory, order, shape, strides, self.random.randint(0, room) - low)

    def moved(self, view: View) -> View:
        """The same, shifted by elements or bytes, or reversed."""
        size = np.dtype(view.dtype).itemsize
        if self.chance(0.4):
            return view
        if self.chance(0.5):
            return replace(
                view, offset=view.offset + self.random.choice((-2, -1, 1, 2)) * self.random.choice((size, 1))
            )
        low, high = reach(view.shape, view.strides, size)
        backwards = tuple(-stride for stride in view.strides)
        return replace(view, strides=backwards, offset=view.offset + low + high - size)

    def fitting(self, view: View) -> View | None:
        low, high = reach(view.shape, view.strides, np.dtype(view.dtype).itemsize)
        return view if view.offset + low >= 0 and view.offset + high <= self.memories[view.memory].size else None
