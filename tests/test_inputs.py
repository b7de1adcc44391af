"""Where the numbers of the tests come from: not from functions whose last bits depend on the processor.

The C library and NumPy choose among implementations of exp, log and their kin by what the processor has, and these
differ in the last bit. Inputs made with them are others on another machine, where a test that hangs on them tosses a
coin. NumPy's normal numbers are of that kind too: one in a hundred takes exp or log1p. So every call has its reason.
"""

import ast
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent

ELEMENTARY = {
    *(
        "exp",
        "exp2",
        "expm1",
        "log",
        "log2",
        "log10",
        "log1p",
        "logaddexp",
        "logaddexp2",
        "power",
        "float_power",
        "pow",
    ),
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh", "arcsinh", "arccosh"),
    *("arctanh", "cbrt", "hypot", "geomspace", "logspace", "expit", "logit", "log_expit", "erf"),
}
RANDOM = {
    *("normal", "standard_normal", "multivariate_normal", "lognormal", "exponential", "standard_exponential", "gamma"),
    *("standard_gamma", "beta", "chisquare", "poisson", "binomial", "laplace", "logistic", "standard_t"),
}

# Ours, and those that round to as many digits as asked for, by integers alone.
INDEPENDENT = {"pysigmoid", "F", "nn", "_core", "functional", "gmpy2", "mpmath", "torch", "jax", "oracle"}

WANTED = "what is wanted, compared within a tolerance"
ANY = "inputs of a property that holds for any"

REASONS = {
    "proof/losses.py": {"normal exp2": ANY},
    "tests/fuzz/draw.py": {"normal": ANY},
    "tests/fuzz/reference.py": {"exp log log1p": "long double, whose error the comparison allows for"},
    "tests/oracle.py": {"exp log log1p": "long double, whose error the checks allow for"},
    "tests/peers/drivers.py": {"normal": ANY},
    "tests/peers/test_boosting_libraries.py": {"standard_normal logistic": ANY},
    "tests/peers/test_compiled_callers.py": {"normal": ANY, "exp": "the time of a loop over libm's"},
    "tests/peers/test_dask_workers.py": {"normal standard_normal logistic": ANY},
    "tests/peers/test_spark_recipes.py": {"standard_normal": ANY},
    "tests/peers/test_torch_elementwise.py": {"tanh": WANTED},
    "tests/peers/test_torch_losses.py": {"normal": ANY},
    "tests/samples.py": {"exp": "labels beside sigmoid(x), moved by random steps; bounds hold for any"},
    "tests/test_accumulator.py": {"normal exp": ANY},
    "tests/test_all_outputs.py": {"normal": ANY},
    "tests/test_apply.py": {"normal": ANY, "exp": ANY},
    "tests/test_benchmarks.py": {"exp": "a tolerance"},
    "tests/test_boosting.py": {"standard_normal": ANY},
    "tests/test_capi.py": {"normal": ANY},
    "tests/test_dask.py": {"normal": ANY},
    "tests/test_dask_linear.py": {"standard_normal logistic": ANY},
    "tests/test_examples.py": {"normal standard_normal": ANY, "tanh": WANTED},
    "tests/test_factors.py": {"normal geomspace log": ANY},
    "tests/test_functional.py": {"normal": ANY, "exp log1p": WANTED},
    "tests/test_linear.py": {"standard_normal": ANY, "logaddexp": WANTED},
    "tests/test_loss_call.py": {"normal": ANY},
    "tests/test_loss_operands.py": {"normal": ANY, "exp log log1p": WANTED},
    "tests/test_losses.py": {"normal": ANY, "exp log1p cosh logaddexp": WANTED},
    "tests/test_moderate.py": {"normal": ANY},
    "tests/test_nn.py": {"normal": ANY, "exp": WANTED},
    "tests/test_numbers.py": {"normal": ANY},
    "tests/test_paired.py": {"normal": ANY, "exp log1p": "long double, whose error the checks allow for"},
    "tests/test_reductions.py": {"normal": ANY, "exp": ANY},
    "tests/test_temporaries.py": {"normal": "memory is measured, no number"},
    "tests/test_torch_behaviour.py": {"normal": ANY, "exp expit log log1p logaddexp logit tanh": WANTED},
    "tests/test_tutorials.py": {"normal": ANY, "exp log": WANTED},
}
ALLOWED = {(path, name) for path, reasons in REASONS.items() for names in reasons for name in names.split()}

PROGRAMS = [path for folder in ("tests", "proof") for path in sorted((REPOSITORY / folder).rglob("*.py"))]


def calls(text):
    """Names of the functions that are called; elementary ones of constants are the same everywhere, as log(2)."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, name = ast.unparse(node.func.value).partition(".")[0], node.func.attr
            variable = not all(isinstance(argument, ast.Constant) for argument in node.args)
            if owner not in INDEPENDENT and (name in RANDOM or (name in ELEMENTARY and variable)):
                yield name


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_functions_whose_last_bits_depend_on_the_processor_are_called_for_a_reason(path):
    name = str(path.relative_to(REPOSITORY))
    assert {(name, function) for function in calls(path.read_text())} - ALLOWED == set()


def test_every_reason_is_needed():
    called = {(str(path.relative_to(REPOSITORY)), name) for path in PROGRAMS for name in calls(path.read_text())}
    assert ALLOWED - called == set()


def test_calls_are_noticed():
    """The control: whatever the module is called, and inside other calls."""
    assert set(calls("x = rng.normal(size=3) * np.exp(x)")) == {"normal", "exp"}
    assert set(calls("y = f(scipy.special.expit(x), default_rng(0).normal(size=4))")) == {"expit", "normal"}
    assert set(calls("y = np.log(2) * gmpy2.exp(x) + F.logit(p) + np.sqrt(x) + np.ldexp(x, 3)")) == set()
