"""Every layout NumPy can hand to a loop: one value gives one bit pattern, wherever it lies and whatever overlaps it.

The reference is each element computed alone, as a scalar.
"""

import functools
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import modes
import pysigmoid
import samples
from bounds import ROWS
from processes import KNOWN_MODES
from ulp import FORMATS, hexadecimal, same_bits

N = 1200  # beyond NumPy's 500, above which it releases the GIL, and some blocks of every dtype

UFUNCS = {name: getattr(pysigmoid, name) for name in ROWS}
TWO_OUTPUTS = [name for name, row in ROWS.items() if row["nout"] == 2]
REDUCIBLE = [name for name, row in ROWS.items() if (row["nin"], row["nout"]) == (2, 1)]

every_row = pytest.mark.parametrize("name", ROWS)
every_format = pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)


@functools.cache
def case(name, fmt):
    """Inputs of a row, and its results for each element alone; nothing may write into them."""
    inputs = [array[:N].copy() for array in samples.draw(name, fmt, 2 * N, np.random.default_rng(N))]
    with np.errstate(all="ignore"):
        alone = [results(UFUNCS[name](*point)) for point in zip(*inputs, strict=True)]
    wants = [np.array(column) for column in zip(*alone, strict=True)]
    for array in (*inputs, *wants):
        array.flags.writeable = False
    return inputs, wants


def results(returned):
    return returned if isinstance(returned, tuple) else (returned,)


def assert_same(got, want):
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    with np.errstate(all="ignore"):  # signaling nan among the inputs
        wrong = np.flatnonzero(~same_bits(got, want))
    if wrong.size:
        at = wrong[0]
        text = f"got {hexadecimal(got.flat[at])}, want {hexadecimal(want.flat[at])}"
        pytest.fail(f"{wrong.size} of {got.size} elements differ, first at {at}: {text}")


def check(name, inputs, wants, **options):
    for got, want in zip(results(UFUNCS[name](*inputs, **options)), wants, strict=True):
        assert_same(got, want)


# ---- lengths and positions ----


@every_format
@every_row
def test_whole_array(name, fmt):
    check(name, *case(name, fmt))


@every_format
@every_row
def test_every_short_length_at_every_offset(name, fmt):
    """Heads, tails and packs of any width; what lies beside the output stays as it was."""
    inputs, wants = case(name, fmt)
    canary = fmt.dtype.type(-77)
    for length in [*range(20), 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257]:
        offset = length % 19
        part = slice(offset, offset + length)
        buffers = [np.full(length + 40, canary) for _ in wants]
        UFUNCS[name](*(array[part] for array in inputs), out=tuple(buffer[20 : 20 + length] for buffer in buffers))
        for buffer, want in zip(buffers, wants, strict=True):
            assert_same(buffer[20 : 20 + length], want[part])
            assert np.all(buffer[:20] == canary)
            assert np.all(buffer[20 + length :] == canary)


@pytest.mark.parametrize("length", [499, 500, 501, 8191, 8192, 8193, 20_000])
@every_row
def test_length_around_numpys_own_limits(name, length):
    """500: the GIL is released; 8192: the size of a buffer."""
    fmt = FORMATS["float32"]
    inputs, wants = case(name, fmt)
    check(name, [np.resize(array, length) for array in inputs], [np.resize(want, length) for want in wants])
    cast = [np.resize(array, length).astype(np.float64) for array in inputs]
    check(name, cast, [np.resize(want, length) for want in wants], dtype=np.float32)


@every_format
@every_row
def test_nothing_is_computed_of_nothing(name, fmt):
    for shape in [(0,), (0, 3), (3, 0, 2)]:
        for got in results(UFUNCS[name](*[np.empty(shape, fmt.dtype)] * ROWS[name]["nin"])):
            assert (got.shape, got.dtype) == (shape, fmt.dtype)


@every_row
def test_any_size_of_numpys_buffers_gives_the_same_bits(name):
    inputs, wants = case(name, FORMATS["float64"])
    swapped = [array.astype(array.dtype.newbyteorder()) for array in inputs]
    before = np.getbufsize()
    try:
        for size in (16, 48, 1024):
            np.setbufsize(size)
            check(name, swapped, wants)
    finally:
        np.setbufsize(before)


# ---- strides, order, alignment, byte order ----

