"""The evidence on strategies: a short form of `make evidence`, its journal and its page."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.strategies.evidence import FAMILIES, LIVE_LAWS, LIVE_ROWS, POWER_ROWS, Workers
from benchmarks.strategies.evidence_report import LEAST_POWER, Findings, evidence_page
from benchmarks.strategies.trials import (
    copies,
    kept_promise,
    live_stage,
    null_family,
    power,
    stepwise_null,
    stepwise_power,
)
from benchmarks.strategies.worlds import World, standard_noise, world_record


@pytest.mark.slow
@pytest.mark.parametrize("law", ["quiet", "rough"])
def test_without_skill_one_in_a_hundred_is_a_candidate_among_five(law):
    looks = np.array([null_family(1, law, seed) for seed in range(40)])
    # .05 / 5 of 200 is 2, and .01 / 5 of it .4; five looks unadjusted would make it 26
    assert (looks[:, 0] > 0).sum() <= 6
    assert (looks[:, 1] > 0).sum() <= 3


@pytest.mark.slow
def test_with_skill_most_are_and_with_less_fewer():
    found = {
        sharpe: np.mean([power(World(10, sharpe), seed, (5,)) != [0] for seed in range(40)])
        for sharpe in (0.5, 2.0)
    }
    assert found[2.0] >= 0.8
    assert found[0.5] <= 0.3


def test_ten_copies_of_a_market_have_the_t_of_one():
    assert copies(0) <= 1e-9


@pytest.mark.slow
def test_the_stepwise_test_seldom_finds_one_of_twenty_without_skill_and_often_a_good_one():
    assert np.mean([stepwise_null(seed) > 0 for seed in range(60)]) <= 0.13
    assert np.mean([stepwise_power(seed, 3.1) for seed in range(20)]) >= 0.75


@pytest.mark.slow
def test_the_live_stage_believes_skill_and_not_its_absence():
    skilled = World(10, 2.5, days=200 + 500, live_from=200)
    proofs = [live_stage(skilled, seed) for seed in range(10)]
    assert sum(proof is not None for proof, _ in proofs) >= 8
    assert sum(broken is not None for _, broken in proofs) <= 2
    idle = replace(skilled, sharpe=0.0)
    assert sum(live_stage(idle, seed)[0] is not None for seed in range(20)) <= 4
    assert sum(kept_promise(seed, "rough") for seed in range(40)) <= 6


@pytest.mark.parametrize("law", ["quiet", "rough", "creeping"])
def test_worlds_have_the_mean_and_the_spread_that_they_say(law):
    dice = np.random.default_rng(5)
    noise = np.concatenate([standard_noise(dice, 548, 4, law, 0.35) for _ in range(100)])
    assert noise.mean() == pytest.approx(0.0, abs=0.015)
    assert noise.std() == pytest.approx(1.0, abs=0.06)


def test_a_world_is_made_by_its_seed_and_its_live_days_are_its_last():
    world = World(2, 1.0, days=40, live_from=30, later_sharpe=-300.0)
    first, again, other = (world_record(world, seed).days for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first["net"].equals(other["net"])
    assert first["origin"].tolist() == ["backfill"] * 60 + ["live"] * 20
    assert (first["net"][60:] < 0).all()


class InThisProcess:
    """A pool without processes that counts what it was asked for."""

    def __init__(self):
        self.asked = 0

    def map(self, trial, seeds, chunksize):
        assert chunksize >= 1
        self.asked += len(seeds)
        return map(trial, seeds)


def test_what_the_journal_knows_is_not_tried_again(tmp_path, monkeypatch, capsys):
    pool, journal = InThisProcess(), tmp_path / "deep" / "journal.json"
    assert Workers(pool, journal).each("squares", lambda seed: seed**2, 4) == [0, 1, 4, 9]
    assert Workers(pool, journal).each("squares", lambda _: -1, 4) == [0, 1, 4, 9]
    assert pool.asked == 4
    monkeypatch.setattr("benchmarks.strategies.evidence._code", lambda: "other code")
    assert Workers(pool, journal).each("squares", lambda _: -1, 4) == [-1] * 4
    assert "squares, 4 worlds" in capsys.readouterr().out


FINDINGS = Findings(
    copies=[0.0, 1e-15],
    families={law: [[[0] * 5, [0] * 5]] * 100 for law in FAMILIES},
    power={row: [[1, 3, 5]] * 9 + [[5, 0, 0]] for row in POWER_ROWS},
    among_five={(markets, sharpe): [3] * 19 + [0] for markets, sharpe, _ in LEAST_POWER},
    stepwise={law: [0] * 99 + [2] for law in FAMILIES},
    stepwise_power={1.6: [True, False]},
    live_null={law: [None] * 99 + [300] for law in LIVE_LAWS},
    kept={law: [False] * 98 + [True] * 2 for law in LIVE_LAWS},
    live={row: [(100, None), (200, None), (None, 700)] for row in LIVE_ROWS},
)


def test_the_page_holds_what_was_measured_against_what_is_demanded():
    assert FINDINGS.all_met
    page = evidence_page(FINDINGS)
    assert "**not met**" not in page
    assert "| 10 | 2 | 3.1 | 1.000 | 0.900 | 0.900 | 0.900 | 0.900 |" in page
    assert "| 5 | 4.31 | 3.46 | 2.96 | 2.63 | 2.39 |" in page
    assert "| 2 | 2 | 0.67 | 200 | 0.33 | - |" in page
    assert "| quiet | 1.00% | 2.00% | at most 5% |" in page


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"families": {"quiet": [[[1, 0, 0, 0, 0], [0] * 5]] * 4}}, "T1"),
        ({"among_five": {(markets, sharpe): [0] for markets, sharpe, _ in LEAST_POWER}}, "T2"),
        ({"copies": [1e-8]}, "T3"),
        ({"stepwise": {"rough": [1] + [0] * 9}}, "T4"),
    ],
)
def test_a_demand_that_is_not_met_is_told(change, name):
    findings = replace(FINDINGS, **change)
    assert not findings.all_met
    assert {one.name for one in findings.demands if not one.met} == {name}
    assert "**not met**" in evidence_page(findings)
