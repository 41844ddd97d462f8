"""A stored model made again, of the very rows its card names: the same bytes, or what differs."""

import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform, opened
from traderai_assets.domain.errors import CorruptModel, InvalidInput, LakeError
from traderai_assets.registry.reproduction import (
    differences,
    reasons_to_differ,
    train_again,
)
from traderai_assets.registry.stored_models import find_model
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS

MAY = "2024-05"
REVISED = datetime(2024, 4, 12, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def revised(
    lived_in: Path, feed: SimulatedFeed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[InProcessPlatform]:
    """A platform in which a candle was corrected, and May's model made a second time."""
    home = shutil.copytree(lived_in, tmp_path_factory.mktemp("revised") / "home")
    with opened(home, feed, LATER) as platform:
        april = platform.rows(CANDLES, "2024-04").set_index("open_time")
        platform.revise(REVISED, high=float(april.loc[REVISED, "high"]) * 1.01)
        platform.run("backfill", "2024-04", "2024-05", refetch=True)
        platform.run("train", MAY, only=["models"])
        yield platform


def model_id(platform: InProcessPlatform, generation: int, month: str = MAY) -> str:
    stored = platform.rows(MODELS, month).set_index("generation")
    return str(stored.loc[generation, "model_id"])


@pytest.mark.parametrize("generation", [1, 2])
def test_a_fresh_process_makes_the_same_bytes_of_what_was_stored_then(
    revised: InProcessPlatform, repository: Path, generation: int
):
    wanted = model_id(revised, generation)
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "traderai_assets.cli", "reproduce", wanted[:8]],
        env={**os.environ, "TRADERAI_HOME": str(revised.home), "PYTHONHASHSEED": "random"},
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    said = ended.stdout.splitlines()
    assert (ended.returncode, said[1:]) == (0, ["Trained again: the same bytes."]), ended.stderr
    assert said[0] == (
        f"Model {wanted}: binance.BTC-USDT.1h, serves {MAY}, generation {generation}."
    )


def test_every_part_that_came_out_otherwise_is_named(revised: InProcessPlatform):
    stored = find_model(revised.lake, model_id(revised, 2))
    again = train_again(revised.lake, stored, lambda _: None)
    assert differences(stored, again) == []
    text = bytearray(again.boosters["lightgbm"])
    text[100] ^= 1
    changed = dataclasses.replace(
        again,
        card={**again.card, "rows": again.card["rows"] + 1},
        boosters={**again.boosters, "lightgbm": bytes(text)},
    )
    rows, size = again.card["rows"], len(text)
    assert differences(stored, changed) == [
        f"card: rows is {rows + 1}, was {rows}",
        f"lightgbm: {size} bytes, were {size}; the first that differs is byte 100",
    ]


def test_libraries_and_code_of_another_version_are_named(revised: InProcessPlatform):
    card = find_model(revised.lake, model_id(revised, 2)).card
    assert reasons_to_differ(card) == []
    libraries = {**card["library_versions"], "lightgbm": "3.0.0"}
    here = card["library_versions"]["lightgbm"]
    found = reasons_to_differ({**card, "library_versions": libraries})
    assert found == [f"Made with lightgbm 3.0.0, here is {here}."]


def test_a_search_that_ran_out_of_time_is_named(revised: InProcessPlatform):
    card = find_model(revised.lake, model_id(revised, 2)).card
    trials = [{"sampler": name} for name in ("default", "gp", "tpe")]
    search = {"sampler": "gp", "learner_trials": trials, "policy_trials": trials[:2]}
    [reason] = reasons_to_differ({**card, "search": search})
    assert reason.startswith("Its Gaussian process ran out of time")
    in_time = {**search, "learner_trials": trials[:2]}
    assert reasons_to_differ({**card, "search": in_time}) == []


def test_an_id_that_is_none_too_short_or_not_stored_is_refused(revised: InProcessPlatform):
    with pytest.raises(InvalidInput, match="no model 'ffffffff' is stored"):
        find_model(revised.lake, "ffffffff")
    with pytest.raises(InvalidInput, match=r"'abc' is no model id; expected 32 hexadecimal"):
        find_model(revised.lake, "abc")


def test_rows_that_are_gone_are_named_with_the_way_to_get_them_back(
    revised: InProcessPlatform, feed: SimulatedFeed, tmp_path: Path
):
    home = shutil.copytree(revised.home, tmp_path / "home")
    with opened(home, feed, LATER) as platform:
        stored = find_model(platform.lake, model_id(platform, 1))
        before = stored.card["inputs"]["features/2024-04"]
        assert before != platform.hashes(FEATURES)["2024-04"]
        [gone] = (home / "lake" / "features").rglob(f"content_hash={before}/*.parquet")
        gone.unlink()
        with pytest.raises(LakeError, match=rf"features of .* 2024-04 .* {before} is no longer"):
            train_again(platform.lake, stored, lambda _: None)


def test_a_model_that_was_changed_after_its_training_is_no_measure(
    revised: InProcessPlatform, feed: SimulatedFeed, tmp_path: Path
):
    home = shutil.copytree(revised.home, tmp_path / "home")
    with opened(home, feed, LATER) as platform:
        wanted = model_id(platform, 1)
        stored = platform.rows(MODELS, MAY)
        stored["lightgbm"] = [content + b"\n" for content in stored["lightgbm"]]
        platform.store(MODELS, MAY, stored)
        with pytest.raises(CorruptModel, match=wanted):
            find_model(platform.lake, wanted)
