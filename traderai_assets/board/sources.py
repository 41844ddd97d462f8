"""Sources: what pages are read from, opened when first asked for, and never written.

An instance that is not there is not made: opening Dagster's own would lay out its databases.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.errors import InvalidSettings, TraderAIError
from traderai_assets.schemas.tables import Table
from traderai_assets.settings import Settings
from traderai_assets.web.server import (
    POOL_MAX_OVERFLOW,
    POOL_RECYCLE_SECONDS,
    STATEMENT_TIMEOUT_MS,
)

if TYPE_CHECKING:
    from dagster import DagsterInstance

_FILE = "dagster.yaml"
_WAY_OUT = 'start "traderai dev" in the project\'s folder, or set DAGSTER_HOME as deploy/ does'


class NothingYet(TraderAIError):
    """There is no instance yet: nobody has started the platform with this home."""

    may_pass = True


class KeptLake(LakeResource):
    """The lake for who only reads: a table that has not changed is not loaded again."""

    def snapshot(
        self, table: Table, *, version: int | None = None, as_of: datetime | None = None
    ) -> LakeSnapshot:
        """Return a table as it is now, kept from the last time, or as it was."""
        if version is None and as_of is None:
            return self.look(table)
        return super().snapshot(table, version=version, as_of=as_of)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Sources:
    """Settings, lake and instance of one home.

    Attributes
    ----------
    settings : Settings
    lake : LakeResource
    open_instance : callable
        Returns the one instance, opened at the first call that succeeds.
    clock : callable
        Gives this machine's time, in UTC.
    """

    settings: Settings
    lake: LakeResource
    open_instance: "Callable[[], DagsterInstance]"
    clock: Callable[[], datetime] = field(default=_now)

    @property
    def instance(self) -> "DagsterInstance":
        """Dagster's instance.

        Raises
        ------
        NothingYet
            If nobody has started the platform with this home.
        TraderAIError
            If it is damaged, or not ours.
        """
        return self.open_instance()

    @property
    def is_simulated(self) -> bool:
        """Whether a sandbox fed the home, whose clock is not this machine's."""
        return self.settings.sandbox_file.exists()


def sources_of(settings: Settings) -> Sources:
    """Return the sources of the home that the settings name; nothing is opened yet."""
    lake = KeptLake(root=settings.lake_root, versions=settings.lake_versions)
    return Sources(settings, lake, OpenedOnce(settings))


class OpenedOnce:
    """Opens the instance when it is first asked for, and tries again where that failed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._alone = Lock()
        self._instance: DagsterInstance | None = None

    def __call__(self) -> "DagsterInstance":
        """Return the instance."""
        with self._alone:
            if self._instance is None:
                self._instance = _opened(self._settings)
            return self._instance

    def close(self) -> None:
        """Close what was opened."""
        with self._alone:
            if self._instance is not None:
                self._instance.dispose()
            self._instance = None


def _opened(settings: Settings) -> "DagsterInstance":
    home = _instance_home(settings)
    if not (home / _FILE).exists():
        raise NothingYet(f"there is no instance in {home} yet; {_WAY_OUT}")
    from traderai_assets.instance.instance_guard import foreign, refuse_foreign_file

    refuse_foreign_file(home / _FILE, _WAY_OUT)
    if _keeps_files(home) and not (home / "history" / "runs.db").exists():
        raise NothingYet(f"the instance in {home} has no databases yet; {_WAY_OUT}")
    from dagster import DagsterInstance

    from traderai_assets.instance.database_errors import name_database_files
    from traderai_assets.instance.database_files import check_database_files

    name_database_files()
    check_database_files(home)
    instance = DagsterInstance.from_config(str(home))
    if fault := foreign(instance):
        instance.dispose()
        raise InvalidSettings(fault)
    # So that a page waits for a database that is away for seconds, and not for minutes as a run
    instance.optimize_for_webserver(STATEMENT_TIMEOUT_MS, POOL_RECYCLE_SECONDS, POOL_MAX_OVERFLOW)
    return instance


def _instance_home(settings: Settings) -> Path:
    """Return where the instance is: what `traderai dev` and deploy/ name, or the home's own."""
    named = os.environ.get("DAGSTER_HOME")
    return Path(named) if named else settings.home.resolve() / "dagster"


def _keeps_files(home: Path) -> bool:
    """Whether the instance keeps its runs in files of its home, as where nothing else is said."""
    import yaml

    return "storage" not in (yaml.safe_load((home / _FILE).read_text(encoding="utf-8")) or {})
