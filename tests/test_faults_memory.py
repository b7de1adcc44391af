"""Memory that is refused, and references that are not given back, and small stacks."""

import pytest

from platforms import frees_objects, stands_lost_errors, takes_refusals
from processes import DRIVERS, FORK, LIMIT, LINUX, PRELUDE, build_library, run

ATTEMPT = """
# Without those that begin with np.copyto, which may crash without memory.
TRIED = {name: call for name, call in CALLS.items() if not name.endswith(("in place", " at"))}

def attempt(call, refuse, allow):
    # What the call returns, or nothing where memory is refused.
    returned = None
    try:
        refuse()
        returned = call()
    except MemoryError:
        pass
    except SystemError as error:
        # np.divmod, np.add.at and np.broadcast_to lose their MemoryError in this way; nothing of ours may.
        assert not any(f"built-in function {name}>" in str(error) for name in dir(_core)), error
    except TypeError as error:
        assert str(error) == "expected number, got int", error  # np.float64(1) loses it so, by NumPy 2.5
    finally:
        allow()
    return returned
"""


@stands_lost_errors
@takes_refusals
def test_failing_allocations_are_errors_or_nothing():
    """Python's own allocations fail one after another, in calls and settings."""
    code = """
    import _testcapi, functools

    def settings():
        with pysigmoid.num_threads(2):
            pysigmoid.set_num_threads(3)
            pysigmoid.get_num_threads()
        return pysigmoid.show_config("dicts") and None

    errors = 0
    for name, action in [*TRIED.items(), ("settings", settings)]:
        for position in range(70):
            refuse = functools.partial(_testcapi.set_nomemory, position, position + 1)
            returned = attempt(action, refuse, _testcapi.remove_mem_hooks)
            errors += returned is None
            assert returned is None or bits(returned) == WANTS[name], (name, position)
            assert _core.own_threads() == 0
    check_all()
    assert errors > 1000
    """
    run(code, prelude=DRIVERS + ATTEMPT, limit=3 * LIMIT)


REFUSES_MEMORY = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t);
int calls_left = -1; /* until one call fails; never while negative */

static int fails(void)
{
    if (calls_left < 0 || calls_left-- > 0)
        return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
void *calloc(size_t n, size_t size) { return fails() ? NULL : __libc_calloc(n, size); }

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset)
{
    void *(*real)(void *, size_t, int, int, int, off_t) = dlsym(RTLD_NEXT, "mmap");
    return fails() ? MAP_FAILED : real(address, length, protection, flags, file, offset);
}
"""


@LINUX
def test_memory_that_the_system_refuses_while_threads_are_made(tmp_path):
    code = """
    import ctypes
    left = ctypes.c_int.in_dll(ctypes.CDLL(None), "calls_left")
    out = np.empty_like(X)
    for position in range(20):
        child = os.fork()
        if child == 0:
            try:
                left.value = position
                pysigmoid.sigmoid(X, out=out)
            except MemoryError:
                pass
            left.value = -1
            check()
            assert 0 <= _core.pool_workers() <= 3
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0, position
    """
    run(code, options=FORK, LD_PRELOAD=build_library(tmp_path, REFUSES_MEMORY))


@LINUX
@stands_lost_errors
def test_memory_that_the_system_refuses_in_calls(tmp_path):
    """NumPy's data and our own sums: each position fails once, in every call."""
    code = """
    import ctypes
    left = ctypes.c_int.in_dll(ctypes.CDLL(None), "calls_left")
    errors = 0
    for name, call in TRIED.items():
        for position in range(12):
            returned = attempt(call, lambda: setattr(left, "value", position), lambda: setattr(left, "value", -1))
            errors += returned is None
            assert returned is None or bits(returned) == WANTS[name], (name, position)
    check_all()
    assert errors > 100, errors
    """
    run(code, prelude=DRIVERS + ATTEMPT, limit=3 * LIMIT, LD_PRELOAD=build_library(tmp_path, REFUSES_MEMORY))


def test_every_call_fits_on_a_small_stack():
    """Of 128 KiB, as a thread has where the C library is musl, whether it computes alone or with others."""
    code = """
    def work():
        for name, call in CALLS.items():
            names.append(name)
            returned.append(bits(call()) == WANTS[name])

    names, returned = [], []
    threading.stack_size(128 * 1024)
    for count in (1, 4):
        pysigmoid.set_num_threads(count)
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert all(returned) and len(returned) == 2 * len(CALLS), names[-1]
    """
    run(code, prelude=DRIVERS)


