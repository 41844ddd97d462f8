import pytest

from benchmarks.queue_waits import DAY, HOUR, Scenario, longest_and_usual, spoken, table, waits
from traderai_assets.domain.queue.policy import QueueRun
from traderai_assets.work_classes import WORK_CLASSES

FEW = Scenario("few", 2)


def test_every_class_is_in_the_workload_and_the_same_waits_come_out_again():
    found = waits(FEW, HOUR)
    assert set(found) == {work.name for work in WORK_CLASSES}
    assert found == waits(FEW, HOUR)


def test_the_backfill_holds_a_slot_all_the_while():
    # 60 runs of 2.8 h on the average in one slot: the last is begun in the seventh day
    longest = waits(FEW, HOUR)["backfill"][-1]
    assert 6 * DAY < longest < 7.5 * DAY


def test_the_table_has_a_line_for_each_class_and_a_column_for_each_scenario():
    lines = table([FEW], HOUR).splitlines()
    assert lines[0] == "| class | few |"
    assert [line.split(" | ")[0] for line in lines[2:]] == [f"| {w.name}" for w in WORK_CLASSES]


def test_waiting_runs_age_as_far_as_the_sensor_lets_them():
    aging = Scenario("", 2, aging_minutes=10).aging
    assert FEW.aging is None
    assert [aging(QueueRun("a", 5, {}), minutes * 60) for minutes in (9, 10, 90)] == [5, 6, 7]


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(12.4, "12 s"), (89, "89 s"), (90, "1.5 min"), (2 * HOUR, "2.0 h"), (6.7 * DAY, "6.7 d")],
)
def test_times_are_written_in_the_unit_a_person_would_use(seconds, written):
    assert spoken(seconds) == written


def test_the_longest_wait_stands_before_the_99th_percentile():
    assert longest_and_usual([float(second) for second in range(101)]) == "1.7 min, 1.6 min"
    assert longest_and_usual([1.0, 2.0, 3.0]) == "3 s, 2 s"
