"""Watching a demo's queue: a failure ends it, unless the run is tried again by itself."""

import dagster as dg
import pytest

from traderai_assets.cli import queue_watch
from traderai_assets.cli.queue_watch import QueueWatch
from traderai_assets.domain.errors import TraderAIError

WILL_RETRY = "dagster/will_retry"


@pytest.fixture
def watch(instance, monkeypatch):
    monkeypatch.setattr(queue_watch, "SECONDS_BETWEEN_POLLS", 0.01)
    return QueueWatch(instance)


@pytest.mark.parametrize("tags", [{WILL_RETRY: "false"}, {}])
def test_a_failure_is_told_with_the_command_that_says_of_what(watch, run, tags):
    failed = run("train", dg.DagsterRunStatus.FAILURE, tags=tags)
    with pytest.raises(TraderAIError) as told:
        watch.wait_until("a model", lambda: False, 10)
    assert str(told.value) == (
        f'run {failed.run_id[:8]} (train) failed; "traderai runs logs {failed.run_id[:8]}" '
        "says of what"
    )


def test_a_failure_that_is_tried_again_is_waited_out(watch, run, capsys):
    run("backfill", dg.DagsterRunStatus.FAILURE, tags={WILL_RETRY: "true"})
    looks = []

    def done():
        looks.append(None)
        if len(looks) == 2:
            run("backfill", dg.DagsterRunStatus.SUCCESS)
        return len(looks) == 3

    watch.wait_until("candles", done, 10)
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()[1:]] == [
        "failure",
        "success",
    ]


def test_what_takes_too_long_is_given_up_with_the_way_to_look(watch):
    with pytest.raises(TraderAIError, match="candles: not done after 0 s; see traderai status"):
        watch.wait_until("candles", lambda: False, 0)
