"""Discovery: a feature is added in one file, refused by name, and marks the months stale."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from traderai_assets.domain.errors import InvalidFeature
from traderai_assets.domain.features.catalogue import CATALOGUE, FEATURE_CODE_VERSION
from traderai_assets.domain.features.discovery import code_version, collect, rule_modules

RULE = '''
"""Twice the body of the bar."""

from traderai_assets.domain.features.bars import Bars, FloatArray
from traderai_assets.domain.features.spec import FeatureSpec


def doubled(bars: Bars) -> FloatArray:
    return 2.0 * bars.log_return


FEATURES = (FeatureSpec("{name}", "own", {warm_up}, doubled, "Twice the last log return."),)
'''
ASK = """
import json, sys
from traderai_assets.domain.features.catalogue import CATALOGUE, FEATURE_CODE_VERSION
from traderai_assets.schemas.features import FEATURES_SCHEMA
print(json.dumps([[spec.name for spec in CATALOGUE], FEATURE_CODE_VERSION,
    "doubled" in FEATURES_SCHEMA.columns, "numba" in sys.modules or "talib" in sys.modules]))
"""


def catalogue_in_a_new_process(*paths, seed="0"):
    """What a process says that was given these folders on its path: names, version, the rest."""
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", ASK],
        check=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths)), "PYTHONHASHSEED": seed},
        text=True,
    ).stdout
    return json.loads(said)


def write(folder: Path, file: str, *, name="doubled", warm_up=1, package="traderai_features"):
    (folder / package).mkdir(parents=True, exist_ok=True)
    (folder / package / file).write_text(RULE.format(name=name, warm_up=warm_up))
    return folder


@pytest.fixture
def importable(monkeypatch, tmp_path):
    """A folder on this process's path, with names of its own, forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith(f"own_{tmp_path.name}")]:
        del sys.modules[name]


def test_our_own_rules_come_in_order_of_their_file():
    ours = [name.rpartition(".")[2] for name in rule_modules() if "domain.features.rules" in name]
    assert ours == [
        "calendar",
        "higher_timeframe",
        "momentum",
        "returns",
        "trend",
        "volatility",
        "volume",
    ]
    assert collect(rule_modules()) == CATALOGUE


@pytest.mark.processes
def test_a_file_in_a_folder_of_the_users_own_is_a_feature_and_another_version(tmp_path):
    names, version, stored, heavy = catalogue_in_a_new_process(write(tmp_path, "mine.py"))
    assert names == [*(spec.name for spec in CATALOGUE), "doubled"]
    assert version != FEATURE_CODE_VERSION
    assert stored
    assert not heavy


@pytest.mark.processes
def test_the_version_is_the_same_in_every_process_and_another_after_an_edit(tmp_path):
    write(tmp_path, "mine.py")
    first = catalogue_in_a_new_process(tmp_path, seed="1")
    assert catalogue_in_a_new_process(tmp_path, seed="2") == first
    file = tmp_path / "traderai_features" / "mine.py"
    file.write_text(file.read_text().replace("2.0", "3.0"))
    assert catalogue_in_a_new_process(tmp_path)[1] != first[1]


@pytest.mark.processes
def test_folders_of_the_same_name_are_one(tmp_path):
    one = write(tmp_path / "one", "a.py", name="first")
    other = write(tmp_path / "other", "b.py", name="second")
    names = catalogue_in_a_new_process(other, one)[0]
    assert names[-2:] == ["first", "second"]


def test_a_name_that_is_taken_is_refused_and_both_files_are_named(importable):
    package = f"own_{importable.name}"
    write(importable, "a.py", package=package)
    write(importable, "b.py", package=package)
    with pytest.raises(
        InvalidFeature, match=r"'doubled' is defined in .*a\.py and again in .*b\.py"
    ):
        collect([f"{package}.a", f"{package}.b"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "open_time"}, "is not open_time"),
        ({"name": "Doubled Return"}, "0-9 and _"),
        ({"warm_up": 301}, "asks for 301 bars of warm-up; 0 to 300 can be had"),
        ({"warm_up": -1}, "asks for -1 bars"),
    ],
)
def test_a_feature_that_is_not_whole_is_refused(importable, change, said):
    package = f"own_{importable.name}"
    write(importable, "a.py", package=package, **change)
    with pytest.raises(InvalidFeature, match=said):
        collect([f"{package}.a"])


def test_a_module_without_features_is_refused(importable):
    package = f"own_{importable.name}"
    write(importable, "a.py", package=package)
    (importable / package / "a.py").write_text("FEATURE = ()\n")
    with pytest.raises(InvalidFeature, match=r"a\.py has no readable FEATURES"):
        collect([f"{package}.a"])
    (importable / package / "b.py").write_text("FEATURES = ('doubled',)\n")
    with pytest.raises(InvalidFeature, match=r"holds 'doubled', not a FeatureSpec"):
        collect([f"{package}.b"])


def test_the_version_follows_names_order_and_warm_ups():
    modules = rule_modules()
    assert code_version(modules, CATALOGUE) == FEATURE_CODE_VERSION
    assert code_version(modules, CATALOGUE[1:]) != FEATURE_CODE_VERSION
    assert code_version(modules, CATALOGUE[::-1]) != FEATURE_CODE_VERSION
    assert code_version(modules[1:], CATALOGUE) != FEATURE_CODE_VERSION
