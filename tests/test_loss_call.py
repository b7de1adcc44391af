"""The drivers under what callers bring: failing memory, strange modes, buffers that overlap themselves, odd bytes."""

import itertools
import subprocess
import sys
import sysconfig
import time

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

import processes
import pysigmoid
from calls import FLOATS, FOCAL, assert_same_bits, assert_same_results, results
from extension import REPOSITORY
from modes import DIRECTED, DIVBYZERO, INEXACT, flags_after, in_mode
from platforms import IS_DEBUG_BUILD, stands_lost_errors, takes_refusals
from processes import KNOWN_MODES
from proof.build import FLAGS, compiler_of_python
from pysigmoid import _arguments, _core
from pysigmoid import functional as F

VALUE = F.binary_cross_entropy_with_logits
VALUE_AND_GRAD = F.binary_cross_entropy_with_logits_value_and_grad
GRAD_AND_HESS = F.binary_cross_entropy_with_logits_grad_and_hess

float_dtypes = pytest.mark.parametrize("dtype", FLOATS, ids=lambda dtype: dtype.__name__)
threads = pytest.mark.parametrize("threads", [1, 2])


# Memory


@stands_lost_errors
@takes_refusals
def test_every_failing_allocation_is_an_error_or_nothing():
    """One call of every driver and form of output, errors too. NumPy and CPython turn some into SystemError."""
    code = """
    import _testcapi

    def raises(error, function, *arguments, **options):
        try:
            function(*arguments, **options)
        except error:
            return ()
        raise AssertionError(f"no {error}")

    x, y, long = np.linspace(-3, 3, 4, dtype=np.float32), np.array([0, 1, 1, 0.0]), np.linspace(-3, 3, 3000)
    wide = np.ones((200, 200), np.float32)[:, ::2]
    empty = lambda: np.empty(4, np.float32)
    loss_and_grad = F.binary_cross_entropy_with_logits_value_and_grad
    grad_and_hess = F.binary_cross_entropy_with_logits_grad_and_hess
    losses = [getattr(F, stem + end) for stem in ("binary_cross_entropy_with_logits", "sigmoid_focal_loss")
              for end in ("", "_value_and_grad", "_grad_and_hess")]
    actions = [lambda f=f, x=x.astype(dtype): f(x, y) for dtype in "efd" for f in losses]
    actions += [lambda f=f: f(np.float64(2), 1.0) for f in losses]
    actions += [
        lambda: F.binary_cross_entropy(y, y),
        lambda: loss_and_grad(x.astype(ml_dtypes.bfloat16), y),
        lambda: loss_and_grad(x, y, out=np.empty((), np.float32), grad_out=empty()),
        lambda: loss_and_grad(x, y, reduction="none", out=empty(), grad_out=empty()),
        lambda: loss_and_grad(x[:-1], y[1:], grad_out=x.copy()[1:]),
        lambda: grad_and_hess(x, y, grad_out=empty(), hess_out=empty()),
        lambda: loss_and_grad(long, long > 0),
        lambda: loss_and_grad(long.reshape(10, 300), long.reshape(10, 300) > 0, axis=1, keepdims=True),
        lambda: loss_and_grad(x, y, where=x > 0, ignore_value=1),
        lambda: loss_and_grad(np.ma.array(x, mask=x > 0), y, weight=np.ones(4), reduction="weighted_mean"),
        lambda: F.sigmoid(wide),
        lambda: F.sigmoid(wide, out=np.empty_like(wide)),
        lambda: pysigmoid.sigmoid(x.astype(ml_dtypes.bfloat16)),
        lambda: pysigmoid.sigmoid_gate(x, x),
        lambda: raises(ValueError, loss_and_grad, x, 2 * y),
        lambda: raises(ValueError, loss_and_grad, x, 2 * y, grad_out=empty()),
        lambda: raises(ValueError, loss_and_grad, y, x),
        lambda: raises(TypeError, loss_and_grad, x, np.array(["a"] * 4)),
        lambda: raises(ValueError, loss_and_grad, x, y, grad_out=np.empty(3, np.float32)),
    ]

    def as_bytes(results):
        return [np.asarray(result).tobytes() for result in (results if isinstance(results, tuple) else (results,))]

    errors = 0
    for action in actions:
        want = as_bytes(action())
        for position in range(40):
            _testcapi.set_nomemory(position, position + 1)
            try:
                got = action()
            except (MemoryError, SystemError):
                errors += 1
                continue
            finally:
                _testcapi.remove_mem_hooks()
            assert as_bytes(got) == want
    assert errors > 5 * len(actions)
    """
    prelude = "import ml_dtypes, numpy as np, pysigmoid\nfrom pysigmoid import functional as F\n"
    processes.run(code, prelude=prelude, limit=60)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="platform: threads have other stacks elsewhere")
