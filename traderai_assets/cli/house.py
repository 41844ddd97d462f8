"""The house as the command line finds it: settings, lake and instance, opened when asked for."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from traderai_assets.domain.errors import InvalidInput, InvalidSettings
from traderai_assets.settings import Settings, load_settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from resources.lake.resource import LakeResource

INSTANCE_FILE = "dagster.yaml"


def open_settings() -> Settings:
    """Load the settings of the folder we stand in."""
    return load_settings()


def open_lake(settings: Settings) -> "LakeResource":
    """Open the lake."""
    from resources.lake.resource import LakeResource

    return LakeResource(root=settings.lake_root, versions=settings.lake_versions)


def dagster_home(settings: Settings) -> Path:
    """Return Dagster's home, made where there is none; the root's dagster.yaml rules it.

    DAGSTER_HOME, when set, is somebody's own instance (deploy/) and is used as it is.
    """
    if own := os.environ.get("DAGSTER_HOME"):
        return Path(own)
    home = settings.home.resolve() / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    link, target = home / INSTANCE_FILE, Path(INSTANCE_FILE).resolve()
    if not target.exists():
        raise InvalidSettings(
            f"no {INSTANCE_FILE} in {Path.cwd()}; start traderai in the project's folder, "
            "or set DAGSTER_HOME to an instance of your own"
        )
    if not link.is_symlink() or link.resolve() != target:
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    return home


def open_instance(settings: Settings) -> "DagsterInstance":
    """Open Dagster's instance."""
    from dagster import DagsterInstance

    return DagsterInstance.from_config(str(dagster_home(settings)))


def known_market(settings: Settings, text: str, known: list[str]) -> str:
    """Return the key of the market `text` names, if candles of it are stored."""
    key = settings.market(text).key
    if key not in known:
        raise InvalidInput(
            f"no candles of {key} are stored; there are those of {', '.join(known) or 'nothing'}; "
            f'"traderai markets add {text}" has them fetched'
        )
    return key
