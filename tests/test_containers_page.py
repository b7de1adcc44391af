"""docs/containers.md: every row is what happens, and every remedy gives what the call would have given."""

import numpy as np
import pytest

from containers import CASES, HEADER, PAGE, PEERS, given_by, outcomes, row
from platforms import need

LINES = PAGE.read_text().splitlines()


@pytest.mark.parametrize("each", CASES, ids=lambda each: each.container)
def test_row_is_what_happens(each):
    need(each.library)
    assert row(each) in LINES


@pytest.mark.parametrize("each", CASES, ids=lambda each: each.container)
def test_remedies_give_what_the_calls_would_have_given(each):
    need(each.library)
    for remedy, call in each.remedies.items():
        np.testing.assert_array_equal(np.asarray(given_by(remedy, each)), np.asarray(call()))


@pytest.mark.parametrize("each", CASES, ids=lambda each: each.container)
def test_where_a_call_is_an_error_there_is_something_to_write_instead(each):
    need(each.library)
    assert any(outcome.endswith("Error") for outcome in outcomes(each)) == bool(each.remedies)


def test_page_has_a_row_for_every_case_and_no_other():
    assert PAGE.read_text().startswith(HEADER)
    names = [line.split(" | ")[0].removeprefix("| ") for line in LINES[len(HEADER.splitlines()) :]]
    assert names == [each.container for each in (*CASES, *PEERS)]
