"""Signals that hold at a moment."""

import random

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


def test_at_random_moments_those_hold_that_were_given_and_are_not_over():
    chance = random.Random(14)
    given = []
    for number in sorted(chance.sample(range(5_000), 500)):
        decided = START + number * BAR
        given.append((f"{number}", decided, decided + chance.randint(1, 40) * BAR))
    signals = pd.DataFrame(given, columns=["name", "decided_at", "valid_until"])
    for _ in range(1_000):
        moment = START + chance.randrange(10_100) * BAR / 2
        naive = [name for name, since, until in given if since <= moment and not until <= moment]
        assert list(holding_at(signals, moment)["name"]) == naive
