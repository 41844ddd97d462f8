"""The doors of the repository: what make, the commit hooks and the CI run is one and the same."""

import re
import tomllib

import pytest
import yaml


@pytest.fixture
def recipes(repository):
    """Target of the Makefile -> its lines, without how make is told to be silent."""
    text = (repository / "Makefile").read_text()
    found = re.findall(r"^([a-z-]+):[^\n]*\n((?:\t.*\n)+)", text, re.M)
    return {name: re.findall(r"^\t@?(.+)$", lines, re.M) for name, lines in found}


def test_a_commit_is_checked_by_what_make_check_runs(repository, recipes):
    config = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text())
    [local] = config["repos"]
    hooks = [hook["entry"] for hook in local["hooks"]]
    checks = [line.replace("$(BIN)", ".venv/bin").removesuffix(" .") for line in recipes["check"]]
    assert hooks == checks
    assert {hook["language"] for hook in local["hooks"]} == {"system"}  # Nothing is fetched
    assert local["repo"] == "local"


def test_the_ci_runs_the_check_and_the_readmes_test_command(repository, recipes):
    steps = re.findall(r"^make (\w+)", (repository / ".ci" / "run").read_text(), re.M)
    assert steps == ["check", "test"]
    assert "make test " in (repository / "README.md").read_text()
    assert '-m "not torture"' in " ".join(recipes["test"])


def test_quick_test_and_torture_run_every_test_between_them(recipes):
    [quick], [test], [torture] = (recipes[name] for name in ("quick", "test", "torture"))
    marks = [re.search(r'-m "?([^"]+?)"?(?: -s)?$', line)[1] for line in (quick, test, torture)]
    assert marks == ["quick", "not torture", "torture"]


def test_every_target_is_a_command_and_told_by_help(repository, recipes):
    text = (repository / "Makefile").read_text()
    [phony] = re.findall(r"^\.PHONY: (.+)$", text, re.M)
    told = re.findall(r"^([a-z-]+):.*##", text, re.M)
    assert set(phony.split()) == set(told) == set(recipes)


def test_the_floor_of_the_coverage_stands_where_it_is_reported(repository, recipes):
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    assert project["tool"]["coverage"]["report"]["fail_under"] > 50
    assert recipes["coverage"][-1] == "$(BIN)/coverage report"
