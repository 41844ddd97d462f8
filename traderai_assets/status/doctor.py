"""What an installation needs to work, looked at one by one, each with its cure.

Nothing is changed, and nothing that is broken keeps the rest from being looked at.
"""

import os
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resources.build import build_resources
from resources.exchange.proxies import ignored_proxies
from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.numbers import megabytes
from traderai_assets.settings import Settings
from traderai_assets.status.findings import BROKEN as BROKEN
from traderai_assets.status.findings import OK, WARNING, Finding
from traderai_assets.status.notifications import notification_findings
from traderai_assets.status.waiting import daemon_seen, is_alive
from traderai_assets.strategies import tables_of

if TYPE_CHECKING:
    from dagster import DagsterInstance

# Below it, a day of live markets may not fit
_LEAST_FREE = 2_000_000_000
# A venue whose clock is further off than this gets bars late, or not yet closed
_MOST_SECONDS_OFF = 2.0
_PROBE_SECONDS = 10.0


def examine(
    settings: Settings,
    instance: "Callable[[], DagsterInstance]",
    environment: Mapping[str, str],
    now: datetime | None = None,
    *,
    only_look: bool = False,
) -> list[dict[str, Any]]:
    """Look at everything, and return a row each.

    Parameters
    ----------
    instance : callable
        Opens Dagster's instance; may raise what is wrong with it.
    environment : mapping
        Variables of the environment.
    now : datetime, optional
    only_look : bool
        Whether nothing is written for a moment, and no exchange asked.
    """
    now = now or datetime.now(UTC)
    looks: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
        ("versions", _versions),
        ("home", lambda: _home_as_it_is(settings) if only_look else _home(settings)),
        ("instance", lambda: _instance(instance, now)),
        ("lake", lambda: _lake(settings)),
        ("exchange", lambda: iter(()) if only_look else _exchanges(settings, now)),
        ("proxy", lambda: _proxy(settings, environment)),
        ("notifications", lambda: notification_findings(settings, instance)),
    )
    found: list[Finding] = []
    for thing, look in looks:
        try:
            found += look()
        except (TraderAIError, OSError) as error:
            found.append(Finding(thing, BROKEN, str(error), "the sentence says what would do"))
    return [asdict(one) for one in found]


def _versions() -> Iterator[Finding]:
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

    wrong = []
    python, here = SpecifierSet(metadata("traderai")["Requires-Python"]), platform.python_version()
    if not python.contains(here, prereleases=True):
        wrong.append(f"Python is {here}, expected {python}")
    for text in requires("traderai") or ():
        asked = Requirement(text)
        if asked.marker is None or asked.marker.evaluate({"extra": ""}):
            try:
                there = version(asked.name)
            except PackageNotFoundError:
                wrong.append(f"{asked.name} is not installed")
                continue
            if not asked.specifier.contains(there, prereleases=True):
                wrong.append(f"{asked.name} is {there}, expected {asked.specifier}")
    if wrong:
        yield Finding("versions", BROKEN, "; ".join(wrong), "pip install -e . in the project")
        return
    yield Finding("versions", OK, f"traderai {version('traderai')}, and all that it needs")


def _home(settings: Settings) -> Iterator[Finding]:
    home = settings.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    probe = home / "doctor.probe"
    probe.write_bytes(b"")
    probe.unlink()
    yield Finding("home", OK, f"{home} can be written")
    yield _disk(home)


def _home_as_it_is(settings: Settings) -> Iterator[Finding]:
    home = settings.home.resolve()
    if not home.is_dir():
        yield Finding("home", WARNING, f"there is no {home} yet", '"traderai dev" makes it')
        return
    able = os.access(home, os.W_OK | os.X_OK)
    told = f"{home} is there, and {'' if able else 'not '}this user's to write"
    cure = "" if able else "give it to the user who runs TraderAI, or mount its disk for writing"
    yield Finding("home", OK if able else BROKEN, told, cure)
    yield _disk(home)


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(home).free
    state = OK if free >= _LEAST_FREE else WARNING
    cure = "" if state == OK else '"traderai status --disk" shows what lies there'
    return Finding("disk", state, f"{megabytes(free)} are free", cure)


def _instance(opened: "Callable[[], DagsterInstance]", now: datetime) -> Iterator[Finding]:
    from traderai_assets.instance.instance_guard import foreign

    instance = opened()
    if fault := foreign(instance):
        yield Finding("instance", BROKEN, fault, "the sentence says what would do")
        return
    where = f"{instance.root_directory}, {type(instance.event_log_storage).__name__}"
    yield Finding("instance", OK, where)
    seen = daemon_seen(instance)
    if is_alive(seen, now):
        yield Finding("daemon", OK, f"it was seen at {seen:%H:%M:%S} UTC")
    else:
        said = "there never was one" if seen is None else f"last seen {seen:%Y-%m-%d %H:%M} UTC"
        yield Finding("daemon", WARNING, f"none runs: {said}", '"traderai dev", or deploy/')


def _lake(settings: Settings) -> Iterator[Finding]:
    lake = LakeResource(root=settings.lake_root, versions=settings.lake_versions)
    tables, partitions, broken = 0, 0, False
    for table in tables_of(settings, lake.remembered()):
        try:
            there = len(lake.snapshot(table).partitions())
        except TraderAIError as error:
            cure = '"traderai lake check" tells more'
            yield Finding(f"lake, {table.path}", BROKEN, str(error), cure)
            broken = True
            continue
        tables += there > 0
        partitions += there
    if not broken:
        told = f"{settings.lake_root}: {tables} tables with {partitions:,} partitions"
        yield Finding("lake", OK, told)


def _exchanges(settings: Settings, now: datetime) -> Iterator[Finding]:
    of_one = {market.exchange: market for market in settings.market_list()}
    exchange = build_resources(settings)["exchange"].model_copy(
        update={"attempts": 1, "deadline_seconds": _PROBE_SECONDS}
    )
    try:
        for name, market in of_one.items():
            try:
                there = exchange.clock(market)
            except TraderAIError as error:
                cure = "see whether the venue answers from here, and [exchange] of the settings"
                yield Finding(f"exchange {name}", BROKEN, str(error), cure)
                continue
            off = (there - max(now, datetime.now(UTC))).total_seconds()
            if settings.exchange_url is not None:
                yield Finding(f"exchange {name}", OK, f"{settings.exchange_url} answers")
            elif abs(off) <= _MOST_SECONDS_OFF:
                yield Finding(f"exchange {name}", OK, f"it answers; its clock is {off:+.1f} s off")
            else:
                told = f"its clock and this machine's are {off:+.1f} s apart"
                yield Finding(f"exchange {name}", WARNING, told, "synchronise this machine (NTP)")
    finally:
        exchange.close()


def _proxy(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    used = settings.exchange.proxy
    told = ignored_proxies(environment, used.get_secret_value() if used is not None else None)
    if told:
        yield Finding("proxy", WARNING, told, "the sentence says what would do")
    else:
        yield Finding("proxy", OK, "one is used" if used is not None else "none is needed or named")
