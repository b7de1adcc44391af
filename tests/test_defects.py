"""The defects that `make controls` puts back: each finds its place, so that a change of the sources is noticed here."""

import pytest

from defects import DEFECTS
from extension import REPOSITORY


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_defect_finds_the_place_of_its_fault(defect):
    assert (REPOSITORY / "csrc" / defect.file).read_text().count(defect.right) == 1
    assert defect.wrong != defect.right
