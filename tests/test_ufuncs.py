"""The ufuncs as objects: names, types, the dtype a call is worked in, bfloat16, errors, pickle."""

import copy
import inspect
import pickle
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest

import pysigmoid
from bounds import ROWS
from extension import REPOSITORY
from pysigmoid import _core
from samples import PROBABILITY

BF16 = np.dtype(ml_dtypes.bfloat16)
F16, F32, F64, LONG = (np.dtype(code) for code in "efdg")
FLOATS = [F16, BF16, F32, F64, LONG]
NARROW = [np.dtype(code) for code in ("?", "i1", "u1")]
INTEGERS = [np.dtype(code) for code in ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8")]

UFUNCS = {name: getattr(pysigmoid, name) for name in ROWS}
ONE_ARGUMENT = [name for name, row in ROWS.items() if row["nin"] == 1]
TWO_ARGUMENTS = [name for name, row in ROWS.items() if row["nin"] == 2]
WITH_LABELS = [name for name in TWO_ARGUMENTS if ROWS[name]["intervals"][1] == PROBABILITY]
WITH_FACTORS = [name for name in TWO_ARGUMENTS if name not in WITH_LABELS]

every_ufunc = pytest.mark.parametrize("name", UFUNCS)


def as_tuple(result):
    return result if isinstance(result, tuple) else (result,)


def dtype_of(result):
    """The dtype of a result, of all of them where there are several."""
    (dtype,) = {r.dtype for r in as_tuple(result)}
    return dtype


def call(name, value):
    """The ufunc with the same value for every argument."""
    return UFUNCS[name](*[value] * ROWS[name]["nin"])


# ---- registration ----


@every_ufunc
def test_row_is_a_real_ufunc(name):
    ufunc, row = UFUNCS[name], ROWS[name]
    assert type(ufunc) is np.ufunc
    assert (ufunc.__name__, ufunc.nin, ufunc.nout, ufunc.identity) == (name, row["nin"], row["nout"], None)
    assert ufunc.types == [f"{code * row['nin']}->{code * row['nout']}" for code in "fdeg"]
    assert getattr(_core, name) is ufunc
    assert name in pysigmoid.__all__


def test_labels_are_what_the_cross_entropies_take():
    """The list says so itself: an interval to draw from may change without changing dtypes."""
    assert [name for name, row in ROWS.items() if row["labelled"]] == [name for name in ROWS if name.startswith("bce")]
    promotion = (REPOSITORY / "csrc" / "python" / "promotion.c").read_text()
    assert "row->takes_labels" in promotion
    assert "intervals" not in promotion


def test_aliases_are_the_same_objects():
    assert pysigmoid.expit is pysigmoid.sigmoid
    assert pysigmoid.log_expit is pysigmoid.log_sigmoid
    assert pysigmoid.sigmoid.__name__ == "sigmoid"


@every_ufunc
def test_row_describes_its_inputs_outputs_and_accuracy(name):
    row = ROWS[name]
    described = {"name", "nin", "nout", "summary", "labelled", "intervals", "outputs"}
    assert set(row) == described | {"accuracy", "accuracy_of_second"}
    assert (row["accuracy_of_second"] is not None) == (name == "bce_with_logits_grad_and_hess")
    assert len(row["intervals"]) == row["nin"]
    assert all(low < high for low, high in row["intervals"])
    assert len(row["outputs"]) == row["nout"]
    if row["nout"] == 2:
        assert row["accuracy"] is None
        assert all(ROWS[output]["nout"] == 1 for output in row["outputs"])
        return
    assert row["outputs"] == (name,)
    assert set(row["accuracy"]) == {"float16", "bfloat16", "float32", "float64", "longdouble"}
    for bound in row["accuracy"].values():
        assert set(bound) == {"ulp", "relative_from", "absolute", "correctly_rounded"}
        assert bound["correctly_rounded"] == (bound["ulp"] == 0.5)
        assert (bound["relative_from"] > 0) == (bound["absolute"] > 0)


# The contract, as it is promised to users: no row may promise less.
PROMISED = {
    "sigmoid": (0.5, 0.5, 0.51),
    "sigmoid_fast": (0.5, 2.5, 2.5),
    "sigmoid_derivative": (0.5, 0.5, 0.52),
    "sigmoid_vjp": (0.501, 0.5000001, 0.55),
    "log_sigmoid": (0.5, 0.5, 0.55),
    "log_sigmoid_derivative": (0.5, 0.5, 0.51),
    "softplus": (0.5, 0.5, 0.55),
    "logit": (0.5, 0.5, 0.55),
    "silu_derivative": (0.501, 0.5000001, 1),
    "silu": (0.5, 0.5, 0.55),
    "sigmoid_gate": (0.501, 0.5000001, 0.55),
    "bce_with_logits": (0.501, 0.61, 0.6),
    "bce_with_logits_grad": (0.501, 0.51, 0.6),
    "bce": (0.501, 0.61, 1),
}


def test_rows_promise_no_less_than_the_contract():
    with_own_bounds = {name for name, row in ROWS.items() if list(row["outputs"]) == [name]}
    assert set(PROMISED) == with_own_bounds
    assert {name for name in set(ROWS) - with_own_bounds if "_and_" not in name} == set()
    second = ROWS["bce_with_logits_grad_and_hess"]["accuracy_of_second"]
    promises = [(ROWS[name]["accuracy"], promise) for name, promise in PROMISED.items()]
    for accuracy, promise in [*promises, (second, (0.501, 0.51, 0.52))]:
        bounds = [accuracy[dtype]["ulp"] for dtype in ("float16", "float32", "float64", "longdouble")]
        assert all(bound <= most for bound, most in zip(bounds, [*promise, 4], strict=True)), promise
        assert accuracy["bfloat16"] == accuracy["float16"]


@every_ufunc
def test_documentation_states_the_signature_the_accuracy_and_an_example(name):
    doc = UFUNCS[name].__doc__
    assert doc.startswith(f"{name}(x")
    assert "{" not in doc  # every paragraph is filled in
    assert f"pysigmoid.{name}(" in doc.partition("Examples\n")[2]
    for section in ("Parameters", "Returns", "Notes", "Examples"):
        assert f"\n{section}\n{'-' * len(section)}\n" in doc, section
    if ROWS[name]["accuracy"]:
        assert "correctly rounded" in doc or f"{ROWS[name]['accuracy']['float32']['ulp']:.7g} ULP" in doc


@pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.2.0", reason="platform: ufuncs of NumPy 2.0 and 2.1 have no attributes"
)
@every_ufunc
def test_ufunc_names_its_public_home(name):
    ufunc = UFUNCS[name]
    assert (ufunc.__module__, ufunc.__qualname__) == ("pysigmoid", name)
    assert list(inspect.signature(ufunc).parameters)[: ROWS[name]["nin"]] in (["x"], ["x1", "x2"])


