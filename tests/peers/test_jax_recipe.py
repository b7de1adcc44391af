"""The recipe for JAX in docs/torch.md, as it stands there."""

import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import pysigmoid

GUIDE = Path(__file__).parents[2] / "docs" / "torch.md"


@pytest.fixture(scope="module")
def sigmoid():
    (recipe,) = [block for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL) if "jax" in block]
    names = {}
    exec(recipe, names)
    return names["sigmoid"]


def test_values_under_jit_and_vmap(sigmoid):
    x = np.float32([-100, -20, 0.0, 2.5])
    for function in (sigmoid, jax.jit(sigmoid), jax.vmap(sigmoid)):
        np.testing.assert_array_equal(np.asarray(function(jnp.asarray(x)))[1:], pysigmoid.sigmoid(x)[1:])


def test_gradient_in_the_tail(sigmoid):
    assert np.float32(jax.grad(sigmoid)(20.0)) == np.float32(2.0611537e-09)
    assert jax.grad(jax.nn.sigmoid)(20.0) == 0
    slopes = jax.jit(jax.vmap(jax.grad(sigmoid)))(jnp.asarray([0.0, 20.0]))
    np.testing.assert_array_equal(np.asarray(slopes), np.float32([0.25, 2.0611537e-09]))
