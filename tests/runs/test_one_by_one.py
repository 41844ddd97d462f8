"""A run over many months says which of them it is at; one over a single month adds no event."""

from collections.abc import Sequence

import dagster as dg
import pytest

from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.progress_line import FINISHED, PROGRESS_TAG, STATE_TAG
from traderai_assets.runs import progress as progress_module
from traderai_assets.runs.partition import Partition
from traderai_assets.runs.progress import one_by_one

MARKET = Market.parse("binance.BTC-USDT.1h")
MONTHS = ("2024-05", "2024-06", "2024-07")


class Made:
    """What a run over some months has said."""

    def __init__(self, months: Sequence[str]) -> None:
        keys = [f"{MARKET.key}|{month}" for month in months]
        parts = [Partition(None, MARKET, Month.parse(month)) for month in months]  # type: ignore[arg-type]
        self.lines: list[str] = []

        @dg.asset(
            partitions_def=dg.StaticPartitionsDefinition(keys),
            backfill_policy=dg.BackfillPolicy.single_run(),
        )
        def backtests(context: dg.AssetExecutionContext) -> None:
            for part in one_by_one(context, parts, "backtest"):
                assert part in parts
                run = context.instance.get_run_by_id(context.run.run_id)
                self.lines.append(run.tags.get(PROGRESS_TAG, ""))

        spans = {"dagster/asset_partition_range_start": keys[0]}
        spans["dagster/asset_partition_range_end"] = keys[-1]
        with dg.DagsterInstance.ephemeral() as instance:
            result = dg.materialize([backtests], instance=instance, tags=spans)
            self.tags = dict(instance.get_run_by_id(result.run_id).tags)
            asked = dg.DagsterEventType.ASSET_OBSERVATION
            self.events = len(instance.get_records_for_run(result.run_id, of_type=asked).records)


def test_a_run_over_three_months_says_at_each_which_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(progress_module, "SECONDS_BETWEEN_REPORTS", 0.0)
    made = Made(MONTHS)
    assert made.lines == [
        "2024-05 backtest 1/3 0%",
        "2024-06 backtest 2/3 33%",
        "2024-07 backtest 3/3 67%",
    ]
    assert made.tags[PROGRESS_TAG] == "backtest 3/3 100%"
    assert made.tags[STATE_TAG] == FINISHED
    assert made.events == 4


def test_quick_months_are_not_all_told_but_the_last_word_is():
    made = Made(MONTHS)
    assert made.events == 2
    assert made.tags[PROGRESS_TAG] == "backtest 3/3 100%"


def test_a_run_over_one_month_adds_no_event_and_no_tag():
    made = Made(MONTHS[:1])
    assert (made.lines, made.events) == ([""], 0)
    assert PROGRESS_TAG not in made.tags