# What is done to a contiguous array so that its elements lie otherwise and their values stay.
LAYOUTS = {
    "every second": lambda a: spread(a, 2),
    "every third": lambda a: spread(a, 3),
    "far apart": lambda a: spread(a, 517),
    "reversed": lambda a: a[::-1].copy()[::-1],
    "every second, reversed": lambda a: spread(a[::-1], 2)[::-1],
    "misaligned by a byte": lambda a: misaligned(a),
    "byteswapped": lambda a: a if a.dtype.name == "bfloat16" else a.astype(a.dtype.newbyteorder()),
    "Fortran": lambda a: np.asfortranarray(a.reshape(30, 40)),
    "transposed": lambda a: a.reshape(30, 40).T.copy().T,
    "inner part": lambda a: inside(a.reshape(30, 40)),
    "every second column": lambda a: spread(a, 2).reshape(30, 40),
    "three axes swapped": lambda a: a.reshape(10, 12, 10).transpose(2, 0, 1).copy().transpose(1, 2, 0),
}


def spread(array, step):
    holder = np.full(array.size * step, np.nan, array.dtype)
    holder[::step] = array
    return holder[::step]


def misaligned(array):
    holder = np.zeros(array.nbytes + 1, np.uint8)
    view = holder[1:].view(array.dtype)
    view[...] = array
    assert not view.flags.aligned
    return view


def inside(array):
    holder = np.full((array.shape[0] + 2, array.shape[1] + 5), np.nan, array.dtype)
    holder[1:-1, 2:-3] = array
    return holder[1:-1, 2:-3]


@pytest.mark.parametrize("layout", LAYOUTS)
@every_format
@every_row
def test_layout_changes_no_bit(name, fmt, layout):
    """Of the inputs, of the outputs, of both; a mix of layouts on two operands."""
    inputs, wants = case(name, fmt)
    arrange = LAYOUTS[layout]
    arranged = [arrange(array) for array in inputs]
    shape = arranged[0].shape
    plain, shaped = [array.reshape(shape) for array in inputs], [want.reshape(shape) for want in wants]
    check(name, arranged, shaped)
    check(name, [arranged[0], *plain[1:]], shaped)
    for given in (plain, arranged):
        out = tuple(arrange(np.zeros(N, fmt.dtype)) for _ in wants)
        UFUNCS[name](*given, out=out)
        for got, want in zip(out, shaped, strict=True):
            assert_same(got.astype(fmt.dtype), want)


@every_format
@every_row
def test_one_value_broadcast_gives_one_bit_pattern(name, fmt):
    inputs, wants = case(name, fmt)
    for at in range(0, 40):
        repeated = [np.broadcast_to(array[at], (3, 37)) for array in inputs]
        check(name, repeated, [np.full((3, 37), want[at]) for want in wants])


@every_format
@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row["nin"] == 2])
def test_broadcasting_of_two_operands(name, fmt):
    (left, right), _ = case(name, fmt)
    left, right = left[:40], right[:50]
    pairs = [np.repeat(left, 50), np.tile(right, 40)]
    wants = [want.reshape(40, 50) for want in results(UFUNCS[name](*pairs))]
    check(name, (left[:, None], right[None, :]), wants)
    check(name, (left[3], right), [want[3] for want in wants])
    check(name, (left, right[7]), [want[:, 7] for want in wants])


@every_row
def test_shape_stays_and_scalars_stay_scalars(name):
    nin = ROWS[name]["nin"]
    for got in results(UFUNCS[name](*[np.float32(0.5)] * nin)):
        assert type(got) is np.float32
    for got in results(UFUNCS[name](*[np.zeros((2, 0, 3, 1), np.float32)] * nin)):
        assert got.shape == (2, 0, 3, 1)
    for got in results(UFUNCS[name](*[np.zeros((2, 3), np.float32, order="F")] * nin)):
        assert got.flags.f_contiguous


# ---- overlap ----


def in_order(name, inputs, outputs):
    """What a loop over the elements, one after another, leaves in the arrays."""
    for at in np.ndindex(outputs[0].shape):
        values = results(UFUNCS[name](*(array[at] for array in inputs)))
        for output, value in zip(outputs, values, strict=True):
            output[at] = value


