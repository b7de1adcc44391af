"""python -m proof.losses check [--long] | record [hashes | worst]: the fused losses over inputs too many for the tests.

check holds the kernels of every instruction set to the committed hashes, with a cross compiler and an emulator also
those of aarch64, and results to their bounds: float32 with hard labels at an eighth of all logits (--long: at all), ten
million random soft labels with pos_weight (--long: a hundred million), every float16 and bfloat16 with a grid of
labels, a million float64, the focal loss against 60 digits, means of ten million elements.

record writes losses.json anew: the hashes, from the portable kernels, and the worst errors, by the long check.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import gmpy2
import mpmath
import numpy as np

import oracle
import samples
from proof.build import build_emulated, build_loss_sweep
from proof.exact import REAL
from proof.sweeps import in_parallel
from pysigmoid import _core
from pysigmoid import functional as F
from pysigmoid._command.progress import progress
from pysigmoid._losses import FOCAL, GRAD_AND_HESS, LOGISTIC, NO_OPTIONS, VALUE_AND_GRAD, evaluate, focal_options
from ulp import FORMATS, error_in_ulp, errors_in_ulp, exact, precision, widened

RECORD = Path(__file__).with_name("losses.json")

HASHED = {"native": 64, "emulated": 4}  # blocks of 2^14 inputs
SOFT_BLOCKS, LONG_SOFT_BLOCKS = 611, 6104  # ten million, a hundred million
PIECES = 256

FLOAT64_SAMPLES = 1_000_000
EXTREME_SAMPLES = 20_000
MEAN_LENGTH = 10_000_000
SEED = 20250611


class Worst(NamedTuple):
    """An error, and the logit, label and pos_weight that reach it, in hexadecimal."""

    error: float
    at: list[str]


Table = dict[str, dict[str, Worst]]


# ---- hashes ----


def hashes(runner: list[str], isa: str, blocks: int) -> dict[str, str]:
    (lines,) = in_parallel([[*runner, "hash", isa, str(blocks)]], f"{isa}, losses, {blocks} blocks")
    return {" ".join(words[:2]): words[2] for words in map(str.split, lines)}


def check_hashes(runner: list[str], isa: str, where: str) -> list[str]:
    committed = recorded_hashes()[where]
    got = hashes(runner, isa, HASHED[where])
    return [f"{isa}: loss {name} differs from its hash" for name in committed if got.get(name) != committed[name]]


# ---- what the harness judges ----


def commands(soft_blocks: int) -> dict[str, list[list[str]]]:
    """The harness's words for each row of the table."""
    hard = list(pieces(*REAL))
    return {
        "float32, hard labels": [
            ["hard", _core.isa, *piece] for piece in hard[:: 1 if soft_blocks > SOFT_BLOCKS else 8]
        ],
        "float32, soft labels": [["soft", _core.isa, *piece] for piece in pieces(0, soft_blocks)],
        "float16": [["half", _core.isa, "float16"]],
        "bfloat16": [["half", _core.isa, "bfloat16"]],
    }


