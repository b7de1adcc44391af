"""The recipes for Spark in docs/deploy.md, as they stand there, on two local cores."""

import os
import pickle
import re
import shutil
import sys
import warnings
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest

from pysigmoid import functional as F

pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="platform: no Java here, on which Spark runs"),
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]

SETTINGS = {
    "PYSPARK_PYTHON": sys.executable,
    "PYSPARK_SUBMIT_ARGS": "--conf spark.ui.enabled=false pyspark-shell",
    "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1",  # starts in less time
}
GUIDE = Path(__file__).parents[2] / "docs" / "deploy.md"


@pytest.fixture(scope="module")
def recipe():
    """The names of the recipe after it ran."""
    (program,) = [
        block for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL) if "spark" in block
    ]
    names = {}
    with (
        warnings.catch_warnings(action="ignore"),  # Spark's own, of the pandas that is installed
        mock.patch.dict(os.environ, SETTINGS),
    ):
        exec(program, names)
        yield names
        names["spark"].stop()


@pytest.fixture(scope="module")
def scores():
    generator = np.random.default_rng(0)
    logits = generator.standard_normal(20_000) * 5
    return pd.DataFrame({"logit": logits, "label": (logits > 1).astype(float)})


def test_probabilities_of_a_pandas_udf_have_the_bits_of_one_array(recipe, scores):
    assert [row.probability for row in recipe["probabilities"].collect()] == list(F.sigmoid(np.array([-2, 0.5, 40.0])))
    frame = (
        recipe["spark"].createDataFrame(scores).select("logit", recipe["probability"]("logit").alias("p")).toPandas()
    )
    np.testing.assert_array_equal(frame.p, F.sigmoid(frame.logit.to_numpy()))


@pytest.mark.parametrize("partitions", [1, 2, 7])
def test_loss_of_mapInPandas_has_the_bits_of_one_array_however_it_is_parted(recipe, scores, partitions):
    parts = (
        recipe["spark"].createDataFrame(scores).repartition(partitions).mapInPandas(recipe["totals"], "total binary")
    )
    rows = parts.collect()
    assert len(rows) == partitions
    total, whole = F.LossAccumulator(), F.LossAccumulator()
    for row in rows:
        total.merge(pickle.loads(row.total))
    whole.add(scores.logit, scores.label)
    assert total.count == len(scores)
    assert total.value() == whole.value()


def test_workers_have_one_thread_each(recipe):
    def threads(frames):
        import pysigmoid

        for frame in frames:
            yield pd.DataFrame({"threads": [pysigmoid.get_num_threads()] * len(frame)})

    counted = recipe["spark"].range(4).mapInPandas(threads, "threads long").collect()
    assert {row.threads for row in counted} == {1}
