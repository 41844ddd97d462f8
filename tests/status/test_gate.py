"""The gate before training is told in the sensor's own words, market by market."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    SensorInstigatorData,
    TickData,
    TickStatus,
)

from sensors.market_sensor import MARKETS_NAMED, Verdict, summary
from traderai_assets.domain.freshness.models import stale_models
from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.months import Month
from traderai_assets.domain.training.look_back import LookBack
from traderai_assets.status.gate import SENSOR, waiting_markets

NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
BTC, ETH, SOL = (f"binance.{base}-USDT.5m" for base in ("BTC", "ETH", "SOL"))


def verdict(market, *, months=(), found=None, trained_until=None):
    """What the sensor says of a market whose look-back lacks these months, or has this fault."""
    missing = {Month.parse(month): 12 for month in months}
    reason = (
        found
        or f"{12 * len(missing)} bars are neither stored nor known gaps, in " + ", ".join(months)
    )
    window = LookBack(NOW - timedelta(days=90), NOW)
    refusal = Refusal(market, Month.parse("2026-05"), reason, window, missing, present=NOW)
    [told] = stale_models(
        {market: trained_until},
        NOW,
        max_age=timedelta(days=2),
        look_back_days=90,
        refusals={market: refusal},
    )
    return Verdict(told.reason)


@pytest.fixture
def tick(instance):
    """Have the sensor tick once."""
    origin = RemoteInstigatorOrigin(
        RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("traderai"), "__repository__"), SENSOR
    )
    state = InstigatorState(
        origin,
        InstigatorType.SENSOR,
        InstigatorStatus.DECLARED_IN_CODE,
        SensorInstigatorData(min_interval=30),
    )
    instance.add_instigator_state(state)

    def make(status, at, reason=None):
        instance.create_tick(
            TickData(
                state.instigator_origin_id,
                SENSOR,
                InstigatorType.SENSOR,
                status,
                at.timestamp(),
                skip_reason=reason,
                run_ids=[],
                selector_id=state.selector_id,
            )
        )

    return make


def test_of_each_market_that_waits_the_months_and_the_commands_are_told():
    said = summary(
        [
            Verdict(f"a model of {SOL} is being trained"),
            verdict(BTC, months=("2026-01", "2026-02", "2026-04")),
            Verdict(f"the model of {SOL} knows all up to 2026-04-20 00:00 UTC"),
            verdict(ETH, months=("2026-03",), trained_until=NOW - timedelta(days=9)),
        ]
    )
    assert waiting_markets(said) == [
        {
            "market": BTC,
            "months": ["2026-01", "2026-02", "2026-04"],
            "reason": "36 bars are neither stored nor known gaps, in 2026-01, 2026-02, 2026-04",
            "commands": [
                f"traderai backfill {BTC} --since 2026-01-01 --until 2026-02-28",
                f"traderai backfill {BTC} --since 2026-04-01",
            ],
        },
        {
            "market": ETH,
            "months": ["2026-03"],
            "reason": "12 bars are neither stored nor known gaps, in 2026-03",
            "commands": [f"traderai backfill {ETH} --since 2026-03-01 --until 2026-03-31"],
        },
    ]


def test_a_market_of_which_nothing_is_stored_waits_for_all_of_it():
    found = f"no candles of {BTC} are stored"
    [row] = waiting_markets(summary([verdict(BTC, months=("2026-02", "2026-03"), found=found)]))
    assert row == {
        "market": BTC,
        "months": [],
        "reason": found,
        "commands": [f"traderai backfill {BTC} --since 2026-02-01 --until 2026-03-31"],
    }


def test_a_wait_that_no_command_ends_is_told_with_its_reason():
    fault = f"whether candles of {BTC} reach the present cannot be told: binance is silent; retry"
    [row] = waiting_markets(summary([verdict(BTC, found=fault)]))
    assert row == {"market": BTC, "months": [], "reason": fault, "commands": []}


def test_a_market_whose_model_is_fresh_or_asked_for_does_not_wait():
    said = [
        Verdict(f"the model of {BTC} knows all up to 2026-04-20 00:00 UTC"),
        Verdict(f"{ETH} has no model, and its look-back is complete; a run was asked for"),
        Verdict(f"{SOL} cannot be judged: binance is silent", failed=True),
    ]
    assert waiting_markets(summary(said)) == []
    assert waiting_markets("no market is kept") == []


def test_the_last_skip_is_told_with_its_time(traderai, tick):
    tick(TickStatus.SKIPPED, NOW - timedelta(hours=1), f"{ETH} has no model, but nothing")
    tick(TickStatus.SKIPPED, NOW, summary([verdict(BTC, months=("2026-03",))]))
    tick(TickStatus.SUCCESS, NOW + timedelta(minutes=1))
    gate = json.loads(traderai("status", "--json").out)["gate"]
    assert (gate["as_of"], gate["unnamed"]) == ("2026-04-20 12:00:00Z", 0)
    assert [row["market"] for row in gate["markets"]] == [BTC]
    told = traderai("status").out
    assert "Waiting for data, as of 2026-04-20 12:00:00Z:\n" in told
    assert f"traderai backfill {BTC} --since 2026-03-01 --until 2026-03-31" in told


def test_markets_the_sensor_had_no_room_for_are_counted(traderai, tick):
    many = [verdict(f"binance.C{n}-USDT.5m", months=("2026-03",)) for n in range(MARKETS_NAMED + 3)]
    tick(TickStatus.SKIPPED, NOW, summary(many))
    gate = json.loads(traderai("status", "--json").out)["gate"]
    assert (len(gate["markets"]), gate["unnamed"]) == (MARKETS_NAMED, 3)
    assert gate["markets"][-1]["commands"] != []
    assert ", and 3 markets the sensor did not name:" in traderai("status").out
