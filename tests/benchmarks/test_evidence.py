"""The evidence: its journal, its page, and a short form of what `make evidence` shows."""

from dataclasses import replace

import pytest

from benchmarks import evidence
from benchmarks.evidence import QUICK_DEMANDS, Journal, gather_verdicts
from benchmarks.evidence_report import Demand, evidence_page
from benchmarks.judging import Judged, code_of, platform_plan, quick_plan
from benchmarks.planted import NOISE, PAYABLE

JUDGED = Judged(
    edge=NOISE.name,
    seed=0,
    promotable=False,
    reasons=("deflated Sharpe ratio 0.100, at least 0.95 is asked for",),
    information_coefficient=0.01,
    best_trial_sharpe=4.5,
    test_sharpe=-2.0,
    deflated_sharpe=0.1,
    trades=50,
    code="abc",
)


@pytest.mark.slow
def test_a_few_noise_markets_are_refused_and_payable_ones_promoted(tmp_path):
    journal = Journal(tmp_path / "evidence.jsonl")
    verdicts = gather_verdicts(QUICK_DEMANDS, quick_plan(), journal, processes=1)
    assert [demand.met(verdicts) for demand in QUICK_DEMANDS] == [True, True]
    assert len(journal.read(code_of(quick_plan()))) == 5


def test_what_the_journal_knows_is_not_judged_again(tmp_path, monkeypatch, capsys):
    plan = quick_plan()
    journal = Journal(tmp_path / "deep" / "evidence.jsonl")
    for seed in range(3):
        journal.add(replace(JUDGED, seed=seed, code=code_of(plan)))
    monkeypatch.setattr(evidence, "judge", lambda *_: pytest.fail("judged again"))
    verdicts = gather_verdicts([Demand(NOISE, 3, at_most=0)], plan, journal, processes=1)
    assert [judged.seed for judged in verdicts] == [0, 1, 2]
    assert "3 of 3 markets are in the journal" in capsys.readouterr().out


def test_a_line_that_a_kill_tore_is_left_out_and_the_next_stands_alone(tmp_path):
    journal = Journal(tmp_path / "evidence.jsonl")
    journal.add(JUDGED)
    with journal.path.open("a") as torn:
        torn.write('{"edge": "pure no')
    assert list(journal.read("abc")) == [(NOISE.name, 0)]
    journal.add(replace(JUDGED, seed=1))
    assert list(journal.read("abc")) == [(NOISE.name, 0), (NOISE.name, 1)]


def test_verdicts_of_other_code_do_not_count(tmp_path):
    journal = Journal(tmp_path / "evidence.jsonl")
    journal.add(JUDGED)
    assert journal.read("def") == {}
    assert code_of(quick_plan()) != code_of(platform_plan())


@pytest.mark.parametrize(
    ("promotable", "demand", "met"),
    [
        (1, Demand(NOISE, 3, at_most=1), True),
        (2, Demand(NOISE, 3, at_most=1), False),
        (2, Demand(NOISE, 3, at_least=2), True),
        (1, Demand(NOISE, 3, at_least=2), False),
        (0, Demand(NOISE, 4, at_most=1), False),  # One market was not judged
    ],
)
def test_a_demand_is_met_by_enough_markets_and_no_more(promotable, demand, met):
    verdicts = [replace(JUDGED, seed=seed, promotable=seed < promotable) for seed in range(3)]
    assert demand.met(verdicts) is met


def test_the_page_says_what_was_demanded_what_came_out_and_why():
    demands = [Demand(NOISE, 2, at_most=1), Demand(PAYABLE, 1, at_least=1)]
    verdicts = [
        JUDGED,
        replace(JUDGED, seed=1, best_trial_sharpe=0.5),
        replace(JUDGED, edge=PAYABLE.name, promotable=True, reasons=()),
    ]
    page = evidence_page(demands, verdicts, platform_plan())
    assert "| 2 pure noise | 0.01 | 1 of 2 | 2.5 | -2.0 | 0 of 2 | at most 1 | met |" in page
    assert "| 1 payable edge | 0.01 | 1 of 1 | 4.5 | -2.0 | 1 of 1 | at least 1 | met |" in page
    assert "| pure noise | 2 | deflated Sharpe ratio 2 |" in page
    assert "1 learner trials, 10 policy trials, 5 folds" in page
