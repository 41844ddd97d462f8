"""The page of `make bench`: ratios read as their bounds do, the worst run judges a row."""

from dataclasses import replace

import pytest

from benchmarks.machine import machine
from benchmarks.one_run import read_ratios, write_ratios
from benchmarks.run import benchmarks_page, line
from benchmarks.table import Ratio, Row, best_of, markdown, rows_of

FASTER = Ratio("20 backtests", "engine", "vectorbt", 0.001, 0.05, "at least 30x", True)
SLOWER = Ratio("job", "training", "bare parts", 13.0, 10.0, "at most 1.25x", False, "one process")


def test_a_bound_from_below_is_read_as_how_much_faster_we_are():
    assert line(Row([FASTER]))[5:9] == ("50x", "50x", "at least 30x", "met")


def test_a_bound_from_above_is_read_as_how_much_more_we_take():
    assert line(Row([SLOWER]))[5:9] == ("1.3x", "1.3x", "at most 1.25x", "**not met**")


def test_a_row_is_judged_by_its_worst_run_and_shows_the_best_beside_it():
    slow = replace(FASTER, ours_seconds=0.002, met=False, note="the slow one")
    told = line(Row([FASTER, slow, FASTER]))
    assert told[3:] == (
        "0.002", "0.05", "25x", "50x", "at least 30x", "**not met**", "the slow one"
    )  # fmt: skip
    quick = replace(SLOWER, ours_seconds=11.0, met=True)
    assert line(Row([quick, SLOWER]))[5:9] == ("1.3x", "1.1x", "at most 1.25x", "**not met**")


def test_the_rows_of_several_runs_are_put_together_and_must_be_the_same():
    rows = rows_of([[FASTER, SLOWER], [replace(FASTER, ours_seconds=0.002), SLOWER]])
    assert [len(row.runs) for row in rows] == [2, 2]
    assert [row.worst.what for row in rows] == ["20 backtests", "job"]
    with pytest.raises(ValueError, match="different things"):
        rows_of([[FASTER], [SLOWER]])
    with pytest.raises(ValueError, match="shorter"):
        rows_of([[FASTER, SLOWER], [FASTER]])


def test_what_one_process_measured_another_reads(tmp_path):
    write_ratios(tmp_path / "ratios.json", [FASTER, SLOWER])
    assert read_ratios(tmp_path / "ratios.json") == [FASTER, SLOWER]


def test_the_page_has_a_table_for_each_subject_and_names_the_machine():
    page = benchmarks_page({"engine": [Row([FASTER])], "training": [Row([SLOWER])]}, runs=1)
    assert page.index("## Engine") < page.index("vectorbt |") < page.index("## Training")
    assert f"- {machine()}.\n" in page
    assert "cores" in page
    assert "numpy 2." in page


def test_a_table_has_a_head_and_a_line_for_each_row():
    assert markdown([("a", "b"), ("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_sides_are_timed_in_turns():
    order = []
    best = best_of(2, lambda: order.append("ours"), lambda: order.append("peer"))
    assert order == ["ours", "peer", "ours", "peer"]
    assert all(0 <= seconds < 1 for seconds in best)
