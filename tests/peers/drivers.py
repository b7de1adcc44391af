"""What several tests of `pysigmoid.torch` share: the functions beside the ufuncs, drawn tensors, one bit pattern."""

from typing import NamedTuple

import ml_dtypes
import numpy as np
import torch

import pysigmoid
import pysigmoid.torch as pt

DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]


class Elementwise(NamedTuple):
    """A function of ours, torch's own, the ufunc whose bits it has, and that of its derivative."""

    ours: object
    torchs: object
    value: object
    slope: object


ELEMENTWISE = {
    "sigmoid": Elementwise(pt.sigmoid, torch.sigmoid, pysigmoid.sigmoid, pysigmoid.sigmoid_derivative),
    "logsigmoid": Elementwise(
        pt.logsigmoid,
        torch.nn.functional.logsigmoid,
        pysigmoid.log_sigmoid,
        lambda x: pysigmoid.sigmoid(-x),
    ),
    "softplus": Elementwise(pt.softplus, torch.nn.functional.softplus, pysigmoid.softplus, pysigmoid.sigmoid),
    "silu": Elementwise(pt.silu, torch.nn.functional.silu, pysigmoid.silu, pysigmoid.silu_derivative),
}


def array_of(tensor):
    tensor = tensor.detach()
    if tensor.dtype is torch.bfloat16:
        return tensor.view(torch.uint16).numpy().view(ml_dtypes.bfloat16)
    return tensor.numpy()


def assert_same_bits(got, want):
    """Zeros have their sign; a nan is a nan."""
    got, want = (np.asarray(array_of(each) if isinstance(each, torch.Tensor) else each) for each in (got, want))
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    got, want = (np.where(np.isnan(each), each.dtype.type(np.nan), each).reshape(-1) for each in (got, want))
    np.testing.assert_array_equal(got.view(np.uint8), want.view(np.uint8))


def draw(rng, *shape, dtype=torch.float32, scale=4.0):
    return torch.from_numpy(np.asarray(rng.normal(size=shape) * scale)).to(dtype)


def draw_labels(rng, *shape, dtype=torch.float32):
    return torch.from_numpy(np.asarray(rng.random(shape))).to(dtype)
