"""Four months served: the learners are searched for the first and the fourth, the rest refitted."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.assets.counted_fits import counted
from tests.assets.in_process_platform import InProcessPlatform, opened
from traderai_assets.domain.months import Month
from traderai_assets.domain.training.engine import planned_fits
from traderai_assets.domain.training.plan import TrainingPlan
from traderai_assets.registry import search_orders
from traderai_assets.registry.reproduction import differences, train_again
from traderai_assets.registry.search_orders import search_start
from traderai_assets.registry.stored_models import find_model
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS

NOW = datetime(2024, 10, 2, 5, 30, tzinfo=UTC)
JULY, AUGUST, SEPTEMBER, OCTOBER = "2024-07", "2024-08", "2024-09", "2024-10"
SERVED = (JULY, AUGUST, SEPTEMBER, OCTOBER)
SEARCH = {
    "sampler": "random",
    "learner_trials": 3,
    "policy_trials": 3,
    "every_months": 3,
    "horizon_bars": (),
    "combinatorial_groups": 0,
}
# With this seed July's search finds better than the defaults
TRAINING = {"folds": 2, "horizon_bars": 3, "seed": 2}
MADE: dict[str, Any] = {"search": SEARCH, "training": TRAINING}
JUNE_DAYS = "2024-06-01T00:00:00+00:00/2024-07-01T00:00:00+00:00"
# Two learners, three tests
TESTS, LEARNERS = 3, 2
SEARCHED, REFITTED = 3 * TESTS, (TESTS + 1) * LEARNERS


@pytest.fixture(scope="module")
def feed_of_summer() -> SimulatedFeed:
    return SimulatedFeed(seed=7)


@pytest.fixture(scope="module")
def summer(
    feed_of_summer: SimulatedFeed, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, int]]:
    """The home of a platform in which four months were trained, and the fits of each."""
    home, made = tmp_path_factory.mktemp("summer"), {}
    patch = pytest.MonkeyPatch()
    with opened(home, feed_of_summer, NOW, **MADE) as platform, counted(patch) as fits:
        platform.run("backfill", "2024-06", "2024-09")
        for month in SERVED:
            platform.run("train", month, only=["models"])
            made[month] = fits.since()
    return home, made


@pytest.fixture
def platform(
    summer: tuple[Path, dict[str, int]], feed_of_summer: SimulatedFeed, tmp_path: Path
) -> Iterator[InProcessPlatform]:
    home = shutil.copytree(summer[0], tmp_path / "home")
    with opened(home, feed_of_summer, NOW, **MADE) as platform:
        platform.run("backfill", "2024-06", "2024-09")
        yield platform


def card_of(platform: InProcessPlatform, month: str) -> dict[str, Any]:
    card: dict[str, Any] = json.loads(platform.rows(MODELS, month).iloc[-1]["card"])
    return card


def test_learners_are_searched_in_the_first_and_the_fourth_month(platform: InProcessPlatform):
    cards = {month: card_of(platform, month) for month in SERVED}
    searched = {month: card["search"]["searched"] for month, card in cards.items()}
    assert {month: one["month"] for month, one in searched.items()} == {
        JULY: JULY,
        AUGUST: JULY,
        SEPTEMBER: JULY,
        OCTOBER: OCTOBER,
    }
    assert [one["refit"] for one in searched.values()] == [False, True, True, False]
    assert {one["because"] for one in searched.values()} == {""}
    assert searched[AUGUST]["look_back"] == searched[JULY]["look_back"] == JUNE_DAYS
    assert cards[AUGUST]["inputs"]["search_look_back"] == JUNE_DAYS
    assert "search_look_back" not in cards[OCTOBER]["inputs"]


def test_refits_share_the_study_and_fit_what_is_chosen_alone(
    platform: InProcessPlatform, summer: tuple[Path, dict[str, int]]
):
    cards, made = {month: card_of(platform, month) for month in SERVED}, summer[1]
    trials = {month: card["search"]["learner_trials"] for month, card in cards.items()}
    assert trials[AUGUST] == trials[SEPTEMBER] == trials[JULY] != trials[OCTOBER]
    assert made[AUGUST] == made[SEPTEMBER] == REFITTED
    plan = TrainingPlan.from_settings(cards[AUGUST]["plan"])
    assert planned_fits(plan, 0) == SEARCHED + REFITTED
    assert SEARCHED < made[JULY] <= planned_fits(plan)
    # A trial that was given up is shorter, and is in the ledger all the same
    assert made[OCTOBER] > REFITTED
    for card in cards.values():
        assert card["selection"]["evidence"]["n_trials"] == 3 + 3
    best = max(trials[JULY], key=lambda trial: trial["value"] or float("-inf"))
    for month in (AUGUST, SEPTEMBER):
        assert [fold["parameters"] for fold in cards[month]["folds"]] == [best["parameters"]] * 2


def test_a_search_begins_with_what_the_search_month_before_chose(platform: InProcessPlatform):
    july, october = card_of(platform, JULY)["search"], card_of(platform, OCTOBER)["search"]
    assert july["started_from"] is None
    best = max(july["learner_trials"], key=lambda trial: trial["value"] or float("-inf"))
    assert october["started_from"] == {
        "month": JULY,
        "model_id": platform.rows(MODELS, JULY)["model_id"].item(),
        "parameters": best["parameters"],
    }
    samplers = [trial["sampler"] for trial in october["learner_trials"]]
    assert samplers == ["default", "earlier", "random"]
    assert october["learner_trials"][1]["parameters"] == best["parameters"]


@pytest.mark.parametrize("month", [AUGUST, OCTOBER])
def test_a_refit_and_a_search_with_a_start_are_reproduced(platform: InProcessPlatform, month: str):
    stored = find_model(platform.lake, platform.rows(MODELS, month)["model_id"].item())
    assert differences(stored, train_again(platform.lake, stored, lambda _: None)) == []


def test_a_study_that_is_gone_is_searched_again_with_the_same_outcome(
    platform: InProcessPlatform, monkeypatch: pytest.MonkeyPatch
):
    before = platform.rows(MODELS, SEPTEMBER)["model_id"].item()
    # The fourth month has cleared the first's away
    assert [path.name for path in sorted((platform.home / "studies").iterdir())] == [
        f"{platform.market.key}.{OCTOBER}.journal"
    ]
    platform.store(MODELS, SEPTEMBER, MODELS.empty())
    with counted(monkeypatch) as fits:
        platform.run("train", SEPTEMBER, only=["models"])
        assert fits.made > REFITTED
    assert platform.rows(MODELS, SEPTEMBER)["model_id"].item() == before


def test_what_is_made_of_the_same_stays_whatever_its_start_would_be_today(
    platform: InProcessPlatform, monkeypatch: pytest.MonkeyPatch
):
    before = {month: platform.rows(MODELS, month)["model_id"].item() for month in SERVED}
    platform.store(MODELS, JULY, MODELS.empty())
    with counted(monkeypatch) as fits:
        platform.run("train", AUGUST, OCTOBER, only=["models"])
        assert fits.made == 0
    after = {month: platform.rows(MODELS, month)["model_id"].item() for month in SERVED[1:]}
    assert after == {month: before[month] for month in after}


def test_a_candle_after_the_search_look_back_changes_no_choice_and_one_inside_makes_all_anew(
    platform: InProcessPlatform,
):
    before = card_of(platform, SEPTEMBER)
    for opened_at in (datetime(2024, 8, 20, 7, tzinfo=UTC), datetime(2024, 6, 20, 7, tzinfo=UTC)):
        month = f"{opened_at:%Y-%m}"
        stored = platform.rows(CANDLES, month).set_index("open_time")
        platform.revise(opened_at, high=float(stored.loc[opened_at, "high"]) * 1.05)
        platform.run("backfill", month, "2024-09", refetch=True)
        platform.run("train", SEPTEMBER, only=["models"])
        after = card_of(platform, SEPTEMBER)
        assert after["inputs"] != before["inputs"]
        same = after["search"]["learner_trials"] == before["search"]["learner_trials"]
        assert same == (month == "2024-08")


def test_a_month_whose_search_look_back_is_not_there_searches_itself_and_says_why(
    feed_of_summer: SimulatedFeed, tmp_path: Path
):
    with opened(tmp_path, feed_of_summer, NOW, **MADE) as platform:
        platform.run("backfill", "2024-08", "2024-09")
        platform.run("train", SEPTEMBER, only=["models"])
        card = card_of(platform, SEPTEMBER)
        assert card["search"]["searched"] == {
            "month": SEPTEMBER,
            "look_back": card["inputs"]["look_back"],
            "refit": False,
            "because": "the look-back of 2024-07 is not complete, in 2024-06",
        }
        stored = find_model(platform.lake, platform.rows(MODELS, SEPTEMBER)["model_id"].item())
        assert differences(stored, train_again(platform.lake, stored, lambda _: None)) == []
        # Its candles come later: the month is a refit then, as if they had always been there
        platform.run("backfill", "2024-06", "2024-07")
        platform.run("train", SEPTEMBER, only=["models"])
        assert card_of(platform, SEPTEMBER)["search"]["searched"]["month"] == JULY


def test_a_grid_and_a_plan_without_a_search_have_no_start(platform: InProcessPlatform):
    stored, plan = platform.lake.snapshot(MODELS), TrainingPlan.from_settings
    settings = card_of(platform, OCTOBER)["plan"]

    def start(month: str = OCTOBER, **search: Any) -> object:
        changed = plan(settings | {"search": settings["search"] | search})
        return search_start(stored, platform.market, Month.parse(month), changed)

    assert start() is not None
    assert start(sampler=search_orders.GRID) is start(learner_trials=1) is None
    # A space with labels in it is another, and no search starts from its own month or a later one
    assert start(horizons=[3, 6]) is start(JULY) is None
    # A year's cadence has but one search month, January
    assert start("2025-01", every_months=12) is None
