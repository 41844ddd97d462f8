"""Who speaks is chosen anew where a newer model or a newer verdict makes it another."""

import json
from datetime import UTC, datetime

import dagster as dg
import pytest

from traderai_assets.domain.months import Month
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS
from traderai_assets.schemas.verdict import VERDICTS

MARCH, APRIL = Month(2026, 3), Month(2026, 4)
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
BTC = "binance.BTC-USDT.1h"
FIRST, SECOND = "1" * 32, "2" * 32


@pytest.fixture
def trained(platform, kept, rows_of):
    """Keep the market; store models of a month, oldest first."""
    kept(BTC)

    def store(*model_ids, served=MARCH, fault=None, plan=None):
        made = json.loads(platform.strategy.settings)["plan"] if plan is None else plan
        told = {"generation": range(1, len(model_ids) + 1), "trained_until": NOON}
        card = json.dumps({"plan": made})
        frame = rows_of(MODELS, model_id=model_ids, card=card, fault=fault, **told)
        platform.put(MODELS, served, frame)

    return store


@pytest.fixture
def judged(platform, rows_of):
    """Store a verdict on the strategy."""

    def store(state):
        row = rows_of(
            VERDICTS,
            strategy_id=[platform.strategy.id],
            number=1,
            state=state,
            numbers=json.dumps({"annual_sharpe": 2.0, "t": 3.0}),
        )
        platform.lake.snapshot(VERDICTS).publish(
            {(ALL_MARKETS, ALL_MONTHS): row}, run_id="test", code_version="1"
        )

    return store


def test_a_market_without_a_model_has_nobody_to_choose(platform, kept):
    kept(BTC)
    tick = platform.tick("stale_champions")
    assert tick.requests == []
    assert tick.reason == f"{BTC}: nobody speaks: default: it is insufficient"


def test_a_first_refusal_is_asked_for_so_that_it_is_written_down(platform, trained):
    trained(FIRST)
    request = platform.tick("stale_champions").request
    assert request.run_key == f"choose_champion:{BTC}:nobody:{datetime.now(UTC):%Y-%m-%d}"
    platform.crown(FIRST, NOON, promote=False)
    assert platform.tick("stale_champions").requests == []


def test_a_verdict_that_permits_has_the_newest_model_speak_once(platform, trained, judged):
    trained(FIRST)
    trained(SECOND, served=APRIL)
    judged("promoted")
    first, second = platform.tick("stale_champions"), platform.tick("stale_champions")
    assert (first.request.job_name, first.request.partition_key) == ("choose_champion", BTC)
    assert first.request.run_key.split(":")[2:5] == [platform.strategy.id, "promoted", SECOND]
    assert first.request.run_key == second.request.run_key
    platform.run(first.request, dg.DagsterRunStatus.SUCCESS)
    assert platform.tick("stale_champions").requests == []


def test_a_newer_model_takes_over_and_one_that_speaks_already_asks_for_nothing(
    platform, trained, judged
):
    trained(FIRST)
    judged("promoted")
    platform.crown(FIRST, NOON)
    assert platform.tick("stale_champions").requests == []
    trained(FIRST, SECOND)
    assert SECOND in platform.tick("stale_champions").request.run_key


def test_a_model_with_a_fault_or_of_other_settings_is_passed_over(platform, trained, judged):
    trained(FIRST)
    trained(SECOND, served=APRIL, fault="it is ill")
    judged("promoted")
    assert FIRST in platform.tick("stale_champions").request.run_key
    trained(FIRST, plan={"another": 1})
    silent = f"{BTC}: nobody speaks: default: model 22222222: "
    assert platform.tick("stale_champions").reason == f"{silent}it is ill"
    trained(SECOND, served=APRIL, plan={"another": 1})
    assert platform.tick("stale_champions").reason == f"{silent}it was made by other settings"


def test_a_suspension_silences_who_speaks(platform, trained, judged):
    trained(FIRST)
    judged("suspended")
    platform.crown(FIRST, NOON)
    assert ":nobody:" in platform.tick("stale_champions").request.run_key


def test_a_choice_that_is_at_work_is_left_alone(platform, trained):
    trained(FIRST)
    request = platform.tick("stale_champions").request
    platform.run(request, dg.DagsterRunStatus.STARTED)
    assert platform.tick("stale_champions").reason == f"the champion of {BTC} is being chosen"
