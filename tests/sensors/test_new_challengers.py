"""The newest model challenges the champion once, when it has been tested."""

from datetime import UTC, datetime

import dagster as dg
import pytest

from traderai_assets.domain.months import Month
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.models import MODELS

MARCH, APRIL = Month(2026, 3), Month(2026, 4)
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
BTC = "binance.BTC-USDT.1h"
FIRST, SECOND = "1" * 32, "2" * 32


@pytest.fixture
def trained(house, kept, rows_of):
    """Keep the market; store models of a month, oldest first, and test the last one."""
    kept(BTC)

    def store(*model_ids, served=APRIL, tested=True):
        numbers = range(1, len(model_ids) + 1)
        house.put(
            MODELS,
            served,
            rows_of(MODELS, model_id=model_ids, generation=numbers, trained_until=NOON),
        )
        if tested:
            house.put(
                BACKTEST_METRICS,
                served,
                rows_of(
                    BACKTEST_METRICS,
                    model_id=[model_ids[-1]],
                    segment="walk_forward",
                    start=NOON,
                    end=NOON,
                ),
            )

    return store


def test_a_market_without_a_model_has_no_challenger(house):
    assert house.tick("new_challengers").reason == f"{BTC} has no model"


def test_a_tested_model_challenges_once(house, trained):
    trained(FIRST)
    first, second = house.tick("new_challengers"), house.tick("new_challengers")
    assert (first.request.job_name, first.request.partition_key) == ("choose_champion", BTC)
    assert first.request.run_key == second.request.run_key
    house.run(first.request, dg.DagsterRunStatus.SUCCESS)
    assert house.tick("new_challengers").requests == []


def test_a_model_is_not_judged_before_it_is_tested(house, trained):
    trained(FIRST, tested=False)
    assert house.tick("new_challengers").reason == f"model 11111111 of {BTC} is not tested yet"


@pytest.mark.parametrize("job", ["train", "choose_champion"])
def test_a_model_that_is_at_work_or_being_judged_is_left_alone(house, trained, job):
    trained(FIRST)
    request = house.tick("new_challengers").request
    house.run(request._replace(job_name=job), dg.DagsterRunStatus.STARTED)
    assert house.tick("new_challengers").requests == []


@pytest.mark.parametrize("promoted", [True, False])
def test_a_model_that_won_or_lost_does_not_challenge_again(house, trained, promoted):
    trained(FIRST)
    house.crown(FIRST, NOON, promote=promoted)
    assert house.tick("new_challengers").reason == f"model 11111111 of {BTC} was judged"


def test_the_last_model_of_the_last_month_is_the_challenger(house, trained):
    trained("3" * 32, served=MARCH)
    trained(FIRST, SECOND)
    house.crown(FIRST, NOON)
    assert SECOND in house.tick("new_challengers").request.run_key


def test_a_judgement_that_was_interrupted_is_asked_for_again_another_day(house, trained):
    trained(FIRST)
    key = house.tick("new_challengers").request.run_key
    assert key == f"choose_champion:{BTC}:{FIRST}:{datetime.now(UTC):%Y-%m-%d}"
