"""What to write here for names and options that are known from elsewhere."""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from numbers import Real
from typing import Any, NoReturn, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

# Options


def check_softplus_options(beta: object, threshold: object) -> None:
    if not (isinstance(beta, Real) and isinstance(threshold, Real) and beta == 1 and threshold == 20):
        raise TypeError(
            f"softplus takes no beta ({beta}) and no threshold ({threshold}) but torch's defaults, 1 and 20; "
            "write softplus(beta * x) / beta, which is exact and needs no threshold"
        )


def check_averaging(size_average: object, reduce: object) -> None:
    """Refuse what torch had before `reduction`, and name the reduction it means; None means nothing."""
    if size_average is reduce is None:
        return
    given = {"size_average": size_average, "reduce": reduce}
    shown = " and ".join(f"{name} is {value!r}" for name, value in given.items() if value is not None)
    named = [value for value in given.values() if isinstance(value, str)]
    meant = "none" if _is_false(reduce) else "sum" if _is_false(size_average) else "mean"
    raise TypeError(f"{shown}, which torch has given up; pass reduction={named[0] if named else meant!r}")


def _is_false(option: object) -> bool:
    return isinstance(option, int) and not option


# Keywords

# Of torch, scikit-learn and Keras, and what may be meant here, the best first.
KEYWORDS = {
    "dim": ("axis",),
    "ignore_index": ("ignore_value", "where"),
    "keepdim": ("keepdims",),
    "mask": ("where",),
    "reduce": ("reduction",),
    "sample_weight": ("weight",),
    "size_average": ("reduction",),
}


def explicit(function: Function) -> Function:
    """Show the signature without `misnamed`: it gathers keywords for `refuse_keywords` and is no argument.

    To gather them takes less time than a function around the function, which would raise the same.
    """
    signature = inspect.signature(function)
    parameters = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
    function.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return function


def refuse_keywords(function: Callable[..., Any], misnamed: dict[str, Any]) -> NoReturn:
    """Raise what Python raises for a keyword that no parameter has, and say which one may be meant."""
    name, parameters = next(iter(misnamed)), inspect.signature(function).parameters
    meant = [keyword for keyword in KEYWORDS.get(name, ()) if keyword in parameters]
    remedy = f"; pass {meant[0]}=" if meant else ""
    raise TypeError(f"{function.__qualname__}() got an unexpected keyword argument {name!r}{remedy}")


# Names

MODULES = ("pysigmoid", "pysigmoid.functional", "pysigmoid.nn")
OTHER_NAMES = {"swish": "silu", "focalloss": "sigmoidfocalloss"}


def no_attribute(module: str, name: str) -> AttributeError:
    """The error for a name that a module lacks; it says which of our modules has it, or one that is spelled alike."""
    meant = () if name.startswith("_") else _places(module, name)
    remedy = f"; did you mean {' or '.join(meant)}?" if meant else ""
    return AttributeError(f"module {module!r} has no attribute {name!r}{remedy}")


def _places(module: str, name: str) -> tuple[str, ...]:
    """Where the very name is, and what is spelled alike: in this module, or anywhere if that is all there is."""
    alike = [(place, other) for place, other in _public_names() if _spelling(other) == _spelling(name)]
    close = [(place, other) for place, other in alike if other == name or place == module]
    exact_first = sorted(close or alike, key=lambda found: found[1] != name)
    return tuple(f"{place}.{other}" for place, other in exact_first)


def _public_names() -> Iterator[tuple[str, str]]:
    """Every public name and its module. A module that is being imported has no names yet."""
    for module in MODULES:
        yield from ((module, name) for name in getattr(import_module(module), "__all__", ()))


def _spelling(name: str) -> str:
    """A name as all libraries might spell it: `BCELoss`, `bce` and `binary_cross_entropy` are one."""
    bare = name.lower().replace("_", "").replace("binarycrossentropy", "bce")
    return OTHER_NAMES.get(bare, bare).removesuffix("loss")
