"""Kept is what the settings name and what was added by command, less what was removed."""

import pytest

from traderai_assets.domain.kept_markets import OF_OLD, Keeping


@pytest.mark.parametrize(
    ("keeping", "named", "kept"),
    [
        (Keeping(), True, True),  # As the settings name it
        (Keeping(), False, False),  # They name it no more
        (Keeping(added=True), False, True),
        (Keeping(added=True), True, True),
        (Keeping(removed=True), False, False),
        (Keeping(removed=True, despite_settings=True), True, False),
        (Keeping(removed=True, despite_settings=True), False, False),
        (OF_OLD, False, True),  # Nobody wrote down why it is there
    ],
)
def test_who_is_kept(keeping, named, kept):
    assert keeping.is_kept(named=named) is kept


def test_a_removed_market_comes_back_where_the_settings_name_it_anew():
    removed = Keeping(removed=True, despite_settings=True)
    assert removed.seen(named=True) == removed
    gone = removed.seen(named=False)
    assert not gone.is_kept(named=False)
    back = gone.seen(named=True)
    assert back.is_kept(named=True)
    assert not back.is_kept(named=False)


def test_what_is_stored_is_read_back_and_what_cannot_be_read_counts_as_nothing():
    keeping = Keeping(removed=True, despite_settings=True)
    assert Keeping.parse(keeping.text()) == keeping
    for hostile in ("", "{", "[1]", '{"added": 3}', '{"wanted": true}'):
        assert Keeping.parse(hostile) is None
