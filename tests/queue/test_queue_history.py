"""The plain look at a queue's order finds what it is there to find."""

from tests.queue.queue_history import Passage, most_at_once, overtaken
from traderai_assets.domain.queue.policy import QueueRun
from traderai_assets.work_classes import BACKFILL, TRAINING


def passage(name, work, place, started, ended, writes="market"):
    tags = {"traderai/class": work.name, "traderai/writes/models": writes}
    run = QueueRun(name, work.priority, tags)
    return Passage(run, place, submitted=0.0, started=started, ended=ended)


def test_an_older_run_of_the_same_class_that_starts_later_was_overtaken():
    ways = [
        passage("second", TRAINING, 1, started=10, ended=20, writes="a"),
        passage("first", TRAINING, 0, started=12, ended=20, writes="b"),
    ]
    [found] = overtaken(ways, slack=1)
    assert found == "second (training, 1) started before first (training, 0)"


def test_a_run_of_higher_priority_that_starts_later_was_overtaken():
    ways = [
        passage("low", TRAINING, 0, started=10, ended=20, writes="a"),
        passage("high", BACKFILL, 1, started=12, ended=20, writes="b"),
    ]
    assert len(overtaken(ways, slack=1)) == 1


def test_a_run_that_waits_for_the_writer_of_its_market_was_not():
    ways = [
        passage("writer", BACKFILL, 0, started=5, ended=11),
        passage("low", TRAINING, 2, started=10, ended=20, writes="other"),
        passage("high", BACKFILL, 1, started=12, ended=20),
    ]
    assert overtaken(ways, slack=1) == []


def test_a_limit_that_was_lifted_just_before_excuses_and_long_before_does_not():
    def ways(ended):
        return [
            passage("writer", BACKFILL, 0, started=5, ended=ended),
            passage("low", TRAINING, 2, started=10, ended=20, writes="other"),
            passage("high", BACKFILL, 1, started=12, ended=20),
        ]

    assert overtaken(ways(ended=9.5), slack=1) == []
    assert len(overtaken(ways(ended=8.5), slack=1)) == 1


def test_runs_at_once_are_counted_at_their_most():
    assert most_at_once((n, n + 2.5) for n in range(5)) == 3
    assert most_at_once((n, n + 2) for n in range(5)) == 2  # One leaves as another comes
