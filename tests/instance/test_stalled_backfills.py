"""A backfill of which nothing is at work, and nothing comes, is ended; one that moves is not."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus, PartitionBackfill
from dagster._core.storage.tags import BACKFILL_ID_TAG

from traderai_assets.instance.stalled_backfills import POLLS, StalledBackfills

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
STATUS = BulkActionStatus


@pytest.fixture
def backfill(instance):
    def make(status):
        made = PartitionBackfill(
            backfill_id="abcdefgh",
            status=status,
            from_failure=False,
            tags={},
            backfill_timestamp=NOW.timestamp(),
            asset_selection=[dg.AssetKey("candles")],
            serialized_asset_backfill_data="{}",
        )
        instance.add_backfill(made)
        return lambda: instance.get_backfill("abcdefgh").status

    return make


def look(sweep, instance, start=NOW, looks=POLLS + 1):
    """Look once a minute; return what was said."""
    minutes = (start + timedelta(minutes=number) for number in range(looks))
    return [said for now in minutes for said in sweep.give_up(instance, now)]


@pytest.mark.parametrize(
    ("was", "ends"),
    [
        (STATUS.REQUESTED, STATUS.COMPLETED_FAILED),
        (STATUS.CANCELING, STATUS.CANCELED),
        (STATUS.FAILING, STATUS.FAILED),
    ],
)
def test_a_backfill_that_stands_for_an_hour_is_ended_as_what_it_was_to_be(
    instance, backfill, was, ends
):
    status = backfill(was)
    [said] = look(StalledBackfills(), instance)
    assert said.startswith("backfill abcdefgh stood for 1:00:00 with nothing at work")
    assert status() is ends


def test_a_backfill_with_a_run_at_work_is_left_alone(instance, backfill, run_of):
    status = backfill(STATUS.REQUESTED)
    run_of(dg.DagsterRunStatus.STARTED, **{BACKFILL_ID_TAG: "abcdefgh"})
    assert look(StalledBackfills(), instance) == []
    assert status() is STATUS.REQUESTED


def test_each_run_that_it_makes_lets_the_hour_begin_anew(instance, backfill, run_of):
    status = backfill(STATUS.REQUESTED)
    sweep = StalledBackfills()
    look(sweep, instance, looks=POLLS - 1)
    run_of(dg.DagsterRunStatus.SUCCESS, **{BACKFILL_ID_TAG: "abcdefgh"})
    later = NOW + timedelta(minutes=POLLS)
    assert look(sweep, instance, later, looks=POLLS) == []
    assert status() is STATUS.REQUESTED


def test_a_machine_that_slept_for_hours_has_not_seen_it_stand(instance, backfill):
    status = backfill(STATUS.REQUESTED)
    sweep = StalledBackfills()
    look(sweep, instance, looks=2)
    assert look(sweep, instance, NOW + timedelta(hours=9), looks=2) == []
    assert status() is STATUS.REQUESTED
