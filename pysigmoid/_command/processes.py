"""The processes of selftest: one for each instruction set and part of the functions, as many at a time as CPUs."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

from pysigmoid import threads

PROCESSES = "processes"  # what a failure of one is called
SECONDS = 1800  # for one of them: who needs longer hangs
PAUSE = 0.02

Found = list[dict[str, Any]]


class Job(NamedTuple):
    isa: str
    extent: str
    part: int
    parts: int


@dataclass
class Running:
    job: Job
    output: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    errors: IO[bytes] = field(default_factory=tempfile.TemporaryFile)
    deadline: float = field(default_factory=lambda: time.monotonic() + SECONDS)

    def __post_init__(self) -> None:
        """Of this very package, wherever it was imported from."""
        paths = [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = os.environ | {"PYSIGMOID_ISA": self.job.isa, "PYTHONPATH": os.pathsep.join(paths)}
        words = (self.job.extent, str(self.job.part), str(self.job.parts))
        command = [sys.executable, "-P", "-m", "pysigmoid._command.worker", *words]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.errors
        )

    def has_ended(self) -> bool:
        if self.process.poll() is None and time.monotonic() > self.deadline:
            self.kill()
        return self.process.returncode is not None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def abandon(self) -> None:
        with self.output, self.errors:
            self.kill()

    def found(self) -> Found:
        """What it says; that it crashed, or hung, is a failure as well."""
        with self.output, self.errors:
            self.output.seek(0)
            self.errors.seek(0)
            if self.process.returncode == 0:
                return list(json.loads(self.output.read()))
            last = self.errors.read().decode(errors="replace").strip().splitlines()[-1:]
        failure = {
            "what": f"part {self.job.part + 1} of the checks",
            "input": [],
            "got": ": ".join([f"exit {self.process.returncode}", *last]),
            "want": "exit 0",
        }
        return [{"check": PROCESSES, "isa": self.job.isa, "inputs": 0, "wrong": 1, "failures": [failure]}]


def outcomes(jobs: list[Job]) -> Iterator[Found]:
    running: list[Running] = []
    waiting = list(jobs)
    with interrupts_that_wait() as stop_if_interrupted:
        try:
            while waiting or running:
                stop_if_interrupted()
                if waiting and len(running) < threads._cpus_allowed():
                    running.append(Running(waiting.pop(0)))
                    continue
                for each in [each for each in running if each.has_ended()]:
                    running.remove(each)
                    yield each.found()
                time.sleep(PAUSE)
        finally:
            for each in running:
                each.abandon()


@contextmanager
def interrupts_that_wait() -> Iterator[Any]:
    """Ctrl-C takes effect where what this yields is called: in the midst of a start, a process would be left behind."""
    arrived: list[int] = []

    def stop_if_interrupted() -> None:
        if arrived:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield stop_if_interrupted
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: arrived.append(number))
    try:
        yield stop_if_interrupted
    finally:
        signal.signal(signal.SIGINT, before)
