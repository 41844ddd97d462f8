"""Two strategies with the real daemon: each by runs of its own, and one of them speaks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline.conftest import opened
from tests.pipeline.running_platform import BTC, RunningPlatform
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.instance.strategy_writers import noted_writers
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS
from traderai_assets.strategies import strategies_of
from traderai_assets.work_classes import STRATEGY_TAG, WRITES_TAG

pytestmark = pytest.mark.processes

TWO = """
[strategies.fast]
[strategies.slow.training]
horizon_bars = 12
"""


@pytest.fixture
def platform(tmp_path: Path, repository: Path) -> Iterator[RunningPlatform]:
    """A platform in a project of its own, whose settings file names two strategies."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "traderai.toml").write_text(TWO)
    for name in ("dagster.yaml", "workspace.yaml"):
        (project / name).symlink_to(repository / name)
    changes = {"SEARCH__LEARNER_TRIALS": "1", "HISTORY_DAYS": "20"}
    with opened(tmp_path / "home", project, **changes) as running:
        yield running


def rows(platform: RunningPlatform, strategy: Strategy, table) -> int:
    return platform.lake.of(strategy).snapshot(table).rows(BTC.key)


def test_sensors_alone_bring_two_strategies_to_their_models_and_one_speaks(
    platform: RunningPlatform,
):
    strategies = strategies_of(platform.settings)
    assert [one.name for one in strategies] == ["fast", "slow"]
    platform.until(lambda: all(rows(platform, one, MODELS) > 0 for one in strategies))
    platform.until(lambda: rows(platform, strategies[0], CHAMPIONS) > 0)
    platform.until_quiet()
    assert [rows(platform, one, MODELS) for one in strategies] == [1, 1]
    trained = [record.dagster_run for record in platform.runs("train")]
    assert sorted(run.tags[STRATEGY_TAG] for run in trained) == ["fast", "slow"]
    for run in trained:
        name = run.tags[STRATEGY_TAG]
        written = {tag for tag in run.tags if tag.startswith(WRITES_TAG)}
        assert written == {
            f"{WRITES_TAG}{name}/{asset}" for asset in ("models", "backtests", "record")
        }
        assert run.tags["traderai/class"] == "training"
    # Labels of both were made by the one run that fetched the candles
    [fetched] = platform.runs("backfill")
    written = {tag.removeprefix(WRITES_TAG) for tag in fetched.dagster_run.tags}
    assert {"candles", "features", "8_bars_1/labels", "12_bars_1/labels"} <= written
    assert {"fast/models", "slow/models", "8_bars_1/labels"} <= {*noted_writers(platform.instance)}
    assert platform.most_at_once <= 3
