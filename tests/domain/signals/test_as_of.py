"""Signals that hold at a moment."""

import pandas as pd
import pytest

from traderai_assets.domain.signals.as_of import holding_at

START = pd.Timestamp("2026-03-01", tz="UTC")
BAR = pd.Timedelta("5min")


@pytest.fixture
def signals():
    """Three bars in a row, each valid for two bars after its close."""
    decided = [START + number * BAR for number in (1, 2, 3)]
    return pd.DataFrame(
        {
            "name": list("abc"),
            "decided_at": decided,
            "valid_until": [one + 2 * BAR for one in decided],
        }
    )


@pytest.mark.parametrize(
    ("bars", "names"),
    [(0.99, ""), (1, "a"), (2, "ab"), (2.99, "ab"), (3, "bc"), (4, "c"), (5, "")],
)
def test_a_signal_holds_from_its_close_and_no_longer_at_its_end(signals, bars, names):
    assert "".join(holding_at(signals, START + bars * BAR)["name"]) == names