def pieces(begin: int, end: int) -> Iterator[tuple[str, str]]:
    length = -(-(end - begin) // PIECES)
    return ((str(first), str(min(first + length, end))) for first in range(begin, end, length))


def sweep(runner: list[str], title: str, words: list[list[str]]) -> tuple[list[str], dict[str, Worst]]:
    lines = [line for output in in_parallel([[*runner, *command] for command in words], title) for line in output]
    wrong = [f"{title}: {line}" for line in lines if line.startswith("wrong")]
    worst: dict[str, Worst] = {}
    for name, error, *at in (line.split()[1:] for line in lines if line.startswith("worst")):
        found = Worst(float(error), at)
        worst[name] = max(found, worst.get(name, found))
    return wrong, {name: found for name, found in worst.items() if found.error}


# ---- float64 ----

# The bound in ULP where the result is at least this share of its terms, and what the terms leave below that.
FLOAT64 = {"value": (0.6, 0.0, 0.0), "gradient": (0.6, 2.0**-4, 2.0**-59), "hessian": (0.6, 0.0, 0.0)}

LONG_DOUBLE_SLACK = 2.0**-59  # of the formulas below in long double, relative to their terms
CANDIDATES = 16


def value(x: Any, a: Any, b: Any) -> Any:
    return oracle.times(a, oracle.softplus(x)) + oracle.times(b, oracle.softplus(-x))


def gradient(x: Any, a: Any, b: Any) -> Any:
    return a * oracle.sigmoid(x) - b * oracle.sigmoid(-x)


def gradient_scale(x: Any, a: Any, b: Any) -> Any:
    return oracle.maximum(a * oracle.sigmoid(x), b * oracle.sigmoid(-x))


def hessian(x: Any, a: Any, b: Any) -> Any:
    return (a + b) * oracle.sigmoid(x) * oracle.sigmoid(-x)


FORMULAS = {"value": (value, value), "gradient": (gradient, gradient_scale), "hessian": (hessian, hessian)}


def float64_samples(n: int) -> list[np.ndarray]:
    """Logits, labels and pos_weights."""
    rng = np.random.default_rng([SEED, n])
    x, y = samples.draw("bce_with_logits", FORMATS["float64"], n, rng)
    return [x, y, np.ldexp(rng.uniform(1, 2, x.size), rng.integers(-10, 10, x.size))]


def float64_results(x: np.ndarray, y: np.ndarray, p: np.ndarray) -> dict[str, np.ndarray]:
    options = {"reduction": "none", "pos_weight": p}
    loss, grad = F.binary_cross_entropy_with_logits_value_and_grad(x, y, **options)
    return {
        "value": loss,
        "gradient": grad,
        "hessian": F.binary_cross_entropy_with_logits_grad_and_hess(x, y, **options)[1],
    }


def check_float64(x: np.ndarray, y: np.ndarray, p: np.ndarray) -> tuple[list[str], dict[str, Worst]]:
    """What breaks a bound, by long double where that can tell, else by MPFR; and the worst errors, by MPFR."""
    wrong, worst = [], {}
    fmt = FORMATS["float64"]
    wide_x, wide_y, wide_p = map(widened, (x, y, p))
    for name, got in float64_results(x, y, p).items():
        formula, scale_of = FORMULAS[name]
        ulp, relative_from, left_over = FLOAT64[name]
        with np.errstate(all="ignore"):
            want, scale = (part(wide_x, 1 - wide_y, wide_p * wide_y) for part in (formula, scale_of))
            spacing = fmt.spacing_exponent(want)
            relative = np.abs(want) >= relative_from * scale
            errors = errors_in_ulp(got, want, fmt).astype(float)
            allowed = np.where(relative, ulp, 0.5 + np.ldexp(left_over * scale, -spacing))
            slack = np.ldexp(LONG_DOUBLE_SLACK * scale, -spacing)
        unsettled = np.flatnonzero(~(errors + slack < allowed))
        for i in unsettled:
            error, bound = measure(name, got[i], x[i], y[i], p[i])
            if not error <= bound:
                wrong.append(f"float64 {name} at {hexadecimals(x[i], y[i], p[i])}: error {error} ULP, allowed {bound}")
        candidates = np.argsort(np.where(relative, errors, 0))[-CANDIDATES:]
        found = [Worst(measure(name, got[i], x[i], y[i], p[i])[0], hexadecimals(x[i], y[i], p[i])) for i in candidates]
        worst[name] = max(found)
    return wrong, worst


def measure(name: str, got: np.float64, *point: np.float64) -> tuple[float, float]:
    """The error in ULP and the one allowed, from 256 bits."""
    fmt, (formula, scale_of), (ulp, relative_from, left_over) = FORMATS["float64"], FORMULAS[name], FLOAT64[name]
    with precision(oracle.MEASURING):
        result, x, y, p = exact(np.array([got, *point]))
        want, scale = (part(x, 1 - y, p * y) for part in (formula, scale_of))
        spacing = gmpy2.exp2(int(fmt.spacing_exponent(want)))
        relative = abs(want) >= relative_from * scale
        return error_in_ulp(result, want, fmt), float(ulp if relative else 0.5 + left_over * scale / spacing)


def hexadecimals(*numbers: float) -> list[str]:
    return [float(number).hex() for number in numbers]


# ---- focal loss ----

GAMMAS = (0.5, 1.0, 2.0, 3.7, 4.9, 5.0)


def focal_bound(x: float, gamma: float) -> float:
    """A power that is no product is the exponential of gamma |x|, a number of two roundings."""
    return float((16 + 2 * gamma * abs(x)) * 2.0**-53)


def focal(z: mpmath.mpf, gamma: float) -> tuple[mpmath.mpf, mpmath.mpf]:
    """Value and gradient in z = (2 y - 1) x for a hard label y."""
    miss, hit = 1 / (1 + mpmath.exp(z)), 1 / (1 + mpmath.exp(-z))
    loss = mpmath.log1p(mpmath.exp(-z))
    return miss**gamma * loss, -(miss**gamma) * (miss + gamma * hit * loss)


def check_focal(points: int) -> tuple[list[str], dict[str, Worst]]:
    """Relative errors of value and gradient for hard labels, |x| <= 110 and gamma <= 5; `at`: logit, label, gamma."""
    wrong = []
    rng = np.random.default_rng(SEED)
    x = np.concatenate([rng.uniform(-110, 110, points), rng.normal(size=points)])
    y = np.arange(x.size) % 2
    worst: dict[str, Worst] = {}
    with mpmath.workdps(60):
        for gamma in GAMMAS:
            results = F.sigmoid_focal_loss_value_and_grad(x, y, None, gamma)
            for i in range(x.size):
                sign = 2 * int(y[i]) - 1
                loss, slope = focal(sign * mpmath.mpf(float(x[i])), gamma)
                wants = {"value": loss, "gradient": sign * slope}
                for (name, want), got in zip(wants.items(), results, strict=True):
                    error = float(abs((mpmath.mpf(float(got[i])) - want) / want))
                    found = Worst(error, hexadecimals(x[i], y[i], gamma))
                    worst[name] = max(found, worst.get(name, found))
                    if not error <= focal_bound(x[i], gamma):
                        wrong.append(f"focal {name}: {found}")
    return wrong, worst


# ---- focal loss with pos_weight and smoothing ----


def focal_terms(x: Any, y: Any, p: Any, options: tuple[Any, Any, Any]) -> list[tuple[Any, Any]]:
    """Value and gradient, each with the larger of its terms."""
    s, alpha, gamma = options
    a, b = (1 - y) * (1 - s) + s / 2, y * (1 - s) + s / 2
    upper, lower = 1 / (1 + gmpy2.exp(-x)), 1 / (1 + gmpy2.exp(x))
    m, k = a * upper + b * lower, a - b
    c = (1 if alpha < 0 else alpha * b + (1 - alpha) * a) * m**gamma
    loss, slope = value(x, a, p * b), gradient(x, a, p * b)
    bend = gamma * k * upper * lower / m * loss
    return [(c * loss, c * loss), (c * (slope + bend), c * max(gradient_scale(x, a, p * b), abs(bend)))]


def check_focal_options(points: int) -> tuple[list[str], dict[str, Worst]]:
    """Errors relative to the larger term; `at`: logit, label, hard or soft, pos_weight, smoothing, gamma."""
    wrong = []
    rng = np.random.default_rng(SEED)
    x, p = rng.uniform(-110, 110, points), np.exp2(rng.uniform(-10, 10, points))
    y = np.where(np.arange(points) % 3 == 0, rng.random(points), np.arange(points) % 2)
    worst: dict[str, Worst] = {}
    for gamma, s, alpha in itertools.product(GAMMAS, (0.0, 0.1), (None, 0.25)):
        options = focal_options(alpha, gamma, s)
        results = evaluate(FOCAL, VALUE_AND_GRAD, options, x, y, None, None, p, None, "none", None, False, True)
        with precision(oracle.MEASURING):
            for i, point in enumerate(zip(*map(exact, (x, y, p)), strict=True)):
                wants = focal_terms(*point, tuple(map(gmpy2.mpfr, options)))
                for name, got, (want, scale) in zip(("value", "gradient"), results, wants, strict=True):
                    error = float(abs(exact(got[i : i + 1])[0] - want) / scale)
                    found = Worst(error, hexadecimals(x[i], y[i], p[i], s, gamma))
                    worst[name] = max(found, worst.get(name, found))
                    if not error <= focal_bound(x[i], gamma):
                        wrong.append(f"focal with options, {name}: {found}")
    return wrong, worst


# ---- extreme factors ----


def check_extremes(n: int) -> tuple[list[str], dict[str, Worst]]:
    """float64 with weight and pos_weight of 2^-1000 to 2^1000; `at`: logit, label, weight, pos_weight."""
    rng = np.random.default_rng([SEED, n, 1])
    x, y = samples.draw("bce_with_logits", FORMATS["float64"], n, rng)
    x = np.where(np.arange(x.size) % 2, x, rng.uniform(-2200, 2200, x.size))
    w, p = np.exp2(rng.uniform(-1000, 1000, (2, x.size)))
    rest = (NO_OPTIONS, x, y, w, None, p, None, "none", None, False, True)
    loss, grad = evaluate(LOGISTIC, VALUE_AND_GRAD, *rest)
    hess = evaluate(LOGISTIC, GRAD_AND_HESS, *rest)[1]
    wrong: list[str] = []
    worst: dict[str, Worst] = {}
    fmt = FORMATS["float64"]
    with precision(oracle.MEASURING):
        columns = list(zip(*map(exact, (x, y, w, p)), strict=True))
        for name, results in {"value": loss, "gradient": grad, "hessian": hess}.items():
            (formula, scale_of), (ulp, relative_from, left_over) = FORMULAS[name], FLOAT64[name]
            for i, (result, (logit, label, weight, factor)) in enumerate(zip(exact(results), columns, strict=True)):
                want, scale = (
                    part(logit, weight * (1 - label), weight * factor * label) for part in (formula, scale_of)
                )
                error, spacing = error_in_ulp(result, want, fmt), gmpy2.exp2(int(fmt.spacing_exponent(want)))
                relative = abs(want) >= relative_from * scale
                found = Worst(error, hexadecimals(x[i], y[i], w[i], p[i]))
                if not error <= (ulp if relative else 0.5 + left_over * scale / spacing):
                    wrong.append(f"extreme {name}: {found}")
                if relative:
                    worst[name] = max(found, worst.get(name, found))
    return wrong, worst


# ---- means ----

SPREADS = {"centre": 1.0, "tails": 40.0}


def check_means(n: int) -> tuple[list[str], dict[str, Worst]]:
    """Means beside the rounded sum of the double terms: within 1 ULP in float32, 1e-15 relative in float64."""
    wrong, worst = [], {}
    rng = np.random.default_rng(SEED)
    for name, spread in SPREADS.items():
        logits, labels = (rng.normal(size=n) * spread).astype(np.float32), rng.random(n) < 0.3
        wide = logits.astype(np.float64)
        mean = math.fsum(F.binary_cross_entropy_with_logits(wide, labels, reduction="none")) / n
        single, double = (float(F.binary_cross_entropy_with_logits(x, labels)) for x in (logits, wide))
        ulp = float(np.spacing(np.float32(mean)))
        errors = {"float32": abs(single - mean) / ulp, "float64": abs(double / mean - 1)}
        for (dtype, error), bound in zip(errors.items(), (1, 1e-15), strict=True):
            worst[f"{dtype}, {name}"] = Worst(error, [])
            if not error <= bound:
                wrong.append(f"mean of {n} {dtype}, {name}: error {error}, allowed {bound}")
    return wrong, worst


# ---- all of it ----


def check_errors(runner: list[str], soft_blocks: int) -> tuple[list[str], Table]:
    wrong, table = [], {}
    parts = {title: sweep(runner, title, words) for title, words in commands(soft_blocks).items()}
    here = {
        "float64": lambda: check_float64(*float64_samples(FLOAT64_SAMPLES)),
        "focal, float64, relative": lambda: check_focal(500),
        "focal, float64, with pos_weight and smoothing, relative": lambda: check_focal_options(300),
        "float64, factors of 2^-1000 to 2^1000": lambda: check_extremes(EXTREME_SAMPLES),
        "mean": lambda: check_means(MEAN_LENGTH),
    }
    parts |= {title: part() for title, part in progress(here.items(), len(here), "part", "losses, float64")}
    for title, (found, worst) in parts.items():
        wrong += found
        table[title] = worst
        print(title, *(f"{name} {error:.10g} at {' '.join(at)};" for name, (error, at) in worst.items()), flush=True)
    return wrong, table


def check(folder: Path, soft_blocks: int) -> list[str]:
    runner = [str(build_loss_sweep(folder / "native"))]
    wrong = [line for isa in _core.isa_available for line in check_hashes(runner, isa, "native")]
    if built := build_emulated(build_loss_sweep, folder):
        wrong += check_hashes(*built, "emulated")
    return wrong + check_errors(runner, soft_blocks)[0]


def record(folder: Path, parts: list[str]) -> list[str]:
    runner = [str(build_loss_sweep(folder / "native"))]
    found = json.loads(RECORD.read_text())
    wrong: list[str] = []
    if "hashes" in parts:
        found["hashes"] = {where: hashes(runner, "scalar", blocks) for where, blocks in HASHED.items()}
    if "worst" in parts:
        wrong, table = check_errors(runner, LONG_SOFT_BLOCKS)
        found["worst"] = {title: {name: one._asdict() for name, one in row.items()} for title, row in table.items()}
    RECORD.write_text(json.dumps(found, indent=1) + "\n")
    return wrong


def recorded_hashes() -> dict[str, dict[str, str]]:
    return dict(json.loads(RECORD.read_text())["hashes"])


def recorded() -> Table:
    rows = json.loads(RECORD.read_text())["worst"]
    return {title: {name: Worst(**worst) for name, worst in row.items()} for title, row in rows.items()}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m proof.losses", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("check").add_argument("--long", action="store_true")
    actions.add_parser("record").add_argument("part", nargs="?", choices=("hashes", "worst"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.action == "record":
            wrong = record(Path(folder), [options.part] if options.part else ["hashes", "worst"])
        else:
            wrong = check(Path(folder), LONG_SOFT_BLOCKS if options.long else SOFT_BLOCKS)
    print("\n".join(wrong) or "every loss is as proved")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
