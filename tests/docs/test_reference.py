"""The reference is what the code says, and all commands, settings, tables and words are in it."""

import re

import pytest

from scripts.reference.assets import definitions
from scripts.reference.checks import every_check
from scripts.reference.commands import every_command
from scripts.reference.pages import FOLDER, PAGES, text_of
from scripts.reference.reasons import every_error
from scripts.reference.settings import setting_names
from tests.docs.pages import REPOSITORY
from traderai_assets.cli.main import COMMANDS
from traderai_assets.domain.candles.gap_classes import GAP_CLASSES
from traderai_assets.domain.candles.judging import REASONS
from traderai_assets.domain.strategies.states import STRATEGY_STATES
from traderai_assets.domain.words import WORDS
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.settings import Settings


@pytest.fixture(autouse=True)
def shipped(monkeypatch):
    """Nothing of this shell's settings: the reference tells what is shipped."""
    import os

    for name in [name for name in os.environ if name.startswith("TRADERAI_")]:
        monkeypatch.delenv(name)


def written(name: str) -> str:
    return (REPOSITORY / FOLDER / name).read_text()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name):
    assert written(name) == text_of(name), (
        f"{FOLDER / name} is not what the code says; write it anew with: make docs"
    )


def test_every_command_has_its_section_with_every_option():
    page = written("commands.md")
    found = dict(every_command())
    assert {name.split()[0] for name in found} == set(COMMANDS)
    for name, command in found.items():
        [section] = re.findall(
            rf"^## `traderai {name}(?: [A-Z\[][^`]*)?`\n(.*?)(?=^## |\Z)", page, re.M | re.S
        )
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert all(f"`{one}`" in section for one in parameter.opts), (name, parameter.name)


def test_every_setting_has_its_line_with_meaning_and_name_in_the_environment():
    page = written("settings.md")
    names = list(setting_names())
    assert {name.split(".")[0] for name in names} == set(Settings.model_fields)
    for name in names:
        if name == "strategies":
            assert "## `[strategies.NAME]`" in page
            continue
        variable = f"TRADERAI_{name.upper().replace('.', '__')}"
        [line] = [line for line in page.splitlines() if line.endswith(f"| `{variable}` |")]
        cells = re.split(r"(?<!\\)\|", line)[1:-1]
        assert cells[0].strip() == f"`{name.split('.')[-1]}`"
        assert len(cells) == 6
        assert all(cells[column].strip() for column in (1, 2, 4)), name


def test_every_table_has_its_section_with_every_column_told():
    page = written("tables.md")
    for table in TABLES:
        [section] = re.findall(rf"^## {table.name}\n(.*?)(?=^## |\Z)", page, re.M | re.S)
        rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
        assert [row[1].strip(" `") for row in rows] == list(table.dtypes)
        assert all(row[-2].strip() for row in rows)


def test_every_asset_job_sensor_and_schedule_has_its_line():
    page, built = written("assets.md"), definitions()
    names = [spec.key.to_user_string() for spec in built.resolve_all_asset_specs()]
    jobs = [job.name for job in built.get_repository_def().get_all_jobs()]
    names += [name for name in jobs if not name.startswith("__")]
    names += [one.name for one in (*built.sensors, *built.schedules)]
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    assert sorted(line.split("`")[1] for line in lines) == sorted(names)
    assert all(line.split("|")[2].strip() for line in lines)


def test_every_check_and_every_reason_has_its_line():
    checks, reasons = written("checks.md"), written("reasons.md")
    for check in every_check():
        assert f"| `{check.name}` | `{check.asset_key.to_user_string()}` |" in checks
    names = [word.name for word in WORDS] + [*GAP_CLASSES, *REASONS]
    names += [state.name for state in STRATEGY_STATES] + [one.__name__ for one in every_error()]
    for name in names:
        assert f"| `{name}` | " in reasons
