"""Champions: every challenge is a row of the history, judged on bars that neither has seen."""

import json
import shutil
from pathlib import Path

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform, never_written, opened
from traderai_assets.domain.champions.history import current_champion
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS


def test_the_first_model_is_promoted_and_one_with_too_few_unseen_bars_does_not_replace_it(
    old_platform: InProcessPlatform,
):
    first, second = old_platform.rows(MODELS, "2024-07")["model_id"]
    promoted, kept = old_platform.rows(CHAMPIONS).to_dict("records")
    assert (promoted["action"], promoted["model_id"]) == ("promoted", first)
    assert (kept["action"], kept["model_id"], kept["challenger_id"]) == ("kept", first, second)
    # The champion has seen all up to June 12, 05:00; the challenger's last test ends a day later.
    assert json.loads(kept["evidence"])["challenger"]["bars"] < 30
    assert "at least 100 are needed" in kept["reason"]


def test_a_model_that_did_not_clear_the_bar_is_judged_kept_and_does_not_speak(
    lived_in: Path, feed: SimulatedFeed, tmp_path: Path
):
    home = tmp_path / "strict"
    shutil.copytree(lived_in, home)
    never_written(home, "champions")
    # Of trades of twelve hours a month holds too few to be priced by: its model is silent
    training = {"folds": 2, "horizon_bars": 12}
    strict = {"allow_unproven": False}
    with opened(home, feed, LATER, champions=strict, training=training) as platform:
        platform.run("train", "2024-07")
        platform.run("choose_champion")
        platform.run("generate_signals", "2024-06")
        [verdict] = platform.rows(CHAMPIONS).to_dict("records")
        model = platform.rows(MODELS, "2024-07").iloc[-1]
        assert not model["promotable"]
        assert verdict["action"] == "kept"
        assert verdict["challenger_id"] == model["model_id"]
        assert current_champion(platform.rows(CHAMPIONS)) is None
        assert "trades over the test slices, at least 30 are asked for" in verdict["reason"]
