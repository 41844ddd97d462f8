"""Outcomes: a signal that has ended stays ended, whatever the clock says."""

from datetime import timedelta

import numpy as np
import pandas as pd

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.making.outcome_page import outcome_metadata
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS

JUNE = "2024-06"
HOUR = timedelta(hours=1)


def test_every_signal_has_one_outcome_open_only_while_its_bars_have_not_closed(
    old_platform: InProcessPlatform,
):
    given, outcomes = old_platform.rows(SIGNALS, JUNE), old_platform.rows(SIGNAL_OUTCOMES, JUNE)
    last_close = old_platform.rows(CANDLES, JUNE)["open_time"].iloc[-1] + HOUR
    assert outcomes["open_time"].tolist() == given["open_time"].tolist()
    still_open = given[outcomes["status"] == "open"]
    assert 0 < len(still_open) < len(given)
    assert (still_open["valid_until"] > last_close).all()


def test_exact_prices_stand_at_the_signals_distances_from_the_next_open(
    old_platform: InProcessPlatform,
):
    given, outcomes = old_platform.rows(SIGNALS, JUNE), old_platform.rows(SIGNAL_OUTCOMES, JUNE)
    opens = old_platform.rows(CANDLES, JUNE).set_index("open_time")["open"]
    entry = opens.reindex(given["open_time"] + HOUR).to_numpy()
    assert np.isfinite(entry).sum() > 0
    assert (entry != given["reference_price"]).any()
    np.testing.assert_array_equal(outcomes["entry_price"], entry)
    target, stop = (given["side"] * given[name] for name in ("target", "stop"))
    np.testing.assert_array_equal(outcomes["target_price"], entry * (1 + target))
    np.testing.assert_array_equal(outcomes["stop_price"], entry * (1 - stop))


def test_what_has_ended_stays_as_it_ended_while_the_rest_ends(old_platform: InProcessPlatform):
    before = old_platform.rows(SIGNAL_OUTCOMES, JUNE)
    ended = before[before["status"] != "open"].reset_index(drop=True)
    for hours in (5, -3, 20):  # The second time the clock has jumped back
        old_platform.now_is(LATER + hours * HOUR)
        old_platform.run("update_latest", JUNE, only=["candles"])
        old_platform.run("expire_signals", JUNE)
        now = old_platform.rows(SIGNAL_OUTCOMES, JUNE)
        same = now[now["open_time"].isin(ended["open_time"])].reset_index(drop=True)
        assert same.equals(ended)
    assert "open" not in set(now["status"])


def test_the_page_shows_how_many_ended_how_and_the_exact_prices_of_the_last():
    outcomes = pd.DataFrame(
        {
            "open_time": [LATER, LATER + HOUR],
            "side": [1, -1],
            "status": ["target", "open"],
            "entry_price": [3e-9, np.nan],
            "target_price": [3.0003e-9, np.nan],
            "stop_price": [2.9997e-9, np.nan],
            "exit_price": [3.0003e-9, np.nan],
            "gross_return": [0.0001, np.nan],
        }
    )
    shown = outcome_metadata(outcomes, title="BTC", is_over=False)
    assert (shown["target"], shown["open"]) == (1, 1)
    late, early = (row.data for row in shown["last_outcomes"].records)  # type: ignore[attr-defined]
    assert (late["side"], late["entry_price"], late["gross_return"]) == (
        "short",
        "undefined",
        "undefined",
    )
    assert (early["target_price"], early["stop_price"]) == ("3.0003e-09", "2.9997e-09")
    assert outcome_metadata(outcomes[:0], title="BTC", is_over=True) == {}
