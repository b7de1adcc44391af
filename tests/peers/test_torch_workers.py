"""`pysigmoid.torch` in other processes and beside torch's threads."""

import multiprocessing

import pytest
import torch
from drivers import assert_same_bits, draw, draw_labels

import pysigmoid
import pysigmoid.torch as pt
from pysigmoid.torch import _tensors

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of forks beside threads
    pytest.mark.filterwarnings("ignore::UserWarning:torch"),
]


class Rows(torch.utils.data.Dataset):
    """Each row is computed where it is asked for, in a worker."""

    def __init__(self, logits):
        self.logits = logits

    def __len__(self):
        return len(self.logits)

    def __getitem__(self, index):
        threads = _tensors.on_torchs_threads(1 << 20, pysigmoid.get_num_threads)
        row = self.logits[index].clone().requires_grad_()
        pt.sigmoid(row).sum().backward()
        return pt.sigmoid(self.logits[index]), row.grad, threads


@pytest.mark.filterwarnings("ignore:os.fork.. was called:RuntimeWarning")  # by JAX, where another test has imported it
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_of_a_data_loader_have_one_thread(method, rng):
    logits = draw(rng, 4, 20_000)
    pt.sigmoid(logits)  # the pool exists before the fork
    loader = torch.utils.data.DataLoader(Rows(logits), batch_size=2, num_workers=1, multiprocessing_context=method)
    batches = list(loader)
    assert_same_bits(torch.cat([batch[0] for batch in batches]), pysigmoid.sigmoid(logits.numpy()))
    assert_same_bits(torch.cat([batch[1] for batch in batches]), pysigmoid.sigmoid_derivative(logits.numpy()))
    assert all(threads == 1 for batch in batches for threads in batch[2])


def put_loss(queue, logits, labels):
    queue.put(pt.BCEWithLogitsLoss()(logits, labels).item())


def test_torch_multiprocessing_shares_our_results(rng):
    logits, labels = pt.silu(draw(rng, 500)).share_memory_(), draw_labels(rng, 500).share_memory_()
    context = torch.multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=put_loss, args=(queue, logits, labels))
    process.start()
    assert queue.get(timeout=120) == pt.BCEWithLogitsLoss()(logits, labels).item()
    process.join()
    assert process.exitcode == 0
    assert multiprocessing.active_children() == []


def test_no_more_threads_than_torch_has():
    before = torch.get_num_threads()
    try:
        for torchs, ours in ((1, 4), (3, 2)):
            torch.set_num_threads(torchs)
            with pysigmoid.num_threads(ours):
                assert _tensors.on_torchs_threads(1 << 20, pysigmoid.get_num_threads) == min(torchs, ours)
                assert _tensors.on_torchs_threads(10, pysigmoid.get_num_threads) == ours  # one anyway
    finally:
        torch.set_num_threads(before)