def test_everything_fits_on_a_small_stack():
    """Python, NumPy and the largest frames of every driver; all operands of losses are staged, longdoubles too.

    64 KiB do, of which Python 3.14 takes 4 more for itself; its debug build takes no thread of less than 100.
    """
    kibibytes = 128 if IS_DEBUG_BUILD else 72 if sys.version_info >= (3, 14) else 64
    processes.run(
        """
        def call():
            for dtype in (np.float16, np.float32, np.float64, np.longdouble, ml_dtypes.bfloat16):
                for char in "?lefdg":
                    x = np.linspace(-3, 3, 10_000).astype(dtype)
                    others = np.arange(10_000) % 2
                    y, weight, grad, hess = (others.astype(char), *(others.astype("g") for _ in range(3)))
                    for step in (1, 2, -3):
                        pair = x[::step], y[::step]
                        weights = {"weight": weight[::step], "where": others[::step] > 0}
                        factors = weights | {"pos_weight": weight[::step], "ignore_value": 2, "label_smoothing": 0.1}
                        buffers = {"grad_out": grad[::step], "hess_out": hess[::step]}
                        F.binary_cross_entropy_with_logits(*pair, **factors, reduction="weighted_mean", dtype=dtype)
                        F.binary_cross_entropy_with_logits_grad_and_hess(*pair, **factors, **buffers)
                        F.binary_cross_entropy_with_logits_value_and_grad(*pair, grad_out=grad[::step])
                        F.sigmoid_focal_loss_grad_and_hess(*pair, **weights, **buffers)
                        F.binary_cross_entropy(abs(pair[0]) / 4, pair[1], weight[::step], reduction="none")
                        F.binary_cross_entropy_with_logits(x.reshape(100, 100), y.reshape(100, 100), axis=1)
                        F.sigmoid(np.resize(x, (1000, 100))[:, ::step])
                        pysigmoid.bce_with_logits_grad_and_hess(*pair)
                        try:
                            F.binary_cross_entropy_with_logits(pair[0], pair[1] + np.ones(1, char) * 2)
                        except ValueError:
                            pass

        call()
        threading.stack_size(KIBIBYTES * 1024)
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
        """,
        prelude="import threading\nimport ml_dtypes\nimport numpy as np\nimport pysigmoid\n"
        f"from pysigmoid import functional as F\nKIBIBYTES = {kibibytes}\n",
    )


@pytest.mark.control
def test_no_frame_is_large(tmp_path):
    """The largest is the workspace of a loss, see WORKSPACE_BYTES."""
    names = [path for folder in ("arrays", "python") for path in (REPOSITORY / "csrc" / folder).glob("*.c")]
    include = [f"-I{REPOSITORY / 'csrc'}", f"-I{np.get_include()}", f"-I{sysconfig.get_path('include')}"]
    frames = {}
    for name in names:
        command = [*compiler_of_python().split(), *FLAGS, *include, "-fstack-usage", "-c", name]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True)
        reports = list(tmp_path.glob("*.su"))
        if done.returncode or not reports:
            pytest.skip("platform: this compiler does not tell the sizes of frames")
        for line in reports[0].read_text().splitlines():
            function, size, _ = line.split("\t")
            frames[function] = int(size)
        reports[0].unlink()
    assert max(frames.values()) < 48 * 1024, max(frames, key=frames.get)
    assert any("short_rows_task" in function for function in frames)


# Floating-point mode

