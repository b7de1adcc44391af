"""Every input of every kernel under emulation: hours, piece by piece. emulated.json has what is done.

An entry says which program ran, on how many blocks of inputs counted from the first, and the hash of their outputs. A
run that was stopped goes on after its last piece; another program (other kernels, another compiler) starts anew. Each
piece is compared with the same piece computed natively.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from proof.hashes import DTYPES, blocks_of
from proof.sweeps import processors, sweep
from pysigmoid import _core
from pysigmoid._command.progress import Progress

EMULATED = Path(__file__).with_name("emulated.json")
ROWS = {row["name"]: row for row in _core.functions}
PIECE = 512  # blocks: 34 million inputs, some seconds


class Done(NamedTuple):
    """The program that ran, the blocks it ran on, and the hash of their outputs."""

    program: str
    blocks: int = 0
    hash: str = f"{0:016x}"

    def and_piece(self, end: int, hash_of_piece: str) -> Done:
        total = (int(self.hash, 16) + int(hash_of_piece, 16)) % (1 << 64)
        return self._replace(blocks=end, hash=f"{total:016x}")


def recorded(path: Path = EMULATED) -> dict[tuple[str, str], Done]:
    rows = json.loads(path.read_text()) if path.exists() else {}
    return {(name, dtype): Done(**done) for name, row in rows.items() for dtype, done in row.items()}


def record(table: dict[tuple[str, str], Done], path: Path) -> None:
    rows = {name: {d: table[name, d]._asdict() for d in DTYPES if (name, d) in table} for name in ROWS}
    path.write_text(json.dumps({name: row for name, row in rows.items() if row}, indent=1) + "\n")


def complete(name: str) -> bool:
    """Whether every input of a function has been tried, in every dtype."""
    table = recorded()
    return all((name, dtype) in table and table[name, dtype].blocks == blocks_of(name, dtype) for dtype in DTYPES)


def prove(native: list[str], runner: list[str], isa: str, names: Iterable[str], path: Path = EMULATED) -> list[str]:
    """Go on with these functions; what differs from the native kernels."""
    program = hashlib.sha256(Path(runner[-1]).read_bytes()).hexdigest()[:16]
    wrong = []
    for key in ((name, dtype) for name in names for dtype in DTYPES):
        table = recorded(path)
        done = table.get(key, Done(program))
        if done.program != program:
            done = Done(program)
        wrong += go_on(native, runner, isa, key, done, path)
    return wrong


def go_on(native: list[str], runner: list[str], isa: str, key: tuple[str, str], done: Done, path: Path) -> list[str]:
    """The pieces of one function and dtype that are left, each recorded when it is done."""
    blocks = blocks_of(*key)
    pieces = [(begin, min(begin + PIECE, blocks)) for begin in range(done.blocks, blocks, PIECE)]

    def hashes(piece: tuple[int, int]) -> list[str]:
        words = [*key, "1", *map(str, piece)]
        return sweep([*runner, "hash", isa, *words]) + sweep([*native, "hash", _core.isa, *words])

    title = f"{isa} {' '.join(key)}"
    with (
        ThreadPoolExecutor(processors()) as pool,
        Progress(blocks, "block", title, done.blocks) as progress,
    ):
        for (begin, end), (emulated, here) in zip(pieces, pool.map(hashes, pieces), strict=True):
            if emulated != here:
                return [f"{title}: an output in blocks {begin} to {end} differs from {_core.isa}"]
            done = done.and_piece(end, emulated)
            record({**recorded(path), key: done}, path)
            progress.update(end - begin)
    return []
