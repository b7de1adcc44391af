"""Threads refused, many callers at once, settings that change, and every way to call on many threads."""

import os

import pytest

from platforms import need
from processes import LINUX, PRELUDE, ROUNDS, build_library, run

# ---- threads refused ----


REFUSES_THREADS = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

/* How many threads may still be made; any number as long as it is negative. */
int threads_left = -1;
int refusals;

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = dlsym(RTLD_NEXT, "pthread_create");
    if (threads_left == 0) {
        refusals++;
        return EAGAIN;
    }
    threads_left -= threads_left > 0;
    return create(thread, attributes, start, argument);
}
"""


@LINUX
@pytest.mark.parametrize("allowed", [0, 1, 2, 3])
def test_refused_threads_are_done_without(allowed, tmp_path):
    code = f"""
    import ctypes
    shim = ctypes.CDLL(None)
    ctypes.c_int.in_dll(shim, "threads_left").value = {allowed}
    for _ in range(20):
        check()
    assert pysigmoid.show_config("dicts")["workers"] == _core.pool_workers() == {allowed}
    assert ctypes.c_int.in_dll(shim, "refusals").value == 2, "with a small stack, with the usual one, and never again"
    ctypes.c_int.in_dll(shim, "threads_left").value = -1
    check()
    assert _core.pool_workers() == {allowed}
    pysigmoid.set_num_threads(8)
    check()
    assert _core.pool_workers() == 7
    """
    run(code, threads=8, LD_PRELOAD=build_library(tmp_path, REFUSES_THREADS))


@LINUX
def test_limit_on_processes_is_no_error():
    """It does not hold for root, so root becomes nobody first."""
    code = """
    import resource
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    for _ in range(5):
        check()
    assert _core.pool_workers() == 0
    """
    run(code)


# ---- concurrent callers, changing settings ----


@pytest.mark.repeated
@LINUX
@pytest.mark.parametrize("threads", [1, 2, 8, 64])
def test_thirty_two_callers_at_once(threads):
    code = """
    sizes = [100, 5_000, 16_384, 100_000, 1_000_000]
    wants = {size: WANT[: 4 * size] for size in sizes}
    everyone = threading.Barrier(32)
    failures = []
    before = len(tasks())

    def work(number):
        everyone.wait()
        for call in range(20 * ROUNDS):
            size = sizes[(number + call) % len(sizes)]
            if pysigmoid.sigmoid(X[:size]).tobytes() != wants[size]:
                failures.append(size)

    callers = [threading.Thread(target=work, args=(number,)) for number in range(32)]
    for caller in callers:
        caller.start()
    most = 0
    while any(caller.is_alive() for caller in callers):
        most = max(most, len(tasks()))
        time.sleep(0.001)
    assert failures == []
    assert most <= before + 32 + pysigmoid.get_num_threads() - 1, most
    """
    run(code, threads=threads)


@pytest.mark.repeated
def test_number_changes_while_others_compute():
    code = """
    done = threading.Event()
    failures = []

    def compute():
        while not done.is_set():
            if pysigmoid.sigmoid(X).tobytes() != WANT:
                failures.append(1)

    others = [threading.Thread(target=compute) for _ in range(3)]
    for thread in others:
        thread.start()
    for step in range(400 * ROUNDS):
        pysigmoid.set_num_threads(step % 9 + 1)
        with pysigmoid.num_threads(step % 3 + 1):
            if step % 10 == 0:
                check()
        time.sleep(0.001)
    done.set()
    for thread in others:
        thread.join()
    assert failures == []
    """
    run(code)


# ---- every way to call, with threads ----


TWICE = """
def same(function, *arrays):
    # Does the same to copies of the arrays on 1 and on 8 threads; returns the results.
    results = []
    for count in (1, 8):
        copies = [array.copy() for array in arrays]
        with pysigmoid.num_threads(count):
            returned = function(*copies)
        returned = returned if isinstance(returned, tuple) else (returned,)
        results.append([np.ascontiguousarray(array).tobytes() for array in (*returned, *copies)])
    assert results[0] == results[1]
    return returned