N = 4099
RNG = np.random.default_rng(7)
X = RNG.normal(size=N)
LABELS = RNG.integers(0, 2, N).astype(np.longdouble)
LABELS[::3] = RNG.random(LABELS[::3].size)
LABELS[::3] += np.ldexp(np.longdouble(1), -70)  # lost in float64
WEIGHT = (RNG.random(N) + 1) * np.longdouble(1 + 2.0**-30) / 3
ROUGH = WEIGHT.copy()
ROUGH[[7, 2000]] = np.ldexp(np.longdouble(1), [13_000, -16_400])


def mixed(operand):
    """Arguments of a loss in which a longdouble takes part as this operand alone."""
    arguments = {"input": X, "target": LABELS.astype(np.float64)}
    given = {
        "input": {"input": X.astype(np.longdouble)},
        "target": {"target": LABELS},
        "weight": {"weight": WEIGHT},
        "rough weight": {"weight": ROUGH},
        "pos_weight": {"pos_weight": WEIGHT},
        "ignore_value": {"target": LABELS, "ignore_value": LABELS[0]},
        "dtype": {"dtype": np.longdouble},
        "where": {"where": WEIGHT > 0.5},
        "nothing": {},
    }[operand]
    return arguments | given


LOGIT_CALLS = {
    "mean": lambda **given: VALUE(**given),
    "each": lambda **given: VALUE(**given, reduction="none"),
    "weighted": lambda **given: VALUE(**given, reduction="weighted_mean"),
    "gradient": lambda **given: VALUE_AND_GRAD(**given),
    "buffers": lambda **given: VALUE_AND_GRAD(**given, out=np.empty((), "g"), grad_out=np.empty(N, "g")),
    "Hessian": lambda **given: GRAD_AND_HESS(**without(given, "dtype")),
    "short rows": lambda **given: VALUE_AND_GRAD(**in_rows(given), reduction="weighted_mean", axis=1),
}


def without(given, name):
    return {key: value for key, value in given.items() if key != name}


def in_rows(given):
    return {
        key: value[:4096].reshape(64, 64) if isinstance(value, np.ndarray) else value for key, value in given.items()
    }


mixtures = pytest.mark.parametrize(
    "operand",
    ["input", "target", "weight", "rough weight", "pos_weight", "ignore_value", "dtype", "where", "nothing"],
)
logits_dtypes = pytest.mark.parametrize("char", ["e", "f", "d", "g"])


def arguments_of(operand, char):
    arguments = mixed(operand)
    return arguments if operand == "input" else arguments | {"input": arguments["input"].astype(char)}


@KNOWN_MODES
@mixtures
@logits_dtypes
@pytest.mark.parametrize("call", LOGIT_CALLS)
def test_no_mode_of_the_caller_changes_a_loss_and_no_flag_is_left(operand, char, call):
    arguments = arguments_of(operand, char)
    compute = LOGIT_CALLS[call]
    want = results(compute(**arguments))
    for mode in DIRECTED:
        assert_same_results(results(in_mode(mode, lambda: compute(**arguments))), want)
    assert flags_after(lambda: compute(**arguments)) == 0
    assert flags_after(lambda: compute(**arguments), DIVBYZERO) == DIVBYZERO


@KNOWN_MODES
@float_dtypes
def test_no_mode_changes_elementwise_functions_and_no_flag_is_left(dtype):
    x = np.concatenate([X, [np.inf, -np.inf, np.nan, 1e4, -1e4]]).astype(dtype)
    x = np.resize(x, (300, 124))[:, ::2]
    for call in (lambda: F.sigmoid(x), lambda: pysigmoid.log_sigmoid(x), lambda: pysigmoid.sigmoid_gate(x, x)):
        want = call()
        for mode in DIRECTED:
            assert_same_bits(in_mode(mode, call), want)
    assert flags_after(lambda: F.sigmoid(x)) == 0
    assert flags_after(lambda: F.sigmoid(x), DIVBYZERO) == DIVBYZERO


