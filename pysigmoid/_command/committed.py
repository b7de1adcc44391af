"""What outputs must be, as recorded beside the proofs: committed.json, which `python -m proof record` writes.

hashes   function, dtype, step: of every step-th block of inputs (inputs.py)
losses   dtype, call: the hash of its results (losses.py)
values   function, dtype: rows of an input for each argument and the correctly rounded result
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("committed.json")


@cache
def committed() -> dict[str, Any]:
    return dict(json.loads(FILE.read_text()))
