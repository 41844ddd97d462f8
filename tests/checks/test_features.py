"""Checks of features: a user's feature that looks ahead is named, and nothing learns from it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.assets.in_process_platform import InProcessPlatform
from tests.checks.test_candles import evaluation

MAY, JUNE = "2024-05", "2024-06"

LEAKING_FILE = '''
"""The next bar's return, as somebody once wrote it by mistake."""

import numpy as np

from traderai_assets.domain.features.spec import FeatureSpec

FEATURES = (
    FeatureSpec(
        "tomorrow", "own", 1, lambda bars: np.append(bars.log_return[1:], np.nan), "Next return."
    ),
)
'''

# A platform of its own: what the catalogue holds is settled once in each process.
RUN = """
import json, sys
from pathlib import Path

import dagster as dg

from tests.assets.in_process_platform import opened
from tests.assets.conftest import NOW
from traderai_assets.assets.features import features
from traderai_assets.partitions import market_months
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.features import FEATURES


@dg.asset(deps=[features], partitions_def=market_months)
def learner():
    raise AssertionError("it has learned")


with opened(Path(sys.argv[1]), SimulatedFeed(seed=7), NOW) as platform:
    whole = dg.AssetSelection.assets("candles", "features", "learner")
    # Candles and features are there; their checks are asked once more before anything learns
    later = dg.AssetSelection.assets("learner") | dg.AssetSelection.checks_for_assets(features)
    platform.definitions = dg.Definitions.merge(
        platform.definitions,
        dg.Definitions(
            assets=[learner],
            jobs=[
                dg.define_asset_job("whole", selection=whole),
                dg.define_asset_job("later", selection=later),
                dg.define_asset_job("button", selection=dg.AssetSelection.assets("models")),
            ],
        ),
    )
    said = []
    # There are no candles of July yet: a model of it would learn from those of May
    for job, month in (("whole", "2024-05"), ("later", "2024-07")):
        result = platform.run(job, month, raise_on_error=False)
        [check] = [
            one
            for one in result.get_asset_check_evaluations()
            if one.check_name == "no_look_ahead"
        ]
        said.append({
            "success": result.success,
            "failed": [event.step_key for event in result.get_step_failure_events()],
            "learner": [
                event.event_type_value for event in result.all_events if event.step_key == "learner"
            ],
            "passed": check.passed,
            "severity": check.severity.value,
            "leaking": check.metadata["leaking_features"].value,
            "first": check.metadata["first_leaks"].value[0],
        })
    stored = platform.rows(FEATURES, "2024-05")
    trained = platform.run("train", "2024-07", raise_on_error=False)
    pressed = platform.run("button", "2024-07", raise_on_error=False)
    [failure] = pressed.get_step_failure_events()
    print(json.dumps({
        "runs": said,
        "stored": "tomorrow" in stored.columns,
        "training": [
            event.event_type_value for event in trained.all_events if event.step_key == "models"
        ],
        "button": str(failure.step_failure_data.error.cause),
    }))
"""


@pytest.fixture(scope="module")
def run_with_a_leak(tmp_path_factory, repository: Path) -> dict[str, Any]:
    """What became of two runs in a process whose path has a leaking feature on it."""
    folder = tmp_path_factory.mktemp("users")
    (folder / "traderai_features").mkdir()
    (folder / "traderai_features" / "mine.py").write_text(LEAKING_FILE)
    home = tmp_path_factory.mktemp("home")
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", RUN, str(home)],
        check=False,
        capture_output=True,
        cwd=repository,
        env=os.environ | {"PYTHONPATH": str(folder)},
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


@pytest.mark.processes
def test_a_feature_that_looks_ahead_is_named_with_the_bar_that_gave_it_away(run_with_a_leak):
    assert run_with_a_leak["stored"]
    run = run_with_a_leak["runs"][0]
    assert (run["passed"], run["severity"]) == (False, "ERROR")
    assert run["leaking"] == "tomorrow"
    assert run["first"]["first_changed_bar"] == run["first"]["last_known_bar"]


@pytest.mark.processes
def test_nothing_downstream_runs_on_it(run_with_a_leak):
    run = run_with_a_leak["runs"][0]
    assert not run["success"]
    assert "STEP_START" not in run["learner"]


@pytest.mark.processes
def test_a_later_run_that_asks_the_check_first_learns_nothing_either(run_with_a_leak):
    run = run_with_a_leak["runs"][1]
    assert not run["success"]
    assert run["leaking"] == "tomorrow"
    assert "STEP_START" not in run["learner"]


@pytest.mark.slow
def test_our_own_features_pass_one_month_and_several(platform: InProcessPlatform):
    check = evaluation(platform.run("backfill", MAY), "no_look_ahead")
    assert check.passed
    assert check.metadata["partitions_tried"].value == [platform.key(MAY)]
    check = evaluation(platform.run("backfill", MAY, JUNE), "no_look_ahead")
    assert check.passed
    assert check.metadata["leaking_features"].value == ""
    assert check.metadata["partitions_tried"].value == [platform.key(MAY), platform.key(JUNE)]


@pytest.mark.processes
def test_a_leaking_feature_reaches_no_model_by_the_job_nor_by_the_button(run_with_a_leak):
    assert "STEP_START" not in run_with_a_leak["training"]
    assert (
        "a feature looks ahead: check no_look_ahead of features failed"
        in (run_with_a_leak["button"])
    )