Y = np.random.default_rng(1).random(1_000_000, np.float32)
BINARY = [getattr(pysigmoid, row["name"]) for row in _core.functions if (row["nin"], row["nout"]) == (2, 1)]
"""


@pytest.mark.repeated
def test_methods_of_ufuncs_keep_their_order():
    code = """
    n = 200_000
    table = Y.reshape(10, -1)
    starts = [0, 10, 60_000, 60_001]
    for _ in range(ROUNDS):
        for ufunc in BINARY:
            same(ufunc.accumulate, Y[:n])
            same(ufunc.reduce, Y[:n])
            same(lambda y: ufunc.reduceat(y, starts), Y[:n])
            same(lambda y: ufunc.reduce(y, axis=0), table)
            same(lambda y: ufunc.accumulate(y, axis=0), table)
            same(lambda x, y: ufunc.at(x, np.arange(50_000) % 1000, y[:50_000]) or x, X[:n], Y[:n])
            same(ufunc.outer, Y[:1000], X[:200])
    """
    run(code, prelude=PRELUDE + TWICE)


def test_outputs_that_overlap_inputs_are_as_on_copies():
    code = """
    labels, logits = Y[:200_000], X[:200_000]
    for ufunc in BINARY:
        want = ufunc(labels, logits).tobytes()
        for place in ("y", "x"):
            (got, *_) = same(lambda y, x: ufunc(y, x, out=y if place == "y" else x), labels, logits)
            assert got.tobytes() == want
        (got, *_) = same(lambda y, x: ufunc(y[1:], x[1:], out=y[:-1]), labels, logits)
        assert got.tobytes() == want[4:]
        (got, *_) = same(lambda y, x: ufunc(y[:-1], x[:-1], out=y[1:]), labels, logits)
        assert got.tobytes() == want[:-4]
        (got, *_) = same(lambda y, x: ufunc(y, x, out=x[::-1]), labels, logits)
        assert got.tobytes() == want

    def shifted_by_a_byte(x):
        raw = np.concatenate([x.view(np.uint8), np.zeros(4, np.uint8)])
        return pysigmoid.sigmoid(raw[:-4].view(np.float32), out=raw[1:-3].view(np.float32))

    (got, *_) = same(shifted_by_a_byte, X)
    assert got.tobytes() == WANT
    """
    run(code, prelude=PRELUDE + TWICE)


def test_layouts():
    code = """
    padded = {offset: np.frombuffer(b"." * offset + X.tobytes(), np.uint8) for offset in range(1, 8)}
    unaligned = {offset: padded[offset][offset:].view(np.float32) for offset in padded}
    layouts = {
        "reversed": X[::-1], "second": X[::2], "third": X[::-3], "far": X[::997],
        "repeated": np.broadcast_to(X[5], 10**6),
        "swapped": X.astype(X.dtype.newbyteorder()), "Fortran": np.asfortranarray(X.reshape(1000, 1000)),
        "inner": X.reshape(1000, 1000)[1:, 5:900], "rows": X.reshape(1000, 1000)[::2], "empty": X[:0], "one": X[:1],
        "scalar": X[3], "0-d": np.array(X[3]), "column": X.reshape(1000, 1000)[:, 7], **unaligned,
    }
    flat = np.frombuffer(WANT, np.float32)
    for name, array in layouts.items():
        with pysigmoid.num_threads(1):
            one = np.asarray(pysigmoid.sigmoid(array))
        many = np.asarray(pysigmoid.sigmoid(array))
        assert one.tobytes() == many.tobytes(), name
    assert pysigmoid.sigmoid(X[::-3]).tobytes() == flat[::-3].tobytes()
    mask = X > 0
    got = same(lambda x: pysigmoid.sigmoid(x, out=np.zeros_like(x), where=mask), X)[0]
    assert got.tobytes() == np.where(mask, flat, 0).tobytes()
    strided_out = np.zeros(3 * X.size, np.float32)
    pysigmoid.sigmoid(X, out=strided_out[::-3])
    assert strided_out[::-3].tobytes() == WANT and not strided_out[0::3].any()
    """
    run(code, prelude=PRELUDE + TWICE)


@LINUX
def test_threads_touch_nothing_beside_their_operands():
    """Pages that may not be touched on both sides of input and output, and values that must stay."""
    code = """
    import ctypes, mmap
    libc = ctypes.CDLL(None, use_errno=True)
    page = mmap.PAGESIZE

    def between_guards(size):
        length = -(-size // page) * page
        whole = mmap.mmap(-1, length + 2 * page)
        address = ctypes.addressof(ctypes.c_char.from_buffer(whole))
        for at in (address, address + page + length):
            assert libc.mprotect(ctypes.c_void_p(at), page, 0) == 0
        return np.frombuffer(whole, np.uint8, length, page)

    for extra in (0, 1, 15, 16, 17, 63):
        n = 900_000 + extra
        for flush_left in (True, False):
            source, target = (between_guards(4 * n) for _ in range(2))
            part = slice(0, 4 * n) if flush_left else slice(source.size - 4 * n, None)
            target[:] = 0xA5
            source[part].view(np.float32)[:] = X[:n]
            pysigmoid.sigmoid(source[part].view(np.float32), out=target[part].view(np.float32))
            assert target[part].tobytes() == WANT[: 4 * n]
            beside = target[4 * n :] if flush_left else target[: target.size - 4 * n]
            assert (beside == 0xA5).all()
    """
    run(code)


def memory_available():
    """In GiB."""
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)


if ROUNDS > 1:  # a quarter of a minute, for the pages

    @pytest.mark.repeated
    @pytest.mark.skipif(memory_available() < 6, reason="platform: less than 6 GiB of memory are free")
    def test_more_elements_than_32_bits_count():
        code = """
        x = np.zeros((1 << 31) + 1001, np.float16)
        x[-1000:] = np.linspace(-5, 5, 1000)
        want = pysigmoid.sigmoid(x[-1000:].copy())
        pysigmoid.sigmoid(x, out=x)
        assert (x[-1000:] == want).all()
        assert all((part == 0.5).all() for part in np.array_split(x[:-1000], 100))
        """
        run(code)


# ---- calls from within ----


def test_call_from_a_hook_of_numpy():
    code = """
    class Wrapped(np.lib.mixins.NDArrayOperatorsMixin):
        def __init__(self, values):
            self.values = values

        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            check()
            return ufunc(*(each.values for each in inputs), **options)

    assert pysigmoid.sigmoid(Wrapped(X)).tobytes() == WANT
    """
    run(code)


# ---- workers of other libraries ----


@pytest.mark.parametrize("pool", ["concurrent.futures.ThreadPoolExecutor(8)", "multiprocessing.dummy.Pool(8)"])
def test_executors(pool):
    code = f"""
    import concurrent.futures, multiprocessing.dummy
    with {pool} as executor:
        assert set(executor.map(lambda _: pysigmoid.sigmoid(X).tobytes(), range(40))) == {{WANT}}
    """
    run(code)


@LINUX
def test_dask_threads_and_the_limit_of_the_environment():
    need("dask")
    code = """
    import dask.array as da
    before = len(tasks())
    lazy = pysigmoid.sigmoid(da.from_array(X, chunks=250_000))
    assert lazy.compute(scheduler="threads", num_workers=4).tobytes() == WANT
    assert _core.pool_workers() == 0, "OMP_NUM_THREADS=1, as Dask's workers set it"
    """
    environment = {"PYSIGMOID_NUM_THREADS": "", "OMP_NUM_THREADS": "1"}
    run(code, **environment)
