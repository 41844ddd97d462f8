from collections import Counter
from dataclasses import replace

import dagster as dg
import pytest
import yaml

from traderai_assets import work_classes
from traderai_assets.domain.queue.policy import TagLimit
from traderai_assets.work_classes import (
    JOBS,
    LIMITS,
    TOTAL_SLOTS,
    WORK_CLASSES,
    WRITES_TAG,
    Months,
    classify,
)


def named(assets, months, open_month="2026-10"):
    return classify(assets, months, open_month).name


def test_the_seven_classes_stand_in_the_order_of_their_priorities():
    assert [(work.name, work.priority, work.slots) for work in WORK_CLASSES] == [
        ("backfill", 10, 1),
        ("update_latest", 9, 2),
        ("signals.expire", 8, 1),
        ("signals.generate", 7, 1),
        ("training", 5, 2),
        ("drift.monitor", 3, 1),
        ("historical", 1, 1),
    ]


def test_no_class_may_take_all_slots():
    assert max(work.slots for work in WORK_CLASSES) < TOTAL_SLOTS


def test_candles_of_the_open_month_alone_are_update_latest_and_anything_older_is_backfill():
    assert named({"candles"}, {"2026-10"}) == "update_latest"
    assert named({"candles"}, {"2026-09"}) == "backfill"
    assert named({"candles"}, {"2026-09", "2026-10"}) == "backfill"


def test_which_months_a_class_takes_is_its_own_and_not_a_matter_of_one_object(monkeypatch):
    copied = [replace(work, assets=frozenset(list(work.assets))) for work in WORK_CLASSES]
    assert all(a.assets == b.assets for a, b in zip(copied, WORK_CLASSES, strict=True))
    assert not any(a.assets is b.assets for a, b in zip(copied, WORK_CLASSES, strict=True))
    monkeypatch.setattr(work_classes, "WORK_CLASSES", tuple(copied))
    assert named({"candles"}, {"2026-10"}) == "update_latest"
    assert named({"candles", "labels"}, {"2026-09"}) == "backfill"
    assert named({"signals"}, {"2026-10"}) == named({"signals"}, {"2026-09"}) == "signals.generate"


def test_classes_that_share_an_asset_share_no_month_and_leave_none_out():
    shared = [
        [work.months for work in WORK_CLASSES if asset in work.assets]
        for asset in work_classes.ALL_ASSETS
    ]
    assert all(Counter(months) in _WHOLE for months in shared)


_WHOLE = (Counter([Months.ANY]), Counter([Months.OPEN, Months.GONE_BY]))


def test_features_and_labels_follow_their_caller():
    assert named({"candles", "features", "labels"}, {"2026-10"}) == "update_latest"
    assert named({"features", "models"}, {"2026-10"}) == "training"


def test_a_run_that_spans_classes_takes_the_lowest():
    assert named({"candles", "models"}, {"2026-10"}) == "training"
    assert named({"candles", "signals", "signal_snapshots"}, {"2026-10"}) == "historical"


@pytest.mark.parametrize("assets", [set(), {"unknown"}, {"candles", "unknown"}])
def test_what_is_not_known_is_never_urgent(assets):
    assert named(assets, {"2026-10"}) == "historical"


@pytest.mark.parametrize(
    ("job", "expected"),
    [
        ("backfill", "backfill"),
        ("expire_signals", "signals.expire"),
        ("generate_signals", "signals.generate"),
        ("train", "training"),
        ("choose_champion", "training"),
        ("monitor_drift", "drift.monitor"),
        ("replay_history", "historical"),
        ("maintain_lake", "historical"),
        ("clean_up", "historical"),
    ],
)
def test_every_job_has_its_class(job, expected):
    assert named(JOBS[job], {"2026-01"}) == expected


def test_the_queue_of_dagster_yaml_limits_what_the_table_says_and_nothing_else(
    repository, tmp_path
):
    (tmp_path / "dagster.yaml").symlink_to(repository / "dagster.yaml")
    with dg.DagsterInstance.from_config(str(tmp_path)) as made:
        runs = made.get_concurrency_config().run_queue_config  # As the daemon and the web UI ask
    said = []
    for limit in runs.tag_concurrency_limits:
        value = limit["value"]
        each = value == {"applyLimitPerUniqueValue": True}
        said.append(TagLimit(limit["key"], limit["limit"], None if each else value, per_value=each))
    assert (runs.max_concurrent_runs, tuple(said)) == (LIMITS.slots, LIMITS.tags)


def test_every_asset_has_one_writer_a_market():
    from traderai_assets.definitions import build_definitions

    written = {limit.key for limit in LIMITS.tags if limit.per_value}
    assets = build_definitions().resolve_all_asset_keys()
    assert written == {f"{WRITES_TAG}{key.path[-1]}" for key in assets}


def test_no_class_is_retried_more_often_than_the_instance_knows(repository):
    retries = yaml.safe_load((repository / "dagster.yaml").read_text())["run_retries"]
    assert {work.retries for work in WORK_CLASSES} == {retries["max_retries"]}
    assert retries["retry_on_asset_or_op_failure"] is False
