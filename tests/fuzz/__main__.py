"""python -m tests.fuzz --seconds 60 --seed 1 --isa avx2; python -m tests.fuzz --case 1:234 for one case again."""

import argparse
import mmap
import os
import signal
import struct
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

SLOWEST = 600  # seconds that a case may take on a busy machine; the largest takes 3 alone


def main(arguments: list[str] | None = None) -> int:
    options = read_options(arguments)
    if options.isa:
        os.environ["PYSIGMOID_ISA"] = options.isa
    sys.path[:0] = [str(Path(__file__).parent.parent)]
    place = mmap.mmap(-1, 8)  # shared with the child: the number of the case that runs
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            status = run_cases(options, place)
        except BaseException:
            print(f"case {options.seed}:{number_of(place)}", traceback.format_exc(), sep="\n")
            status = 1
        sys.stdout.flush()
        os._exit(status)
    return watch(child, place, options.seed)


def read_options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, help="how long; until --cases by default")
    parser.add_argument("--cases", type=int, default=10**9)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--case", help="seed:number of a single case, as a failure prints it")
    parser.add_argument("--isa", help="instruction set, as PYSIGMOID_ISA")
    parser.add_argument("--failures", type=int, default=1, help="stop after so many")
    options = parser.parse_args(arguments)
    if options.case:
        options.seed, options.first = map(int, options.case.split(":"))
        options.cases = 1
    return options


def number_of(place: mmap.mmap) -> int:
    return int(struct.unpack("q", place[:])[0])


def numbers(options: argparse.Namespace) -> Iterator[int]:
    """Until the time is over or the cases are, with progress: how many cases a time will hold shows as they pass."""
    from pysigmoid._command.progress import Progress

    begin = time.monotonic()
    with Progress(options.cases, "case", f"fuzz, seed {options.seed}") as progress:
        for done in range(options.cases):
            passed = (time.monotonic() - begin) / options.seconds if options.seconds else 0
            if passed > 1:
                return
            if passed:
                progress.expect(max(done, int(done / passed)))
            yield options.first + done
            progress.update()


def run_cases(options: argparse.Namespace, place: mmap.mmap) -> int:
    """Runs cases until the time is over; the exit status."""
    from fuzz import draw, run
    from pysigmoid import _core

    count = failures = total = 0
    for number in numbers(options):
        place[:] = struct.pack("q", number)
        case = draw.draw((options.seed, number))
        total = (total + run.digest(case)) & 0xFFFFFFFF if number < options.first + 1000 else total
        wrong = run.differences(case)
        count += 1
        if wrong:
            report(options.seed, number, wrong, case.snippet())
            failures += 1
            if failures == options.failures:
                break
    print(f"{count} cases of seed {options.seed} on {_core.isa}: {failures} failed; digest of the first {total:08x}")
    return int(failures > 0)


def report(seed: int, number: int, wrong: list[str], snippet: str) -> None:
    print(f"\n---- case {seed}:{number} (python -m tests.fuzz --case {seed}:{number}) ----")
    print(*(f"# {line}" for line in wrong), snippet, "", sep="\n", flush=True)


def watch(child: int, place: mmap.mmap, seed: int) -> int:
    """Waits for the cases; a case that kills the process or does not end is a failure that is reported like others."""
    last, since, death = -1, time.monotonic(), ""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        number = number_of(place)
        if ended:
            break
        if number != last:
            last, since = number, time.monotonic()
        elif time.monotonic() - since > SLOWEST:
            death = f"the case did not end within {SLOWEST} s"
            os.kill(child, signal.SIGKILL)
        time.sleep(0.02)
    if os.WIFEXITED(status):
        return os.WEXITSTATUS(status)
    from fuzz.draw import draw

    death = death or f"the process died of {signal.Signals(os.WTERMSIG(status)).name}"
    report(seed, number, [death], draw((seed, number)).snippet())
    return 1


if __name__ == "__main__":
    sys.exit(main())