@every_ufunc
def test_copies_and_pickles_are_the_same_object(name):
    ufunc = UFUNCS[name]
    assert copy.copy(ufunc) is ufunc
    assert copy.deepcopy({"f": ufunc})["f"] is ufunc
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(ufunc, protocol)) is ufunc


def printed_by_a_new_process(code):
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_pickle_is_read_by_a_process_that_imported_nothing():
    payload = pickle.dumps(list(UFUNCS.values()))
    code = f"import pickle; print([f.__name__ for f in pickle.loads({payload!r})])"
    assert printed_by_a_new_process(code) == str(list(UFUNCS))


# ---- the dtype a call is worked in ----


@pytest.mark.parametrize("dtype", [*FLOATS, *NARROW, *INTEGERS], ids=str)
@every_ufunc
def test_dtype_of_a_result(name, dtype):
    """Floats keep theirs, bool and integers up to 16 bits give float32, wider ones float64."""
    want = dtype if dtype in FLOATS else F32 if dtype.itemsize <= 2 else F64
    assert dtype_of(call(name, np.zeros(3, dtype))) == want
    assert dtype_of(call(name, np.zeros((), dtype)[()])) == want


@pytest.mark.parametrize(("value", "want"), [(True, F32), (1, F64), (0.5, F64)], ids=repr)
@every_ufunc
def test_dtype_of_python_numbers(name, value, want):
    assert dtype_of(call(name, value)) == want
    assert dtype_of(call(name, [value, value])) == want


# An array's dtype, the dtype of the result, and what stands beside the array then: NumPy's promotion, but the half
# types keep what fits into them.
BESIDE = [
    (F32, F32, [True, 1, 0.5, *NARROW, np.dtype("i2"), np.dtype("u2"), F16]),
    (F32, F64, [np.dtype("i4"), np.dtype("i8"), np.float64(1), F64]),
    (F64, F64, [True, 1, 0.5, *NARROW, *INTEGERS, F16, F32]),
    (F16, F16, [True, 1, 0.5, *NARROW]),
    (F16, F32, [np.dtype("i2"), np.dtype("u2"), F32, BF16]),
    (F16, F64, [np.dtype("i4"), np.dtype("i8"), F64]),
    (BF16, BF16, [True, *NARROW]),
    (BF16, F32, [1, 0.5, np.dtype("i2"), F16, F32]),
    (BF16, F64, [F64]),
    (LONG, LONG, [True, 1, 0.5, np.dtype("i8"), F16, F32, F64]),
    (np.dtype("i1"), F32, [1, np.dtype("i2")]),
    (np.dtype("i1"), F64, [0.5, np.dtype("i4")]),
]
BESIDE = [(dtype, want, other) for dtype, want, others in BESIDE for other in others]