WATCHED = """
import gc
gc.freeze()  # what there is already need not be looked at again
KEPT = [None, True, False, NotImplemented, 0, 1, *map(np.dtype, "?bBhHiIqQefdg"), np.float32, np.float64, np.ndarray]
KEPT += [getattr(pysigmoid, row["name"]) for row in _core.functions] + [_core.loss, _core.apply, "mean", "none", "sum"]

def growth_of(action, rounds):
    # New blocks, and new references to what is never freed, per round.
    gc.collect()
    before = [sys.getallocatedblocks(), *map(sys.getrefcount, KEPT)]
    for _ in range(rounds):
        action()
    gc.collect()
    return [after - count for after, count in zip([sys.getallocatedblocks(), *map(sys.getrefcount, KEPT)], before)]

def leaks(action, rounds=10):
    # What is left by a stretch of any length is of this measurement. Caches fill up for a while.
    growth_of(action, 1)
    for _ in range(6):
        short, long = growth_of(action, rounds), growth_of(action, 2 * rounds)
        if max(more - few for more, few in zip(long, short)) < rounds:
            return False
    return True
"""


@frees_objects
def test_no_call_keeps_a_reference():
    """Of every driver, errors included."""
    code = """
    leaking = [name for name, call in CALLS.items() if leaks(call)]
    assert leaking == [], leaking
    """
    run(code, prelude=DRIVERS + WATCHED, limit=5 * LIMIT)


ERRORS = """
import itertools
from pysigmoid import functional as F, nn

class Odd:
    def __array__(self, dtype=None, copy=None):
        raise ValueError("no array")

x = np.linspace(-2, 2, 7)
locked = x.copy()
locked.flags.writeable = False
ODD = [
    None, "text", b"bytes", 1j, object(), Odd(), [1, [2]], {}, np.array(["text"]), np.array([1j]), np.array([None]),
    np.zeros(3, "M8[s]"), np.zeros((7, 2)), locked, np.zeros(7, int), -1, 2.5, 2**70, float("nan"), (), (0, 0), (9,),
    np.full(7, 2.0), [0.5] * 7, np.ma.masked_equal(np.eye(7)[0], 0), True,
]

def names_of(module):
    return [name for name in module.__all__ if callable(getattr(module, name))]

def attempts(function, keywords):
    # The function with every odd argument in every place.
    for odd in ODD:
        yield lambda: function(odd)
        yield lambda: function(x, odd)
        yield lambda: function(x, x > 0, odd)
        for keyword in keywords:
            yield lambda: function(x, x > 0, **{keyword: odd})
            yield lambda: function(x, **{keyword: odd})

KEYWORDS = [
    "weight", "reduction", "pos_weight", "label_smoothing", "ignore_value", "where", "axis", "keepdims", "validate",
    "dtype", "out", "grad_out", "hess_out", "eps", "dim", "alpha", "gamma", "beta",
]

def tried(attempt):
    try:
        with np.errstate(all="ignore"):
            attempt()
    except Exception:
        pass
"""


@pytest.mark.parametrize("module", ["pysigmoid", "pysigmoid.functional", "pysigmoid.nn"])
def test_no_odd_argument_of_a_public_function_keeps_a_reference(module):
    """Whatever is passed where it does not belong, and every error that answers it."""
    code = f"""
    import importlib, warnings
    warnings.simplefilter("ignore")
    module = importlib.import_module({module!r})
    leaking = []
    for name in names_of(module):
        if name in ("show_config", "set_num_threads", "num_threads"):
            continue
        function = getattr(module, name)
        function = (lambda *given, made=function, **options: made()(*given, **options)) if isinstance(
            function, type
        ) else function
        tries = list(attempts(function, KEYWORDS))
        if leaks(lambda: [tried(attempt) for attempt in tries], 4):
            leaking.append(name)
    assert leaking == [], leaking
    """
    run(code, prelude=PRELUDE + WATCHED + ERRORS, limit=5 * LIMIT)


@frees_objects
def test_leak_of_one_object_or_reference_is_noticed():
    code = """
    lost = []
    assert leaks(lambda: lost.append(object()))
    lasts_for_ever = sys.getrefcount(np.dtype("f4")) > 1 << 30  # from Python 3.14 and NumPy 2.5 on
    assert lasts_for_ever or leaks(lambda: lost.append(np.dtype("f4")))
    assert leaks(lambda: lost.append(pysigmoid.sigmoid))
    assert not leaks(lambda: object())
    assert not leaks(lambda: pysigmoid.sigmoid(X[:5]))
    """
    run(code, prelude=PRELUDE + WATCHED)


def test_settings_leak_nothing():
    code = """
    import gc

    def blocks_after(rounds):
        for _ in range(rounds):
            pysigmoid.set_num_threads(2)
            with pysigmoid.num_threads(3):
                pysigmoid.get_num_threads()
            pysigmoid.show_config("dicts")
            for wrong in (0, "4", 2**40):
                try:
                    pysigmoid.set_num_threads(wrong)
                except (TypeError, ValueError):
                    pass
            try:
                _core.set_own_threads("two")
            except TypeError:
                pass
        gc.collect()
        return sys.getallocatedblocks()

    blocks_after(50)
    before = blocks_after(50)
    assert blocks_after(300) - before < 100
    """
    run(code)
