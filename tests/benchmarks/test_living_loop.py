"""The script of the seven days, and the market that becomes another one in them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from benchmarks.living_loop.feed import ChangingFeed
from benchmarks.living_loop.script import DAYS, FORMS, Script
from traderai_assets.domain.arrays import milliseconds

BEGINS = datetime(2026, 3, 17, tzinfo=UTC)
HOUR = 3_600_000


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda one: one.name)
def test_a_script_has_two_outages_a_kill_a_day_and_its_change_where_day_four_begins(form):
    script = Script.of(form, BEGINS)
    assert script.changes == 3 * form.bars_a_day
    assert len(script.kills) == len(set(script.kills)) == DAYS
    out = [number for number in range(form.bars) if script.is_out(number)]
    assert len(script.outages) == 2
    assert len(out) >= 2
    # What is planted beside them is seen: none of it falls into an outage
    assert not {script.silent, script.revised, script.changes} & set(out)


def test_prices_go_on_where_the_regime_changes_and_moves_are_wider():
    at = BEGINS + timedelta(days=3)
    feed = ChangingFeed(at)
    first, last = milliseconds(at) - 240 * HOUR, milliseconds(at) + 240 * HOUR
    bars = feed.bars("BTCUSDT", "1h", first, last)
    before = bars.open_time < milliseconds(at)
    assert bars.open[~before][0] == pytest.approx(bars.close[before][-1])
    moves = np.diff(np.log(bars.close))
    assert 2.5 < moves[240:].std() / moves[:239].std() < 8
    assert np.array_equal(feed.bars("BTCUSDT", "1h", first, last).close, bars.close)


def test_a_silent_bar_is_absent_in_its_market_alone():
    opened = BEGINS + timedelta(hours=5)
    feed = ChangingFeed(BEGINS + timedelta(days=3), [("BTCUSDT", opened)])
    first = milliseconds(BEGINS)
    bitcoin, ether = (
        feed.bars(one, "1h", first, first + 9 * HOUR) for one in ("BTCUSDT", "ETHUSDT")
    )
    assert milliseconds(opened) not in bitcoin.open_time
    assert (len(bitcoin), len(ether)) == (9, 10)
