"""Progress of long work, on standard error: a bar on a terminal, plain lines in a pipe.

The bar is tqdm's where that is installed, and otherwise a line that is written over. A pipe, and a terminal where
colours are refused, gets a line now and then, and none where the work is over before.
"""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Self, TypeVar

T = TypeVar("T")

LINE_SECONDS = 10.0  # between plain lines
BAR_SECONDS = 0.1  # between two looks of the bar
BAR_WIDTH = 20


def progress(items: Iterable[T], total: int | None, unit: str, title: str = "") -> Iterator[T]:
    """The items, each counted when the next one is asked for."""
    with Progress(total, unit, title) as shown:
        for item in items:
            yield item
            shown.update()


class Progress:
    """So many units done of so many, their rate and the time that is left; without a total, what is known of it."""

    def __init__(self, total: float | None, unit: str, title: str = "", done: float = 0) -> None:
        self.total, self.unit, self.title = total, unit, title
        self.first = self.done = done
        self.note = ""
        self.begin = time.monotonic()
        self.bar = takes_a_bar()
        self.tqdm = tqdm_bar(total, unit, title, done) if self.bar else None
        self.next = self.begin + (BAR_SECONDS if self.bar else LINE_SECONDS)
        self.width = 0

    def update(self, steps: float = 1, note: str = "") -> None:
        self.done, self.note = self.done + steps, note
        if self.tqdm is not None:
            self.tqdm.set_postfix_str(note, refresh=False)
            self.tqdm.update(steps)
        elif time.monotonic() >= self.next:
            self.show()

    def expect(self, total: float) -> None:
        """Another total, as the work tells how much it will be."""
        self.total = total
        if self.tqdm is not None:
            self.tqdm.total = total

    def after(self, result: T) -> T:
        """The result of a step, which is counted."""
        self.update()
        return result

    def show(self) -> None:
        now = time.monotonic()
        self.next = now + (BAR_SECONDS if self.bar else LINE_SECONDS)
        text = self.text(now - self.begin)
        if not self.bar:
            print(text, file=sys.stderr, flush=True)
            return
        print(f"\r{text:{self.width}}", end="", file=sys.stderr, flush=True)
        self.width = len(text)

    def text(self, seconds: float) -> str:
        count = (
            f"{self.done:,.0f} {self.unit}s"
            if self.total is None
            else f"{self.done:,.0f} of {self.total:,.0f} {self.unit}s"
        )
        rate = (self.done - self.first) / max(seconds, 1e-9)
        parts = [f"{self.title}: {count}" if self.title else count, f"{rate:.3g} {self.unit}s/s"]
        if self.total is not None and rate > 0:
            parts.append(f"{clock((self.total - self.done) / rate)} left")
        if self.note:
            parts.append(self.note)
        return self.drawn() + ", ".join(parts)

    def drawn(self) -> str:
        if not self.bar or not self.total:
            return ""
        filled = min(BAR_WIDTH, int(BAR_WIDTH * self.done / self.total))
        return f"[{'#' * filled:{BAR_WIDTH}}] "

    def close(self) -> None:
        if self.tqdm is not None:
            self.tqdm.close()
        elif self.width:
            print(f"\r{'':{self.width}}\r", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def takes_a_bar() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def tqdm_bar(total: float | None, unit: str, title: str, done: float) -> Any:
    """None where tqdm is not installed."""
    try:
        tqdm: Any = import_module("tqdm")
    except ImportError:
        return None
    return tqdm.tqdm(total=total, unit=unit, desc=title or None, initial=done, leave=False)


def clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
