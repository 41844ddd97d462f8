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
def trained(platform, kept, rows_of):
    """Keep the market; store models of a month, oldest first, and test the last one."""
    kept(BTC)

    def store(*model_ids, served=APRIL, tested=True):
        numbers = range(1, len(model_ids) + 1)
        platform.put(
            MODELS,
            served,
            rows_of(MODELS, model_id=model_ids, generation=numbers, trained_until=NOON),
        )
        if tested:
            platform.put(
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


def test_a_market_without_a_model_has_no_challenger(platform):
    assert platform.tick("new_challengers").reason == f"{BTC} has no model"


def test_a_tested_model_challenges_once(platform, trained):
    trained(FIRST)
    first, second = platform.tick("new_challengers"), platform.tick("new_challengers")
    assert (first.request.job_name, first.request.partition_key) == ("choose_champion", BTC)
    assert first.request.run_key == second.request.run_key
    platform.run(first.request, dg.DagsterRunStatus.SUCCESS)
    assert platform.tick("new_challengers").requests == []


def test_a_model_is_not_judged_before_it_is_tested(platform, trained):
    trained(FIRST, tested=False)
    assert platform.tick("new_challengers").reason == f"model 11111111 of {BTC} is not tested yet"


@pytest.mark.parametrize("job", ["train", "choose_champion"])
def test_a_model_that_is_at_work_or_being_judged_is_left_alone(platform, trained, job):
    trained(FIRST)
    request = platform.tick("new_challengers").request
    platform.run(request._replace(job_name=job), dg.DagsterRunStatus.STARTED)
    assert platform.tick("new_challengers").requests == []


@pytest.mark.parametrize("promoted", [True, False])
def test_a_model_that_won_or_lost_does_not_challenge_again(platform, trained, promoted):
    trained(FIRST)
    platform.crown(FIRST, NOON, promote=promoted)
    assert platform.tick("new_challengers").reason == f"model 11111111 of {BTC} was judged"


def test_the_last_model_of_the_last_month_is_the_challenger(platform, trained):
    trained("3" * 32, served=MARCH)
    trained(FIRST, SECOND)
    platform.crown(FIRST, NOON)
    assert SECOND in platform.tick("new_challengers").request.run_key


def test_a_judgement_that_was_interrupted_is_asked_for_again_another_day(platform, trained):
    trained(FIRST)
    key = platform.tick("new_challengers").request.run_key
    assert key == f"choose_champion:{BTC}:{FIRST}:{datetime.now(UTC):%Y-%m-%d}"
