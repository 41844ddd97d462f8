"""`traderai strategies champions`: who speaks for each market, now or at a moment."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from traderai_assets.cli.context import open_lake
from traderai_assets.domain.champions.choice import Contender, choose_speaker
from traderai_assets.domain.champions.history import empty_history, with_choice
from traderai_assets.domain.strategies.states import CANDIDATE, PROMOTED, SUSPENDED
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.settings import load_settings

BTC = "binance.BTC-USDT.5m"
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def chosen(home):  # noqa: ARG001
    """A market for which a candidate spoke, was promoted a day later and suspended another."""
    history = empty_history()
    for day, state in enumerate((CANDIDATE, PROMOTED, SUSPENDED)):
        speaker = Contender("slow", "0" * 16, state, model_id="a" * 32, served_month="2026-03")
        history = with_choice(history, choose_speaker([speaker]), changed_at=NOON + day * DAY)
    open_lake(load_settings()).snapshot(CHAMPIONS).publish(
        {(BTC, ALL_MONTHS): history}, run_id="test", code_version="1"
    )


@pytest.mark.usefixtures("home")
def test_before_anybody_was_chosen_it_says_what_to_do(traderai):
    code, out, _ = traderai("strategies", "champions")
    assert (code, "nobody was chosen yet" in out, "walk-forward" in out) == (0, True, True)


@pytest.mark.usefixtures("chosen")
def test_now_nobody_speaks_and_it_says_why(traderai):
    [row] = json.loads(traderai("strategies", "champions", "--json").out)
    assert (row["market"], row["strategy"], row["speaks"]) == (BTC, "nobody", "not")
    assert row["reason"] == "nobody speaks: slow: it is suspended"


@pytest.mark.usefixtures("chosen")
@pytest.mark.parametrize(
    ("at", "strategy", "speaks"),
    [
        ("2026-03-20 12:00", "nobody", "not"),
        ("2026-03-20 12:05", "slow", "on paper"),
        ("2026-03-21 12:00", "slow", "on paper"),
        ("2026-03-21 12:05", "slow", "in full"),
        ("2026-03-22 12:05", "nobody", "not"),
    ],
)
def test_who_spoke_at_a_moment_is_told(traderai, at, strategy, speaks):
    [row] = json.loads(traderai("strategies", "champions", "--at", at, "--json").out)
    assert (row["strategy"], row["speaks"]) == (strategy, speaks)