@KNOWN_MODES
@pytest.mark.parametrize("char", ["f", "d", "g"])
@pytest.mark.parametrize("labels", ["f", "d", "g"])
@pytest.mark.parametrize("bad", [np.nan, -3, 1.5])
def test_an_error_leaves_no_flag_but_that_of_printing(char, labels, bad):
    """Python and NumPy print a number by inexact arithmetic."""
    x, y = X.astype(char), LABELS.astype(labels)
    y[3001] = bad

    def call():
        with pytest.raises(ValueError, match=r"target\[3001\]"):
            VALUE(x, y)
        with pytest.raises(ValueError, match=r"target\[3001\]"):
            VALUE(x, y, out=np.empty((), "g"))
        with pytest.raises(ValueError, match=r"input\[3001\]"):
            F.binary_cross_entropy(y, np.zeros(N))

    assert flags_after(call) & ~INEXACT == 0


# Buffers that overlap themselves


def sliding(dtype, shape, steps):
    """A view whose elements overlap, by steps counted in elements."""
    dtype = np.dtype(dtype)
    size = 1 + sum((length - 1) * abs(step) for length, step in zip(shape, steps, strict=True))
    memory = np.linspace(-3, 3, size).astype(dtype)
    first = memory[sum((length - 1) * -step for length, step in zip(shape, steps, strict=True) if step < 0) :]
    return as_strided(first, shape, [step * dtype.itemsize for step in steps])


OVERLAPS = [((200, 200), (1, 1)), ((64, 400), (1, 64)), ((50, 1000), (3, 1)), ((60, 300), (0, 1)), ((200, 90), (-1, 1))]
overlaps = pytest.mark.parametrize(("shape", "steps"), OVERLAPS, ids=str)


@float_dtypes
@threads
@overlaps
def test_elementwise_results_in_such_a_buffer_are_those_of_the_ufunc(dtype, threads, shape, steps):
    x = np.linspace(-2, 2, shape[0] * shape[1]).reshape(shape).astype(dtype, order="F")
    with pysigmoid.num_threads(threads):
        for of_itself in (True, False):
            got, want = sliding(dtype, shape, steps), sliding(dtype, shape, steps)
            F.sigmoid(got if of_itself else x, out=got)
            with pysigmoid.num_threads(1):
                pysigmoid.sigmoid(want if of_itself else x, out=want)
            assert_same_bits(got, want)


@pytest.mark.parametrize("char", ["f", "d", "g"])
@threads
@overlaps
def test_derivatives_in_such_a_buffer_are_as_copied_back(char, threads, shape, steps):
    y = np.zeros(shape)
    with pysigmoid.num_threads(threads):
        for outputs in (VALUE_AND_GRAD, GRAD_AND_HESS):
            view, other = sliding(char, shape, steps), sliding(char, shape, steps)
            first, second = outputs(view.copy(), y)
            grad = second if outputs is VALUE_AND_GRAD else first
            other[...] = grad
            got = outputs(view, y, grad_out=view)
            assert_same_bits(view, other)
            if outputs is VALUE_AND_GRAD:
                assert_same_bits(got[0], first)
            else:
                assert_same_bits(got[1], second)


@threads
@overlaps
def test_values_in_such_a_buffer_are_as_copied_back(threads, shape, steps):
    x = np.linspace(-3, 3, 2 * shape[0] * shape[1]).reshape(2, *shape)
    with pysigmoid.num_threads(threads):
        out, want = sliding("d", shape, steps), sliding("d", shape, steps)
        want[...] = VALUE(x, x > 0, axis=0)
        VALUE(x, x > 0, axis=0, out=out)
        assert_same_bits(out, want)
        out, want = sliding("d", shape, steps), sliding("d", shape, steps)
        want[...] = VALUE(x[0], x[0] > 0, reduction="none")
        VALUE(x[0], x[0] > 0, reduction="none", out=out)
        assert_same_bits(out, want)


def test_ufuncs_write_overlapping_elements_in_order():
    """Steps shorter than an element reach the loops through NumPy's buffers, or as they are."""
    for dtype, step in itertools.product((np.float32, np.float64, np.longdouble), (1, 2, 4, 8)):
        n = 40_000
        x = np.linspace(-3, 3, n).astype(dtype)
        out, want = (as_strided(np.zeros(n * step + 16, np.uint8)[:16].view(dtype), (n,), (step,)) for _ in range(2))
        want[...] = pysigmoid.sigmoid(x)
        pysigmoid.sigmoid(x, out=out)
        assert_same_bits(out, want)


