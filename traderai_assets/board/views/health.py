"""Health: what an installation needs, disk and its growth, sensors, the words of each market."""

import os
from collections.abc import Iterator
from typing import Any

from traderai_assets.board.sections import cells, section
from traderai_assets.board.views.asked import Asked
from traderai_assets.domain.markets import Market
from traderai_assets.domain.numbers import megabytes
from traderai_assets.domain.words import SIGNAL
from traderai_assets.pages.parts import (
    Bar,
    Cell,
    Link,
    Number,
    Numbers,
    Page,
    Part,
    Percent,
    Table,
    Toned,
)
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.status.disk import disk_use
from traderai_assets.status.doctor import examine
from traderai_assets.status.findings import BROKEN, OK, WARNING
from traderai_assets.status.sensors import failing_sensors
from traderai_assets.status.words import latest_words
from traderai_assets.strategies import strategies_of

_TONES: dict[str, Any] = {OK: "good", WARNING: "warn", BROKEN: "bad"}
# A day of bars of five minutes
BARS = 288
# Words of many markets are read in seconds; "traderai words" tells of the others
MOST_MARKETS = 20


def health_page(asked: Asked) -> Page:
    """Return the page."""
    return asked.page(
        "Health",
        "What the installation needs to work, and the cure where it lacks it.",
        [
            section("doctor", "What it needs", lambda: [_doctor(asked)]),
            section("sensors", "Sensors", lambda: [_sensors(asked)]),
            section("disk", "Disk", lambda: _disk(asked)),
            section("words", f"Words of the last {BARS} bars", lambda: [_words(asked)]),
        ],
    )


def _doctor(asked: Asked) -> Table:
    sources = asked.sources
    rows = examine(
        sources.settings,
        sources.open_instance,
        os.environ,
        sources.clock(),
        only_look=True,
    )
    columns: dict[str, Any] = {
        "thing": "thing",
        "state": lambda row: Toned(row["state"], _TONES[row["state"]]),
        "found": "found",
        "cure": "cure",
    }
    note = '"traderai doctor" asks the exchanges too, and tries to write; this page does neither.'
    return Table("doctor", "As the doctor finds it", [*columns], cells(rows, columns), note=note)


def _sensors(asked: Asked) -> Table:
    columns: dict[str, Any] = {
        "sensor": lambda row: asked.links.sensor(row["sensor"]),
        "last tick": "at",
        "error": lambda row: Toned(row["error"], "bad"),
    }
    rows = cells(failing_sensors(asked.sources.instance), columns)
    return Table("sensors", "Those whose last tick failed", [*columns], rows, empty="none fails")


def _disk(asked: Asked) -> Iterator[Part]:
    settings = asked.sources.settings
    found = disk_use(settings.home, asked.sources.clock())
    total, day = sum(one.size for one in found), sum(one.last_day for one in found)
    keep = settings.retention
    yield Numbers(
        [
            Number("in the home", megabytes(total)),
            Number("of the last day", megabytes(day), "what it grows by"),
            Number("files", f"{sum(one.files for one in found):,}"),
        ]
    )
    rows: list[list[Cell]] = [
        [
            one.folder,
            one.files,
            Bar(one.size / max(total, 1), megabytes(one.size)),
            megabytes(one.last_day),
        ]
        for one in found
    ]
    note = (
        f"Runs go {keep.run_days:g} days after their end, replaced files of the lake after "
        f"{keep.lake_days:g}."
    )
    columns = ("folder", "files", "size", "of the last day")
    empty = f"nothing lies in {settings.home}"
    yield Table("disk", "Folders of the home", columns, rows, note=note, empty=empty)


def _words(asked: Asked) -> Table:
    sources = asked.sources
    markets = sources.lake.snapshot(CANDLES).markets()
    rows: list[list[Cell]] = []
    for key in markets[:MOST_MARKETS]:
        for strategy in strategies_of(sources.settings):
            said = latest_words(sources.lake, sources.settings, strategy, Market.parse(key), BARS)
            silent = {word: n for word, n in said.counts.items() if word != SIGNAL}
            rows.append(
                [
                    Link(key, f"/markets/{key}?strategy={strategy.name}"),
                    strategy.name,
                    said.counts.get(SIGNAL, 0),
                    ", ".join(f"{count} {word}" for word, count in silent.items()),
                    None if said.outlier_rate is None else Percent(said.outlier_rate),
                    None if said.coverage is None else Percent(said.coverage),
                ]
            )
    left = len(markets) - MOST_MARKETS
    note = f'and {left} markets more: "traderai words MARKET"' if left > 0 else ""
    columns = ("market", "strategy", "signals", "silent", "outliers", "intervals held")
    return Table(
        "words",
        "A signal, or the one reason for none",
        columns,
        rows,
        note=note,
        empty="no candles are stored yet",
    )