@every_format
@every_row
def test_in_place(name, fmt):
    inputs, wants = case(name, fmt)
    for k in range(len(inputs)):
        given = [array.copy() for array in inputs]
        out = (given[k], *(np.empty(N, fmt.dtype) for _ in wants[1:]))
        UFUNCS[name](*given, out=out)
        for got, want in zip(out, wants, strict=True):
            assert_same(got, want)
    given = [array.copy() for array in inputs]
    spaced = [array.copy()[::-3] for array in given]
    UFUNCS[name](*spaced, out=(spaced[0], *(np.empty_like(spaced[0]) for _ in wants[1:])))
    assert_same(spaced[0], wants[0][::-3])


# input, output: parts of one array that overlap without being the same
OVERLAPS = {
    "one to the left": (np.s_[1:], np.s_[:-1]),
    "one to the right": (np.s_[:-1], np.s_[1:]),
    "five to the left": (np.s_[5:], np.s_[:-5]),
    "seventeen to the right": (np.s_[:-17], np.s_[17:]),
    "every second into the first half": (np.s_[::2], np.s_[: N // 2]),
    "the first half into every second": (np.s_[: N // 2], np.s_[::2]),
    "reversed": (np.s_[:], np.s_[::-1]),
    "every third, reversed, into the end": (np.s_[::-3], np.s_[-N // 3 :]),
}


@pytest.mark.parametrize("overlap", OVERLAPS)
@every_format
@every_row
def test_overlap_of_input_and_output_is_as_on_copies(name, fmt, overlap):
    source, target = OVERLAPS[overlap]
    inputs, wants = case(name, fmt)
    for k in range(len(inputs)):
        given = [array.copy() for array in inputs]
        holder = given[k]
        out = (holder[target], *(np.empty(holder[target].size, fmt.dtype) for _ in wants[1:]))
        UFUNCS[name](*(array[source] for array in given), out=out)
        for got, want in zip(out, wants, strict=True):
            assert_same(got, want[source])
        untouched = np.ones(N, bool)
        untouched[target] = False
        assert_same(holder[untouched], inputs[k][untouched])


@every_format
@pytest.mark.parametrize("name", TWO_OUTPUTS)
def test_two_outputs_in_one_array_are_written_in_order(name, fmt):
    """NumPy does not look for this: the loop must, and element by element the later writing stays."""
    inputs, _ = case(name, fmt)
    inputs = [array[:100] for array in inputs]
    places = [
        lambda a: (a[:100], a[:100]),
        lambda a: (a[:100], a[1:101]),
        lambda a: (a[1:101], a[:100]),
        lambda a: (a[:200:2], a[:100]),
        lambda a: (a[99::-1], a[:100]),
        lambda a: (a[::2][:100], a[1::2][:100]),
    ]
    for place in places:
        got, want = np.zeros(300, fmt.dtype), np.zeros(300, fmt.dtype)
        UFUNCS[name](*inputs, out=place(got))
        in_order(name, inputs, place(want))
        assert_same(got, want)


@every_format
@pytest.mark.parametrize("name", [name for name in TWO_OUTPUTS if ROWS[name]["nin"] == 2])
def test_outputs_may_be_the_inputs_crosswise(name, fmt):
    inputs, wants = case(name, fmt)
    for order in ((0, 1), (1, 0)):
        given = [array.copy() for array in inputs]
        UFUNCS[name](*given, out=tuple(given[k] for k in order))
        for k, want in zip(order, wants, strict=True):
            assert_same(given[k], want)


# ---- where, at, reduce, accumulate, outer ----


@every_format
@every_row
def test_where_computes_the_chosen_and_leaves_the_rest(name, fmt, rng):
    inputs, wants = case(name, fmt)
    masks = [rng.random(N) < 0.5, rng.random(N) < 0.02, rng.random(N) < 0.98, np.zeros(N, bool), np.ones(N, bool)]
    for mask in masks:
        out = tuple(np.full(N, -77, fmt.dtype) for _ in wants)
        UFUNCS[name](*inputs, out=out, where=mask)
        for got, want in zip(out, wants, strict=True):
            assert_same(got, np.where(mask, want, fmt.dtype.type(-77)))


@every_format
@every_row
def test_at_applies_once_per_index(name, fmt):
    if ROWS[name]["nout"] == 2:
        with pytest.raises(ValueError, match="output"):
            UFUNCS[name].at(np.ones(3, fmt.dtype), [0], np.ones(1, fmt.dtype))
        return
    inputs, _ = case(name, fmt)
    got, *others = [array[:50].copy() for array in inputs]
    want = got.copy()
    indices = np.array([3, 7, 7, 0, 49, 3, 3, -1])
    UFUNCS[name].at(got, indices, *(other[: indices.size] for other in others))
    for k, index in enumerate(indices):
        want[index] = UFUNCS[name](want[index], *(other[k] for other in others))
    assert_same(got, want)


@every_format
@pytest.mark.parametrize("name", REDUCIBLE)
def test_reduce_and_accumulate_go_element_by_element(name, fmt):
    """Each result is the first operand of the next: no vector of them may be taken at once."""
    ufunc = UFUNCS[name]
    array = np.linspace(0.05, 0.95, 130).astype(fmt.dtype)
    running = [array[0]]
    for value in array[1:]:
        running.append(ufunc(running[-1], value))
    running = np.array(running)
    assert_same(ufunc.accumulate(array), running)
    assert_same(np.asarray(ufunc.reduce(array)), running[-1:].reshape(()))
    assert_same(ufunc.accumulate(array[::-1].copy()[::-1]), running)
    assert_same(ufunc.accumulate(spread(array, 3)), running)

    in_place = array.copy()
    ufunc.accumulate(in_place, out=in_place)
    assert_same(in_place, running)


@every_format
@pytest.mark.parametrize("name", REDUCIBLE)
def test_reductions_of_two_axes(name, fmt):
    ufunc = UFUNCS[name]
    table = np.linspace(0.05, 0.95, 37 * 41).astype(fmt.dtype).reshape(37, 41)
    for axis in (0, 1):
        rows = np.moveaxis(table, axis, 0)
        running = [rows[0]]
        for row in rows[1:]:
            running.append(ufunc(running[-1], row))
        assert_same(ufunc.reduce(table, axis=axis), running[-1])
        assert_same(ufunc.accumulate(table, axis=axis), np.stack(running, axis))
    with pytest.raises(ValueError, match="reorderable"):
        ufunc.reduce(table, axis=(0, 1))


@every_format
@pytest.mark.parametrize("name", REDUCIBLE)
def test_reduceat_and_outer(name, fmt):
    ufunc = UFUNCS[name]
    array = np.linspace(0.05, 0.95, 60).astype(fmt.dtype)
    starts = [0, 10, 11, 40]
    segments = np.split(array, starts[1:])
    assert_same(ufunc.reduceat(array, starts), np.array([ufunc.reduce(segment) for segment in segments]))
    assert_same(ufunc.outer(array, array[:7]), ufunc(array[:, None], array[:7]))


# ---- floating-point status and mode ----

ROUGH = [0, 0.5, 1, 88, 104, 709.8, 745.2, 1e4, 1e300, np.inf, np.nan, 2**-14, 2**-126, 2**-149, 2**-1022, 2**-1074]


@every_format
@every_row
def test_no_value_raises_a_floating_point_error(name, fmt):
    with np.errstate(all="ignore"):
        values = np.array([*ROUGH, *(-value for value in ROUGH)]).astype(fmt.dtype)
    grids = [grid.ravel() for grid in np.meshgrid(*[values] * ROWS[name]["nin"])]
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        UFUNCS[name](*grids)
        UFUNCS[name](*(spread(grid, 2) for grid in grids))
        for point in zip(*(grid[:40] for grid in grids), strict=True):
            UFUNCS[name](*point)


@KNOWN_MODES
@every_format
@every_row
def test_flags_stay_as_they_were_before_a_call(name, fmt):
    """Set or not. NumPy clears them around a loop that may report something, which older ones count all for."""
    ufunc, nin, nout = UFUNCS[name], ROWS[name]["nin"], ROWS[name]["nout"]
    with np.errstate(all="ignore"):
        values = np.array([*ROUGH, *(-value for value in ROUGH)]).astype(fmt.dtype)
    arguments, out = [values] * nin, tuple(np.empty_like(values) for _ in range(nout))
    first, first_out = [values[:1]] * nin, tuple(result[:1] for result in out)
    knows_that_none_comes = np.lib.NumpyVersion(np.__version__) >= "2.3.0"
    ones = np.ones_like(values)
    assert modes.flags_after(lambda: np.square(ones, out=out[0]), modes.INVALID) != modes.INVALID, "NumPy clears none"
    for raised in (0, *(modes.FLAGS if knows_that_none_comes else ())):
        assert modes.flags_after(lambda: ufunc(*arguments, out=out), raised) == raised
        assert modes.flags_after(lambda: ufunc(*first, out=first_out), raised) == raised


REPORTED_IN_OTHER_METHODS = {
    "reduce": lambda ufunc, huge: ufunc.reduce(huge, dtype=np.float16),
    "accumulate": lambda ufunc, huge: ufunc.accumulate(huge, dtype=np.float16),
    "reduceat": lambda ufunc, huge: ufunc.reduceat(huge, [0, 2], dtype=np.float16),
    "outer": lambda ufunc, huge: ufunc.outer(huge, huge, dtype=np.float16),
}


@pytest.mark.parametrize("method", REPORTED_IN_OTHER_METHODS)
@pytest.mark.parametrize("name", REDUCIBLE)
def test_casts_of_other_methods_still_warn(name, method):
    """NumPy before 2.3 looks at the status for them only if it does so for the loop."""
    with pytest.warns(RuntimeWarning, match="overflow encountered"):
        REPORTED_IN_OTHER_METHODS[method](UFUNCS[name], np.array([65535, 0, 65535, 1], np.uint16))


def test_casts_of_at_still_warn():
    with pytest.warns(RuntimeWarning, match="invalid value encountered"):
        pysigmoid.bce_with_logits.at(np.full(3, 65535, np.uint16), [0, 1], np.uint16(65535))


@every_row
def test_overflow_in_a_cast_of_the_same_call_still_warns(name):
    """Casts of buffers run between our chunks; clearing the status would lose what they report."""
    huge = np.full(20_000, 0.5)
    huge[[5, 19_000]] = 1e300
    arguments = [huge, *[np.full(huge.size, 0.5)] * (ROWS[name]["nin"] - 1)]
    with pytest.warns(RuntimeWarning, match="overflow encountered"):
        UFUNCS[name](*arguments, dtype=np.float32)


@pytest.mark.skipif(modes.UPWARD is None, reason="platform: the value of FE_UPWARD is not known for this machine")
@every_format
@every_row
def test_callers_rounding_mode_changes_nothing_and_stays(name, fmt):
    inputs, wants = case(name, fmt)
    before = modes.libm.fegetround()
    try:
        assert modes.libm.fesetround(modes.UPWARD) == 0
        third = np.divide(np.ones(1), 3)
        got = results(UFUNCS[name](*inputs))
        alone = results(UFUNCS[name](*(array[:1] for array in inputs)))
        mode = modes.libm.fegetround()
    finally:
        modes.libm.fesetround(before)
    assert mode == modes.UPWARD
    assert third > np.divide(np.ones(1), 3), "the mode was not in force"
    for array, first, want in zip(got, alone, wants, strict=True):
        assert_same(array, want)
        assert_same(first, want[:1])


@KNOWN_MODES
@every_format
@every_row
def test_callers_flushing_of_subnormal_numbers_changes_nothing_and_stays(name, fmt):
    """Any library built with -ffast-math may have switched it on for the whole process."""
    inputs, wants = case(name, fmt)
    modes.set_flushing(True)
    try:
        quarter = np.multiply(np.full(1, 2.0**-1022), 0.25)
        got = results(UFUNCS[name](*inputs))
        stays = modes.flushing()
    finally:
        modes.set_flushing(False)
    assert stays
    assert quarter == 0, "the mode was not in force"
    for array, want in zip(got, wants, strict=True):
        assert_same(array, want)


# ---- concurrent callers ----


def test_concurrent_callers_get_the_bits_of_one():
    name, fmt = "bce_with_logits_value_and_grad", FORMATS["float64"]
    inputs, wants = case(name, fmt)
    longer = [np.resize(array, 50_000) for array in inputs]
    expected = [np.resize(want, 50_000) for want in wants]
    with ThreadPoolExecutor(8) as pool:
        for returned in pool.map(lambda _: UFUNCS[name](*longer), range(40)):
            for got, want in zip(returned, expected, strict=True):
                assert_same(got, want)