def test_buffers_that_lie_between_each_other_are_separate():
    """Within the same bytes, four bytes apart, at strides that take some thought."""
    memory, shape, strides = np.zeros(20_000, np.uint8), (1, 64, 3, 2), (160, 164, 52, 12)
    gradient, hessian = (np.ndarray(shape, ">f4", memory, offset, strides) for offset in (48, 44))
    x = np.linspace(-3, 3, 384, dtype=np.float32).reshape(shape)
    want = F.binary_cross_entropy_with_logits_grad_and_hess(x, x > 0)
    F.binary_cross_entropy_with_logits_grad_and_hess(x, x > 0, grad_out=gradient, hess_out=hessian)
    assert np.array_equal(gradient, want[0])
    assert np.array_equal(hessian, want[1])


def test_whether_buffers_share_memory_is_told_in_bounded_time():
    """Strides for which the exact answer takes minutes: NumPy's own example."""
    memory = np.zeros(192_163_377, np.int8)
    one = as_strided(memory, (1049, 1049, 1049), (36674, 61119, 85569))
    other = as_strided(memory[64_023_025:], (1049, 1049, 1), (12223, 12224, 1))
    start = time.monotonic()
    with pytest.raises(ValueError, match="share memory"):
        _arguments.check_disjoint("out", one, "grad_out", other)
    assert time.monotonic() - start < 5


# Booleans of any byte


@float_dtypes
@pytest.mark.parametrize("n", [4, 64, 1000, 5000])
def test_true_is_any_byte_but_zero_in_every_operand(dtype, n):
    odd = np.resize(np.uint8([2, 1, 0, 255, 128, 0]), n).view(bool)
    clean = odd.view(np.uint8) != 0
    x = np.linspace(-3, 3, n).astype(dtype)
    for name in ("target", "weight", "pos_weight", "where"):
        for outputs in (VALUE, VALUE_AND_GRAD, GRAD_AND_HESS):
            got, want = (outputs(**{"input": x, "target": clean} | {name: flags}) for flags in (odd, clean))
            assert_same_results(results(got), results(want))
    for loss in (*FOCAL, F.binary_cross_entropy):
        probabilities = abs(x) / 4 if loss is F.binary_cross_entropy else x
        assert_same_results(results(loss(probabilities, odd)), results(loss(probabilities, clean)))
    for reduction in ("none", "mean"):
        got, want = (VALUE(flags, flags, ignore_value=1, reduction=reduction) for flags in (odd, clean))
        assert_same_bits(got, want)
    for function in (F.sigmoid, F.logsigmoid, F.silu, F.softplus, pysigmoid.sigmoid):
        assert_same_bits(function(odd), function(clean))
        assert_same_bits(function(np.resize(odd, (20_000, 4))[:, ::2]), function(np.resize(clean, (20_000, 4))[:, ::2]))
    if dtype.__name__ != "bfloat16":  # NumPy hands the labels over as ml_dtypes casts them
        assert_same_bits(pysigmoid.bce_with_logits(x, odd), pysigmoid.bce_with_logits(x, clean))
    assert_same_bits(pysigmoid.bce_with_logits_grad(odd, odd), pysigmoid.bce_with_logits_grad(clean, clean))


# Ignored labels, exactly


