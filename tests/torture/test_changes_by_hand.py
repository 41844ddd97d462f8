"""Ten thousand random changes by hand, with those that the quick tests make of them."""

import pytest

from tests.domain.champions.test_by_hand import EVENTS, HISTORIES, hold_against_paper


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(HISTORIES, 10_000 // EVENTS))
def test_ten_thousand_random_changes_leave_what_a_list_on_paper_says(seed):
    hold_against_paper(seed)
