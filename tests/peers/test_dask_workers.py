"""Losses on Dask's workers in processes of their own: `make peers`."""

import os
import signal
import threading

import dask
import dask.array as da
import numpy as np
import pytest
from distributed import Client, LocalCluster

from pysigmoid import dask as lazy
from pysigmoid import functional as F

N = 4_000_000


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


@pytest.mark.parametrize("seed", range(3))
def test_any_chunks_have_the_bits_of_one_array(client, alone, seed):
    rng = np.random.default_rng(seed)
    cuts = np.sort(rng.choice(np.arange(1, N), rng.integers(3, 30), replace=False))
    chunks = np.diff([0, *cuts, N])
    value = lazy.binary_cross_entropy_with_logits(*made_by_workers(chunks))
    assert value.compute(scheduler="sync" if seed == 0 else client) == alone


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
    np.testing.assert_array_max_ulp(grad, want[1], 1)  # beside exact sums losses are worked in float64, then rounded
