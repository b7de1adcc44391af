"""Runs cases: each against plain copies on one thread, bit by bit, and against the reference."""

import itertools
import re
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from fuzz import reference
from fuzz.cases import Array, Case, Memories, Operand, View
from fuzz.draw import BUFFERS
from ulp import widened

NAMED_BY_CODE = re.compile("[<>]([a-z][0-9]+)")  # as NumPy names a dtype of the other byte order
KNOWN_ERRORS = (TypeError, ValueError, IndexError)


@dataclass(frozen=True)
class Outcome:
    results: tuple[Any, ...] = ()
    error: Exception | None = None


def call(case: Case, arrays: dict[str, Array], threads: int) -> Outcome:
    try:
        returned = case.call(arrays, threads)
    except Exception as error:
        return Outcome(error=error)
    if case.is_at():
        returned = arrays[case.arguments[0].name]
    return Outcome(returned if isinstance(returned, tuple) else (returned,))


def differences(case: Case) -> list[str]:
    """What is wrong with a case, in words."""
    memories = {name: memory.copy() for name, memory in case.memories.items()}
    arrays, plain = case.laid_out(memories), case.plain()
    got, want = call(case, arrays, case.threads), call(case, plain, 1)
    if buffers_meet(case):
        return of_buffers_that_meet(case, got, memories)
    if got.error is not None or want.error is not None:
        return of_errors(case, got, want, memories)
    wrong = of_memories(case, memories, want) + of_results(case, arrays, got, want)
    return wrong + reference.violations(case, case.plain(), tuple(map(np.asarray, want.results)))


def digest(case: Case) -> int:
    """Of the results of plain copies: the same on every instruction set."""
    outcome = call(case, case.plain(), 1)
    if outcome.error is not None:
        return zlib.crc32(repr(outcome.error).encode())
    numbers = [widened(np.ravel(result)[:100]) for result in outcome.results]
    return zlib.crc32(repr([np.where(np.isnan(part), np.nan, part).tolist() for part in numbers]).encode())


def buffers_meet(case: Case) -> bool:
    """Whether two of the results are written to common bytes."""
    places = [case.views[name].bytes_of(case.memories) for name in case.written()]
    return any(np.shares_memory(*pair, max_work=10**5) for pair in itertools.combinations(places, 2))


def of_buffers_that_meet(case: Case, got: Outcome, memories: Memories) -> list[str]:
    """The losses refuse it. A ufunc writes both, in an order that NumPy chooses."""
    if got.error is None:
        return ["buffers share memory, and no error said so"] if case.function.startswith("F.") else []
    return unchanged(case, memories)


def of_errors(case: Case, got: Outcome, want: Outcome, memories: Memories) -> list[str]:
    """The same error, and nothing was written."""
    one, other = (NAMED_BY_CODE.sub(dtype_name, repr(outcome.error)) for outcome in (got, want))
    if one != other:
        return [f"raises {one}, and of plain copies {other}"]
    known = isinstance(got.error, KNOWN_ERRORS)
    return ([] if known else [f"raises {one}"]) + unchanged(case, memories)


def dtype_name(code: re.Match[str]) -> str:
    return np.dtype(code[1]).name


def unchanged(case: Case, memories: Memories) -> list[str]:
    touched = [name for name in memories if not np.array_equal(memories[name], case.memories[name])]
    return [f"raised an error and wrote to {name}" for name in touched]


def of_memories(case: Case, memories: Memories, want: Outcome) -> list[str]:
    """What is written holds the results of plain copies; what lies beside it is as it was."""
    wrong, expected = [], {name: memory.copy() for name, memory in case.memories.items()}
    beside = {name: np.ones(memory.size, bool) for name, memory in memories.items()}
    for name, result in zip(case.written(), written_results(case, want), strict=True):
        view = case.views[name]
        with np.errstate(all="ignore"):
            view.of(expected)[...] = result
        view.bytes_of({key: part.view(np.uint8) for key, part in beside.items()})[...] = 0
        if not same(view.of(memories), view.of(expected)) and not holds_some(view, memories, result):
            wrong.append(f"{name}: {first_difference(view.of(memories), view.of(expected))}")
    for name, memory in memories.items():
        if np.any((memory != case.memories[name]) & beside[name]):
            wrong.append(f"bytes of {name} beside the results changed")
    return wrong


def holds_some(view: View, memories: Memories, result: Any) -> bool:
    """Whether elements that are one in memory hold the result of one of them, which is all that NumPy promises."""
    places = np.sum([axis * step for axis, step in zip(np.indices(view.shape), view.strides, strict=True)], axis=0)
    distinct, which = np.unique(places, return_inverse=True)
    if np.any(np.diff(distinct) < np.dtype(view.dtype).itemsize):
        return True  # elements that share some of their bytes hold no number
    found = np.zeros(len(distinct), bool)
    np.logical_or.at(found, which.ravel(), np.ravel(same_elements(view.of(memories), np.asarray(result))))
    return bool(np.all(found))


def written_results(case: Case, want: Outcome) -> list[Any]:
    """The results that buffers were given for."""
    names = case.written()
    return [result for result, name in zip(want.results, result_names(case), strict=False) if name in names]


def result_names(case: Case) -> tuple[str, ...]:
    """The name of the buffer that each result belongs to, whether it was given or not."""
    if case.is_at():
        return (case.arguments[0].name,)
    if case.function.startswith("F."):
        return next(names for end, names in reversed(BUFFERS.items()) if case.function.endswith(end))
    out = case.options.get("out")
    return ("out",) if isinstance(out, Operand) else ("first", "second")


def of_results(case: Case, arrays: dict[str, Array], got: Outcome, want: Outcome) -> list[str]:
    """New results have the bits of plain copies; the others are the buffers."""
    wrong, written = [], case.written()
    for name, one, other in zip(result_names(case), got.results, want.results, strict=False):
        if name in written:
            wrong += [] if one is arrays[name] else [f"the result is not the buffer {name}"]
        elif np.asarray(one).dtype != np.asarray(other).dtype or np.shape(one) != np.shape(other):
            wrong.append(f"a result is {one!r}, and of plain copies {other!r}")
        elif not same(np.asarray(one), np.asarray(other)):
            wrong.append(f"a result: {first_difference(np.asarray(one), np.asarray(other))}")
    return wrong


def same_elements(one: Array, other: Array) -> Any:
    with np.errstate(all="ignore"):
        return ((one == other) & (np.signbit(one) == np.signbit(other))) | (np.isnan(one) & np.isnan(other))


def same(one: Array, other: Array) -> bool:
    """Bit by bit, but for nan."""
    return bool(np.all(same_elements(one, other)))


def first_difference(got: Array, want: Array) -> str:
    other = ~np.asarray(same_elements(got, want))
    at = tuple(map(int, np.unravel_index(np.argmax(other), other.shape)))
    return f"{np.count_nonzero(other)} of {other.size} differ, first at {at}: {got[at]!r}, of plain copies {want[at]!r}"
