"""Losses on Dask's workers in processes of their own: `make peers`."""

import os
import signal
import threading

import dask
import dask.array as da
import numpy as np
import pytest
from distributed import Client, LocalCluster
from scipy.optimize import minimize

import pysigmoid
from pysigmoid import dask as lazy
from pysigmoid import functional as F
from pysigmoid import objectives

N = 4_000_000
CHUNKINGS = 50


def make_source():
    """A function that makes numbers which depend on their place alone, ten thousand at a time; workers get its code."""

    def block(offset, n):
        size = 10_000
        first, last = offset // size, (offset + n + size - 1) // size
        numbers = np.concatenate([np.random.default_rng(k).normal(size=size) * 5 for k in range(first, last)])
        return numbers[offset - first * size :][:n]

    return block


def made_by_workers(chunks):
    block = make_source()
    offsets = np.concatenate([[0], np.cumsum(chunks)[:-1]])
    blocks = [
        da.from_delayed(dask.delayed(block, pure=True)(int(offset), int(n)), (int(n),), float)
        for offset, n in zip(offsets, chunks, strict=True)
    ]
    logits = da.concatenate(blocks)
    return logits, logits > 1


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def alone():
    total = F.LossAccumulator()
    for begin in range(0, N, 100_000):
        logits = make_source()(begin, 100_000)
        total.add(logits, logits > 1)
    return total.value()


def test_workers_have_one_thread_each(client):
    def threads():
        import pysigmoid

        return pysigmoid.get_num_threads()

    assert set(client.run(threads).values()) == {1}


@pytest.mark.parametrize("scheduler", ["threads", "workers"])
def test_any_chunks_have_the_bits_of_one_array(client, scheduler):
    """Sums that are rounded at each addition differ between some of such chunks."""
    n, rng, values, rounded = 200_000, np.random.default_rng(0), [], []
    for _ in range(CHUNKINGS):
        cuts = np.sort(rng.choice(np.arange(1, n), rng.integers(3, 12), replace=False))
        logits, labels = made_by_workers(np.diff([0, *cuts, n]))
        values.append(lazy.binary_cross_entropy_with_logits(logits, labels))
        rounded.append(pysigmoid.bce_with_logits(logits, labels).mean())
    values, rounded = dask.compute(values, rounded, scheduler=client if scheduler == "workers" else scheduler)
    numbers = make_source()(0, n)
    total = F.LossAccumulator()
    total.add(numbers, numbers > 1)
    assert set(values) == {total.value()}
    assert len(set(rounded)) > 1


def test_a_worker_that_is_killed_changes_no_bit(client, alone):
    before = client.run(os.getpid)
    value = client.compute(lazy.binary_cross_entropy_with_logits(*made_by_workers([N // 80] * 80)))
    victim = next(iter(before.values()))
    timer = threading.Timer(0.3, os.kill, (victim, signal.SIGKILL))
    timer.start()
    assert value.result(timeout=300) == alone
    timer.join()
    client.wait_for_workers(2, timeout=60)
    assert victim not in client.run(os.getpid).values()


def test_gradients_come_back_as_those_of_functional(client):
    logits = make_source()(0, 100_000).astype(np.float32)
    labels = logits > 1
    loss, grad = dask.compute(
        *lazy.binary_cross_entropy_with_logits_value_and_grad(da.from_array(logits, chunks=30_000), labels)
    )
    want = F.binary_cross_entropy_with_logits_value_and_grad(logits, labels)
    assert loss == want[0]
    np.testing.assert_array_equal(grad, want[1])


def test_logistic_regression_on_workers_has_the_optimum_of_one_array(client):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((40_000, 10))
    y = X @ np.linspace(-1, 1, 10) + rng.logistic(size=len(X)) > 0.5
    rows = client.persist(da.from_array(X, chunks=(6_000, 10)))
    found = []
    for objective in (objectives.LogisticObjective(X, y), lazy.LogisticObjective(rows, y)):
        found.append(
            minimize(objective.value_and_grad, np.zeros(11), jac=True, options={"gtol": 1e-10}, method="L-BFGS-B")
        )
    assert np.abs(found[1].x - found[0].x).max() < 1e-6
    assert found[1].fun == pytest.approx(found[0].fun, rel=1e-12)
    product = lazy.LogisticObjective(rows, y).hessp(found[0].x, np.ones(11))
    want = objectives.LogisticObjective(X, y).hessp(found[0].x, np.ones(11))
    np.testing.assert_allclose(product, want, rtol=1e-11)


def test_a_worker_that_is_killed_leaves_a_fit_as_it_was(client):
    """Its blocks come from their sources again, on the worker that is started in its place."""
    logits, labels = made_by_workers([100_000] * 20)
    objective = lazy.LogisticObjective(logits[:, None], labels)
    want = objective.value_and_grad(np.ones(2))
    victim = next(iter(client.run(os.getpid).values()))
    timer = threading.Timer(0.1, os.kill, (victim, signal.SIGKILL))
    timer.start()
    value, gradient = objective.value_and_grad(np.ones(2))
    timer.join()
    assert value == want[0]
    np.testing.assert_array_equal(gradient, want[1])
    client.wait_for_workers(2, timeout=60)
