"""Threads beside the threads of torch, scikit-learn, numba and numexpr: `make peers`."""

import pytest

from processes import PRELUDE, run

LIBRARIES = ("pysigmoid", "torch", "sklearn.linear_model", "numba", "numexpr")
ORDERS = [order for k in range(5) for order in (LIBRARIES[k:] + LIBRARIES[:k], (LIBRARIES[k:] + LIBRARIES[:k])[::-1])]

WORK = """
import ctypes, ctypes.util
libm = ctypes.CDLL(ctypes.util.find_library("m"))
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [])

def doubled(x):
    for i in numba.prange(x.size):
        x[i] *= 2

compiled = numba.njit(parallel=True)(doubled)
tensor = torch.from_numpy(X.copy())
others = [
    lambda: torch.sigmoid(tensor),
    lambda: compiled(X.copy()),
    lambda: numexpr.evaluate("1 / (1 + exp(-X))"),
    lambda: sklearn.linear_model.LogisticRegression(max_iter=5, tol=1e9).fit(X[:2000, None], X[:2000] > 0),
]
for other in [*others, *others[::-1]]:
    with np.errstate(all="ignore"):
        other()
    check()
    assert libm.fegetround() == 0
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == blocked

assert torch.set_flush_denormal(True)
for _ in range(3):
    check()
    others[0]()
tiny = np.full(1, 2.0**-1022)
assert np.multiply(tiny, 0.25) == 0, "the caller's mode is kept"
"""


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: "-".join(name.partition(".")[0] for name in order))
def test_any_order_of_imports(order):
    imports = "".join(f"import {name}\n" for name in order)
    run(WORK, prelude=imports + PRELUDE, NUMBA_THREADING_LAYER="omp", limit=120)


def test_workers_of_a_data_loader_compute_and_are_limited_by_the_environment():
    code = """
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Rows(Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            check()
            return pysigmoid.get_num_threads(), _core.pool_workers()

    check()
    for workers in (0, 2):
        for count, made in DataLoader(Rows(), num_workers=workers):
            assert (count.item(), made.item()) == (1, 0)
    """
    run(code, PYSIGMOID_NUM_THREADS="", OMP_NUM_THREADS="1", limit=120)


def test_threads_of_torch_survive_ours_and_ours_theirs():
    code = """
    import torch
    torch.set_num_threads(2)
    for _ in range(20):
        torch.sigmoid(torch.from_numpy(X))
        check()
    """
    run(code, limit=120)


def test_workers_of_dask_compute_and_are_limited_by_their_nanny():
    """A nanny starts its worker with OMP_NUM_THREADS=1 where that is not set, whatever threads the worker has."""
    code = """
    os.environ.pop("OMP_NUM_THREADS", None)
    from distributed import Client, LocalCluster

    def work(_):
        check()
        return pysigmoid.get_num_threads(), pysigmoid.show_config("dicts")["threads_source"], _core.pool_workers()

    with LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as cluster, Client(cluster) as client:
        assert client.gather(client.map(work, range(8))) == [(1, "OMP_NUM_THREADS", 0)] * 8
    """
    run(code, threads="", limit=120)
