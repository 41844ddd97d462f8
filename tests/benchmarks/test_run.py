"""The page of `make bench`: ratios read as their bounds do."""

from benchmarks.run import benchmarks_page, line
from benchmarks.table import Ratio, best_of, markdown

FASTER = Ratio("20 backtests", "engine", "vectorbt", 0.001, 0.05, "at least 30x", True)
SLOWER = Ratio("job", "training", "bare parts", 13.0, 10.0, "at most 1.25x", False, "one process")


def test_a_bound_from_below_is_read_as_how_much_faster_we_are():
    assert line(FASTER)[5:8] == ("50x", "at least 30x", "met")


def test_a_bound_from_above_is_read_as_how_much_more_we_take():
    assert line(SLOWER)[5:8] == ("1.3x", "at most 1.25x", "**not met**")


def test_the_page_has_a_table_for_each_subject_and_names_the_machine():
    page = benchmarks_page({"engine": [FASTER], "training": [SLOWER]})
    assert page.index("## Engine") < page.index("vectorbt |") < page.index("## Training")
    assert "cores" in page
    assert "numpy 2." in page


def test_a_table_has_a_head_and_a_line_for_each_row():
    assert markdown([("a", "b"), ("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"


def test_sides_are_timed_in_turns():
    order = []
    best = best_of(2, lambda: order.append("ours"), lambda: order.append("peer"))
    assert order == ["ours", "peer", "ours", "peer"]
    assert all(0 <= seconds < 1 for seconds in best)