@pytest.mark.parametrize("dtype", [np.int64, np.uint64, np.longdouble], ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("marker", [2**53, 2**53 + 1, 2**63 - 1, -(2**53) - 1, 2**64 - 1])
@pytest.mark.parametrize("as_given", [int, np.longdouble])
def test_ignored_labels_are_compared_exactly(dtype, marker, as_given):
    if dtype is not np.longdouble and not np.iinfo(dtype).min <= marker <= np.iinfo(dtype).max:
        return
    other = marker - 1 if marker > 0 else marker + 1
    x = np.linspace(-3, 3, 300)
    y = np.resize(np.array([0, 1, marker, other], dtype), 300)
    want = VALUE_AND_GRAD(x, y, where=y != np.array(marker, dtype), validate=False)
    got = VALUE_AND_GRAD(x, y, ignore_value=as_given(marker), validate=False)
    assert_same_results(results(got), results(want))
    with pytest.raises(ValueError, match=r"target\[3\] is"):
        VALUE_AND_GRAD(x, y, ignore_value=as_given(marker))


def test_ignored_label_of_no_integer_changes_nothing():
    x, y = np.zeros(4), np.array([0, 1, 1, 0])
    for ignored in (0.5, 1e300, -(2**70), 2**64, np.inf, np.nan):
        assert_same_bits(VALUE(x, y, ignore_value=ignored), VALUE(x, y))


# Options


@pytest.mark.parametrize("truth", [np.True_, np.False_, 1, 0, [0], []])
def test_options_are_read_by_their_truth(truth):
    x, y = np.zeros((2, 3)), np.full((2, 3), 2.0)
    assert VALUE(x, y > 3, keepdims=truth).ndim == (2 if truth else 0)
    if truth:
        with pytest.raises(ValueError, match="must lie between 0 and 1"):
            VALUE(x, y, validate=truth)
    else:
        VALUE(x, y, validate=truth)


# The first number outside [0, 1]


def first_by_definition(numbers, labels, kept, dropped, ignored):
    counts = np.ones(numbers.shape, bool) if kept is None else np.broadcast_to(kept, numbers.shape).copy()
    for mask in dropped or ():
        counts &= ~mask
    if ignored is not None:
        counts &= labels != ignored
    outside = ~((numbers >= 0) & (numbers <= 1)) & counts
    return int(np.argmax(outside)) if outside.any() else -1


@threads
@pytest.mark.parametrize(
    "dtype", [bool, np.int8, np.uint16, np.int32, np.uint64, *FLOATS], ids=lambda dtype: np.dtype(dtype).name
)
def test_first_outside_is_that_of_the_definition(rng, dtype, threads):
    with pysigmoid.num_threads(threads):
        for shape in ((), (1,), (70,), (1025,), (30, 41), (3, 20_011), (7, 5, 1030)):
            numbers = rng.integers(0, 2, shape).astype(dtype)
            kept = rng.random(shape) < 0.7
            dropped = (rng.random(shape) < 0.2, rng.random(shape) < 0.2)
            ignored = np.array(5 if np.dtype(dtype).kind != "b" else 1, dtype)
            size = max(1, numbers.size)
            for places in ([], [0], [size - 1], rng.integers(0, size, 5), rng.integers(0, size, size // 3)):
                wrong = numbers.copy()
                wrong.flat[places] = rng.choice([2, 5], len(places)).astype(dtype)
                for view in (wrong, wrong.T, wrong[..., ::-2] if wrong.ndim else wrong):
                    masks = [np.asarray(np.resize(mask, view.shape)) for mask in (kept, *dropped)]
                    for arguments in (
                        (None, None, None),
                        (masks[0], None, None),
                        (masks[0], tuple(masks[1:]), ignored),
                        (None, None, ignored),
                    ):
                        got = _core.first_outside(view, view, *arguments)
                        assert got == first_by_definition(view, view, *arguments)


@pytest.mark.timed
def test_wrong_label_is_named_at_the_speed_of_the_pass():
    """Two looks at most: for the label, and for whether the arguments were swapped."""
    n = 1 << 22
    x, y = np.full(n, 0.5, np.float32), np.zeros(n, np.float32)
    wrong = y.copy()
    wrong[-1] = 2

    def fails():
        with pytest.raises(ValueError, match="must lie between 0 and 1"):
            VALUE(x, wrong)

    def best(call):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            call()
            times.append(time.perf_counter() - start)
        return min(times)

    with pysigmoid.num_threads(1):
        assert best(fails) < 3 * best(lambda: VALUE(x, y))


def test_masked_elements_of_every_kind_are_not_named():
    x, y = np.zeros((40, 50)), np.zeros((40, 50))
    y[3, 7], y[20, 30] = -5, 2
    with pytest.raises(ValueError, match=r"target\[3, 7\] is -5"):
        VALUE(x, y)
    for given in ({"ignore_value": -5}, {"where": y != -5}):
        with pytest.raises(ValueError, match=r"target\[20, 30\] is 2"):
            VALUE(x, y, **given)
    with pytest.raises(ValueError, match=r"target\[20, 30\] is 2"):
        VALUE(x, np.ma.array(y, mask=y == -5))
