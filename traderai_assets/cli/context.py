"""Context of a command: settings, lake and instance, opened when needed."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from traderai_assets.cli.plan_memory import check_plan_once
from traderai_assets.cli.privacy import close_to_others
from traderai_assets.domain.errors import InvalidInput, InvalidSettings
from traderai_assets.settings import Settings, load_settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from resources.lake.resource import LakeResource

INSTANCE_FILE = "dagster.yaml"
SETTINGS_FILE = "traderai.toml"


def open_settings() -> Settings:
    """Load the settings of the folder we stand in; see that their home is its user's alone.

    Raises
    ------
    InvalidSettings
        If they cannot be used, or we stand inside the project's folder instead of in it: its
        settings would not be read, and its home be looked for here.
    """
    here = Path.cwd()
    if not (here / SETTINGS_FILE).exists():
        project = _project_above(here)
        if project is not None:
            raise InvalidSettings(
                f"there is no {SETTINGS_FILE} in {here}; the project's folder is {project}: type "
                f"cd {shlex.quote(str(project))} and start traderai there"
            )
    settings = load_settings(check=check_plan_once)
    close_to_others(settings.home)
    return settings


def open_lake(settings: Settings) -> "LakeResource":
    """Open the lake."""
    from resources.lake.resource import LakeResource

    return LakeResource(root=settings.lake_root, versions=settings.lake_versions)


def dagster_home(settings: Settings) -> Path:
    """Return Dagster's home, made where there is none; the root's dagster.yaml rules it.

    DAGSTER_HOME, when set, is somebody's own instance (deploy/).

    Raises
    ------
    InvalidSettings
        If the instance would not be ours, or is that of another home.
    CorruptInstance
        If its database files are damaged, emptied or lost.
    """
    home = settings.home.resolve() / "dagster"
    named = os.environ.get("DAGSTER_HOME")
    if named and Path(named) != home:
        return _checked(_own_instance(named, settings))
    link, target = home / INSTANCE_FILE, Path(INSTANCE_FILE).resolve()
    way_out = "start traderai in the project's folder"
    if not target.exists():
        raise InvalidSettings(f"no {INSTANCE_FILE} in {Path.cwd()}; {way_out}")
    _refuse_foreign_file(target, way_out)
    home.mkdir(parents=True, exist_ok=True)
    if link.exists() and not link.is_symlink():
        raise InvalidSettings(
            f"{link} is a file of its own, and {target} is to rule this instance; move it aside"
        )
    if not link.is_symlink() or link.resolve() != target:
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    return _checked(home)


def _checked(home: Path) -> Path:
    """Return Dagster's home if its database files are whole, or there are none yet."""
    from traderai_assets.instance.database_files import check_database_files

    check_database_files(home)
    return home


def _refuse_foreign_file(file: Path, way_out: str) -> None:
    from traderai_assets.instance.instance_guard import refuse_foreign_file

    refuse_foreign_file(file, way_out)


def _own_instance(named: str, settings: Settings) -> Path:
    """Return the instance that DAGSTER_HOME names, if it is one of ours and of this home."""
    path, home = Path(named), settings.home.resolve()
    way_out = (
        f"unset DAGSTER_HOME ({home / 'dagster'} is used then), or set it to the absolute path of "
        f"a folder with TraderAI's {INSTANCE_FILE}, such as deploy/"
    )
    if not path.is_absolute():
        raise InvalidSettings(f"DAGSTER_HOME={named!r} is not an absolute path; {way_out}")
    if not path.is_dir():
        raise InvalidSettings(f"DAGSTER_HOME={named!r} is no folder; {way_out}")
    _refuse_foreign_file(path / INSTANCE_FILE, f"DAGSTER_HOME={named!r} names it: {way_out}")
    other = path.resolve().parent
    if path.name == "dagster" and other != home and (other / "lake").exists():
        raise InvalidSettings(
            f"DAGSTER_HOME={named!r} is the instance of another home, {other}; this one is {home}: "
            f"unset DAGSTER_HOME, or set TRADERAI_HOME={other}, too"
        )
    return path


def _project_above(folder: Path) -> Path | None:
    files = (SETTINGS_FILE, INSTANCE_FILE)
    above = (one for one in folder.parents if all((one / file).exists() for file in files))
    return next(above, None)


def open_instance(settings: Settings) -> "DagsterInstance":
    """Open Dagster's instance.

    Raises
    ------
    InvalidSettings
        If it is not ours.
    CorruptInstance
        If its database files are damaged, emptied or lost.
    """
    from dagster import DagsterInstance

    from traderai_assets.instance.database_errors import name_database_files

    name_database_files()
    home = dagster_home(settings)
    return DagsterInstance.from_config(str(home))


@contextmanager
def open_for_reading(settings: Settings) -> "Iterator[DagsterInstance]":
    """Open what only looks needs: the instance's files, or Dagster's instance where it has others.

    Raises
    ------
    InvalidSettings
        If it is not ours.
    CorruptInstance
        If its database files are damaged, emptied or lost.
    """
    from traderai_assets.instance.database_reading.instance_files import InstanceFiles
    from traderai_assets.instance.instance_guard import keeps_files

    home = dagster_home(settings)
    files = InstanceFiles(home)
    if keeps_files(home / INSTANCE_FILE) and files.can_be_read:
        # It answers what is asked by who only looks: instance/run_queries.py
        yield cast("DagsterInstance", files)
        return
    with open_instance(settings) as instance:
        yield instance


def stored_market(settings: Settings, text: str, stored: list[str]) -> str:
    """Return the key of the market `text` names, if candles of it are stored."""
    key = settings.market(text).key
    if key not in stored:
        raise InvalidInput(
            f"no candles of {key} are stored in {settings.lake_root}; there are those of "
            f'{", ".join(stored) or "nothing"}; "traderai markets add {text}" has them fetched'
        )
    return key
