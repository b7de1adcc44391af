"""Arrays that NumPy hands over in pieces, taken as a whole by `functional`: the bits of the ufunc, in place too."""

import ml_dtypes
import numpy as np
import pytest

import pysigmoid
from calls import UFUNC_OF, assert_same_bits, over_floats
from pysigmoid import _core
from pysigmoid import functional as F

N = 240  # every layout has more elements than the shortest call that is taken as a whole

LAYOUTS = {
    "rows of a slice": lambda x: x[:, : N - 7],
    "slice of three axes": lambda x: x.reshape(N, 10, N // 10)[:, ::3, : N // 10 - 1],
    "reversed rows": lambda x: x[::-1, : N - 1],
    "reversed both ways": lambda x: x[::-1, : N - 1][:, ::-1],
    "every second column": lambda x: x[:, : N - 3 : 2],
    "transposed slice": lambda x: x.T[: N - 5],
    "broadcast row": lambda x: np.broadcast_to(x[:1], (N, N)),
    "broadcast column": lambda x: np.broadcast_to(x[:, :1], (N, N)),
    "short rows": lambda x: x.reshape(-1, 10)[:, :3],
}
over_layouts = pytest.mark.parametrize("layout", LAYOUTS)


@pytest.fixture
def square(rng):
    return np.clip(rng.normal(size=(N, N)) * 3, -20, 20)


def probabilities(x):
    return 1 / (1 + np.exp(-x))


@over_layouts
@over_floats
def test_layout_changes_no_bit(square, layout, dtype):
    x = LAYOUTS[layout](square.astype(dtype))
    want = pysigmoid.sigmoid(np.ascontiguousarray(x))
    for threads in (1, 3):
        with pysigmoid.num_threads(threads):
            assert_same_bits(F.sigmoid(x), want)
            for order in "CF":
                out = np.full(x.shape, 7, dtype, order)
                assert F.sigmoid(x, out=out) is out
                assert_same_bits(out, want)


@over_layouts
@pytest.mark.parametrize("name", UFUNC_OF)
def test_every_function_gives_the_bits_of_its_ufunc(square, layout, name):
    x = LAYOUTS[layout](probabilities(square) if name == "logit" else square)
    assert_same_bits(getattr(F, name)(x), UFUNC_OF[name](x))


@over_layouts
def test_result_lies_in_memory_as_that_of_the_ufunc(square, layout):
    x = LAYOUTS[layout](square)
    assert F.sigmoid(x).strides == pysigmoid.sigmoid(x).strides


def test_gated_halves_are_taken_as_a_whole(square):
    for dim in (0, 1):
        assert_same_bits(F.glu(square, dim), pysigmoid.sigmoid_gate(*np.split(square, 2, dim)))


@pytest.mark.parametrize("layout", ["rows of a slice", "reversed rows", "transposed slice", "every second column"])
def test_in_place_equals_out_of_place_and_leaves_the_gaps(square, layout):
    x = LAYOUTS[layout](square)
    want, untouched = pysigmoid.sigmoid(x.copy()), square.copy()
    LAYOUTS[layout](untouched)[...] = 0
    F.sigmoid(x, out=x)
    assert_same_bits(x, want)
    x[...] = 0
    assert_same_bits(square, untouched)


def test_buffer_that_overlaps_the_input_otherwise_is_written_as_if_it_did_not(square):
    for x, out in ((square[1:, :-1], square[:-1, 1:]), (square[:, :-1], square[::-1, 1:])):
        memory = square.copy()
        want = pysigmoid.sigmoid(x.copy())
        F.sigmoid(x, out=out)
        assert_same_bits(out, want)
        square[...] = memory


def test_what_the_ufunc_serves_as_well_is_left_to_it(square):
    half, locked = square[:, :-1], np.empty((N, N - 1))
    locked.flags.writeable = False
    others = {
        "contiguous": (None, square),
        "one axis": (None, square.ravel()[::2]),
        "another dtype": (None, half.astype(np.int64)),
        "other byte order": (None, half.astype(">f8")[:, :-1]),
        "subclass": (None, half.view(np.matrix)),
        "a buffer of another shape": (square, half),
        "a buffer of another dtype": (half.astype(np.float32)[:, :], half),
        "a read-only buffer": (locked, half),
        "a buffer whose rows are one": (np.lib.stride_tricks.as_strided(np.empty(N), (N, N - 1), (0, 8)), half),
        "a list": (None, [0.5]),
    }
    for what, arguments in others.items():
        assert _core.apply(_core.sigmoid, *arguments) is NotImplemented, what
    assert _core.apply(np.exp, None, half) is NotImplemented
    assert _core.apply(_core.bce_with_logits_value_and_grad, None, half, half) is NotImplemented
    assert _core.apply(_core.sigmoid_gate, None, half) is NotImplemented
    assert _core.apply(_core.sigmoid_gate, None, half, half[:, :-1]) is NotImplemented
    assert _core.apply(_core.sigmoid_gate) is NotImplemented


def test_errors_are_those_of_the_ufunc(square):
    half = square[:, :-1]
    with pytest.raises(ValueError, match="broadcast"):
        F.sigmoid(half, out=np.empty((N, N)))
    with pytest.raises(TypeError, match="Cannot cast"):
        F.sigmoid(half, out=np.empty(half.shape, int))


def test_bfloat16_is_taken_as_a_whole(square):
    x = square.astype(ml_dtypes.bfloat16)[:, :-1]
    assert_same_bits(_core.apply(_core.sigmoid, None, x), pysigmoid.sigmoid(x))


def test_no_floating_point_warning(square):
    square[::3, ::2] = np.inf
    square[::5, ::7] = -1e308
    with np.errstate(all="raise"):
        F.silu(square[:, :-1])