def other_argument(other):
    return np.ones(3, other) if isinstance(other, np.dtype) else other


@pytest.mark.parametrize(("dtype", "want", "other"), BESIDE, ids=lambda value: str(value))
@pytest.mark.parametrize("name", WITH_FACTORS)
def test_dtype_of_two_arguments(name, dtype, want, other):
    left, right = np.ones(3, dtype), other_argument(other)
    assert dtype_of(UFUNCS[name](left, right)) == want
    assert dtype_of(UFUNCS[name](right, left)) == want


@pytest.mark.parametrize("labels", [True, False, 0, 1, *NARROW, *INTEGERS], ids=str)
@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@pytest.mark.parametrize("name", WITH_LABELS)
def test_logits_keep_their_dtype_beside_bool_and_integer_labels(name, dtype, labels):
    logits = np.array([0.25, 0.5, 0.75], dtype)
    result = UFUNCS[name](logits, other_argument(labels))
    assert dtype_of(result) == dtype
    same = UFUNCS[name](logits, np.broadcast_to(np.asarray(other_argument(labels)), 3).astype(dtype))
    np.testing.assert_array_equal(result, same)


@pytest.mark.parametrize("name", WITH_LABELS)
def test_float_labels_follow_numpys_promotion(name):
    for first, second, want in [(F32, F64, F64), (F64, F32, F64), (F16, F32, F32), (BF16, F32, F32), (F32, LONG, LONG)]:
        assert dtype_of(UFUNCS[name](np.ones(3, first), np.ones(3, second))) == want
    assert dtype_of(UFUNCS[name](np.ones(3, F32), 0.5)) == F32
    assert dtype_of(UFUNCS[name](np.ones(3, F16), 0.5)) == F16


@pytest.mark.parametrize("want", [F16, F32, F64, LONG], ids=str)
@pytest.mark.parametrize("given", FLOATS, ids=str)
@every_ufunc
def test_dtype_may_be_asked_for(name, given, want):
    nin, nout = ROWS[name]["nin"], ROWS[name]["nout"]
    arguments = [np.ones(3, given)] * nin
    if not np.can_cast(given, want, "same_kind"):  # bfloat16 to float16
        with pytest.raises(TypeError, match="Cannot cast"):
            UFUNCS[name](*arguments, dtype=want)
        return
    assert dtype_of(UFUNCS[name](*arguments, dtype=want)) == want
    assert dtype_of(UFUNCS[name](*arguments, signature=f"{want.char * nin}->{want.char * nout}")) == want


@pytest.mark.parametrize("name", WITH_LABELS)
def test_asked_dtype_wins_over_that_of_the_logits(name):
    labels = np.array([0, 1, 1])
    assert dtype_of(UFUNCS[name](np.ones(3, F32), labels, dtype=F64)) == F64
    assert dtype_of(UFUNCS[name](np.ones(3, BF16), labels.astype(bool), dtype=F32)) == F32


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@every_ufunc
def test_metadata_of_the_first_dtype_and_native_bytes_as_in_numpys_own_ufuncs(name, dtype):
    labelled = np.dtype(dtype, metadata={"unit": "logit"})
    for given in (labelled, labelled.newbyteorder(">")):
        (own,) = {result.dtype for result in as_tuple(call(name, np.ones(3, given)))}
        numpys = np.add(np.ones(3, given), np.ones(3, given)).dtype
        assert own == numpys == dtype
        assert own.isnative
        assert own.metadata == numpys.metadata


# ---- bfloat16 ----


@pytest.mark.parametrize("name", [name for name in TWO_ARGUMENTS if ROWS[name]["nout"] == 1])
def test_reductions_of_bfloat16_and_float16_keep_it(name):
    for dtype in (BF16, F16):
        x = np.array([0.5, 0.25, 0.75], dtype)
        assert UFUNCS[name].reduce(x).dtype == dtype
        assert UFUNCS[name].accumulate(x).dtype == dtype
        assert UFUNCS[name].outer(x, x).dtype == dtype
        assert UFUNCS[name].reduceat(x, [0, 1]).dtype == dtype


BFLOAT16_CALLS = """
import ml_dtypes, numpy as np, pysigmoid
x = np.array([-2, 0.5, 3]).astype(ml_dtypes.bfloat16)
{first}
gate, loss = pysigmoid.sigmoid_gate, pysigmoid.bce_with_logits
print(pysigmoid.sigmoid(x).dtype, gate(x, x).dtype, gate(x, np.int8(1)).dtype, loss(x, [0, 1, 1]).dtype)
"""


