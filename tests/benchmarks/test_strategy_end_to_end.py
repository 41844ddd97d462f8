"""Strategies end to end: a small lake through all assets, what is kept of it, and the page."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.strategies.end_to_end import NOISE, PLANTED, gather, smaller
from benchmarks.strategies.end_to_end_report import Lakes, end_to_end_page
from benchmarks.strategies.lakes import Found, judged_lake


def found(state="insufficient", sharpes=(1.0, 3.0), t=1.5, bound=2.39):
    return Found("one", state, list(sharpes), 400, 549, 5, t, bound)


@pytest.mark.slow
def test_a_small_lake_of_noise_is_traded_recorded_and_not_believed(tmp_path: Path):
    plan = replace(smaller(NOISE), months=2)
    told: list[str] = []
    [short] = judged_lake(plan, 1, tmp_path / "lake", report=told.append)
    # April and May of two markets
    assert (short.strategy, short.days, len(short.sharpes)) == ("short", 61, 2)
    assert short.trades > 100
    assert (short.state, short.looks, short.t) == ("insufficient", 0, None)
    assert told == ["noise 1: P0/USDT is on record", "noise 1: P1/USDT is on record"]
    assert not (tmp_path / "lake").exists()


def test_a_lake_that_is_known_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    asked = []

    def judged(missing, _work, _processes):
        asked.extend(missing)
        return ((plan, number, [found()]) for plan, number in missing)

    monkeypatch.setattr("benchmarks.strategies.end_to_end._judged", judged)
    tmp_path.joinpath("work").mkdir()
    [first] = gather([PLANTED], 2, tmp_path / "work", 1)
    [again] = gather([PLANTED], 2, tmp_path / "work", 1)
    assert first.found == again.found == [[found()], [found()]]
    assert [number for _, number in asked] == [1, 2]
    assert "2 of 2 lakes are known" in capsys.readouterr().out
    # Another plan is another question
    gather([replace(PLANTED, months=17)], 1, tmp_path / "work", 1)
    assert len(asked) == 3


def lakes(candidates: int, of: int, plan=PLANTED) -> Lakes:
    states = ["candidate"] * candidates + ["insufficient"] * (of - candidates)
    return Lakes(plan, asked=10, found=[[found(state)] for state in states])


def test_nine_of_ten_planted_lakes_are_asked_for_and_two_of_ten_families_are_luck():
    page, met = end_to_end_page(lakes(9, 10), lakes(1, 10, NOISE))
    assert met
    # Clopper and Pearson of 1 and of 9 in 10
    assert "| 1 of 10 | 0.3% to 44.5% |" in page
    assert "| 9 of 10 | 55.5% to 99.7% |" in page
    assert "| 1 | one | candidate | 5 | 1.50 | 2.39 | 400 | 2.00 | 1.0 to 3.0 |" in page
    # Of ten families at 5 %, two or more have a candidate in 8.6 %, three or more in 1.2 %
    assert end_to_end_page(lakes(9, 10), lakes(2, 10, NOISE))[1]
    for planted, noise in ((8, 0), (9, 3)):
        page, met = end_to_end_page(lakes(planted, 10), lakes(noise, 10, NOISE))
        assert not met
        assert "**not met**" in page


def test_lakes_that_are_not_all_done_meet_nothing_yet():
    page, met = end_to_end_page(lakes(3, 3), lakes(0, 0, NOISE))
    assert not met
    assert "met, of 10 lakes 3 so far" in page
    assert "not measured" in page


def test_the_law_of_t_on_noise_is_told_beside_the_states():
    noise = Lakes(NOISE, asked=1, found=[[found(t=-1.0), found(t=0.0), found(t=1.0)]])
    page, _ = end_to_end_page(lakes(9, 10), noise)
    assert "of 3 strategies without skill: mean 0.00\n(standard error 0.58)" in page
