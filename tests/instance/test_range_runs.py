"""Runs over a range of partitions do not carry the tags of one of them alone."""

import dagster as dg
import pytest
from dagster._core.storage.dagster_run import DagsterRun

from traderai_assets.instance.range_runs import drop_first_partition

BTC = "binance.BTC-USDT.5m"
RANGE = {
    "dagster/asset_partition_range_start": f"{BTC}|2026-01",
    "dagster/asset_partition_range_end": f"{BTC}|2026-09",
}
FIRST = {"dagster/partition/market": "binance.ETH-USDT.5m", "dagster/partition/month": "2026-01"}


@pytest.fixture
def instance(tmp_path):
    with dg.DagsterInstance.local_temp(str(tmp_path)) as made:
        yield made


def stored(instance, tags):
    run = DagsterRun("train", tags=tags)
    instance.add_run(run)
    return run


def test_a_range_loses_the_tags_of_its_first_partition_wherever_runs_are_looked_for(instance):
    whole = drop_first_partition(instance, stored(instance, RANGE | FIRST | {"mine": "yes"}))
    assert whole.tags == RANGE | {"mine": "yes"}
    assert instance.get_run_by_id(whole.run_id).tags == whole.tags
    for tag, value in FIRST.items():
        assert instance.get_runs(dg.RunsFilter(tags={tag: value})) == []
    [found] = instance.get_runs(dg.RunsFilter(tags=RANGE))
    assert found.run_id == whole.run_id


@pytest.mark.parametrize("tags", [FIRST, RANGE, {}])
def test_a_run_of_one_partition_and_a_whole_range_stay_as_they_are(instance, tags):
    run = stored(instance, tags)
    assert drop_first_partition(instance, run) is run
    assert instance.get_run_by_id(run.run_id).tags == tags


def test_tags_that_are_added_afterwards_do_not_bring_them_back(instance):
    run = drop_first_partition(instance, stored(instance, RANGE | FIRST))
    instance.add_run_tags(run.run_id, {"dagster/priority": "5"})
    assert set(instance.get_run_by_id(run.run_id).tags) == {*RANGE, "dagster/priority"}