@pytest.mark.parametrize(
    "first",
    [
        "",
        "pysigmoid.sigmoid(np.float32(1)), pysigmoid.sigmoid_gate(np.float32(1), np.float32(2))",
        "pysigmoid.sigmoid(x, dtype=np.float32), pysigmoid.sigmoid_gate(x, x, dtype=np.float32)",
        "pysigmoid.sigmoid_gate(x, 1), pysigmoid.sigmoid_gate(x, np.float32(1)), pysigmoid.bce_with_logits(x, 0.5)",
    ],
    ids=["first-call", "after-float32", "after-dtype-float32", "after-promotion-to-float32"],
)
def test_bfloat16_whatever_was_called_before(first):
    assert printed_by_a_new_process(BFLOAT16_CALLS.format(first=first)).split() == ["bfloat16"] * 4


def test_bfloat16_when_ml_dtypes_is_imported_after_us():
    code = "import numpy as np, pysigmoid; pysigmoid.sigmoid(np.float32(1))" + BFLOAT16_CALLS.format(first="")
    assert printed_by_a_new_process(code).split() == ["bfloat16"] * 4


def test_ufunc_alone_that_is_asked_gets_its_loop():
    """Where there is no GIL, other threads may read the lists of the others. README tells what shows of it."""
    code = """
import numpy as np, pysigmoid, ml_dtypes
x = np.array([-2, 0.5, 3]).astype(ml_dtypes.bfloat16)
def works(ufunc):
    try:
        return ufunc(x, dtype=x.dtype).dtype == x.dtype
    except TypeError:
        return False
pysigmoid.sigmoid(x)
print(works(pysigmoid.sigmoid), works(pysigmoid.softplus), works(pysigmoid.softplus))
"""
    assert printed_by_a_new_process(code) == "True False True"
    assert printed_by_a_new_process(code.replace("pysigmoid, ml_dtypes", "ml_dtypes, pysigmoid")) == "True True True"


def test_ml_dtypes_is_never_imported_by_us():
    code = "import sys, numpy as np, pysigmoid; pysigmoid.sigmoid(np.float32(1)); print('ml_dtypes' in sys.modules)"
    assert printed_by_a_new_process(code) == "False"


def test_other_dtypes_of_ml_dtypes_are_not_taken_for_bfloat16():
    x = np.array([0.5, 1, 2], ml_dtypes.float8_e4m3fn)
    np.testing.assert_array_equal(pysigmoid.sigmoid(x), pysigmoid.sigmoid(x.astype(np.float32)))


# ---- what is refused ----

REFUSED = {
    "complex": np.array([0.5 + 0j]),
    "object": np.array([0.5], object),
    "string": np.array(["0.5"]),
    "bytes": np.array([b"0.5"]),
    "datetime": np.array(["2020-01-01"], "M8[D]"),
    "timedelta": np.array([1], "m8[s]"),
    "structured": np.zeros(1, [("x", "f4")]),
    "None": None,
    "python string": "0.5",
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED)
@every_ufunc
def test_dtype_without_meaning_is_a_type_error(name, value):
    out = tuple(np.full(1, 7.0) for _ in range(ROWS[name]["nout"]))
    with pytest.raises(TypeError):
        call(name, value)
    with pytest.raises(TypeError):
        UFUNCS[name](*[value] * ROWS[name]["nin"], out=out)
    assert all(array[0] == 7 for array in out)


@every_ufunc
def test_buffer_that_cannot_take_the_result_stays_as_it_was(name):
    x = [np.full(3, 0.5)] * ROWS[name]["nin"]
    locked, short, integers = np.full(3, 7.0), np.full(2, 7.0), np.full(3, 7)
    locked.flags.writeable = False
    for bad, error in [(locked, ValueError), (short, ValueError), (integers, TypeError)]:
        good = np.full(3, 7.0)
        with pytest.raises(error):
            UFUNCS[name](*x, out=(good, bad)[-ROWS[name]["nout"] :])
        assert np.all(bad == 7)
        assert np.all(good == 7)
    assert all(np.all(array == 0.5) for array in x)


@every_ufunc
def test_shapes_that_do_not_fit_are_a_value_error(name):
    out = np.full((2, 3), 7.0)
    with pytest.raises(ValueError, match="broadcast"):
        UFUNCS[name](*[np.ones(4)] * ROWS[name]["nin"], out=(out,) * ROWS[name]["nout"])
    if ROWS[name]["nin"] == 2:
        with pytest.raises(ValueError, match="broadcast"):
            UFUNCS[name](np.ones(3), np.ones(4))
    assert np.all(out == 7)


@every_ufunc
def test_wrong_number_of_arguments_is_a_type_error(name):
    with pytest.raises(TypeError):
        UFUNCS[name]()
    with pytest.raises(TypeError):
        UFUNCS[name](*[np.ones(3)] * 5)
    with pytest.raises(TypeError):
        UFUNCS[name](*[np.ones(3)] * ROWS[name]["nin"], beta=2)
