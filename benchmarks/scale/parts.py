"""What is measured in a filled home, each part in a process of its own that knows nothing yet."""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random

import dagster as dg

from benchmarks.scale.home import FILLED, kept, lived_in, served
from benchmarks.scale.pages import pages, web_server

Seconds = Mapping[str, float]
SAMPLED, PLANTED = 200, 5


def definitions(home: Path, count: int, months: int) -> Seconds:
    """Seconds until a process has the definitions, imports among them."""
    began = time.perf_counter()
    with lived_in(home, count, months) as platform:
        platform.definitions.resolve_asset_graph()
        platform.definitions.get_repository_def()
        return {"definitions": time.perf_counter() - began}


def lake(home: Path, count: int, months: int) -> Seconds:
    """Seconds of a snapshot of each table, and the memory of them all together."""
    from resources.lake.resource import LakeResource

    with lived_in(home, count, months) as platform:
        from traderai_assets.strategies import tables_of

        fresh = LakeResource(root=platform.settings.lake_root)
        found = {}
        for table in tables_of(platform.settings, fresh.remembered()):
            began = time.perf_counter()
            fresh.snapshot(table).partitions()
            found[table.path] = time.perf_counter() - began
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    slowest = max(found, key=lambda path: found[path])
    return {
        "all tables": sum(found.values()),
        f"the slowest table ({slowest})": found[slowest],
        "MB of memory of the process": most,
    }


def sensors(home: Path, count: int, months: int) -> Seconds:
    """Seconds of each sensor's first look in a process, and of its second."""
    with lived_in(home, count, months) as platform:
        found = {}
        repository = platform.definitions.get_repository_def()
        for sensor in repository.sensor_defs:
            for which in ("first", "second"):
                context = dg.build_sensor_context(
                    platform.instance, definitions=platform.definitions
                )
                began = time.perf_counter()
                sensor.evaluate_tick(context)
                found[f"{sensor.name}, {which} look"] = time.perf_counter() - began
    return found


def staleness(home: Path, count: int, months: int) -> Seconds:
    """How many partitions say falsely that they are stale, or do not say it.

    Candles of a few partitions are told anew; what was made of exactly these is stale, and of a
    sample nothing else.
    """
    from benchmarks.scale.staleness import missed_and_false

    with lived_in(home, count, months) as platform:
        began = time.perf_counter()
        missed, false, asked = missed_and_false(
            platform, kept(count), served(months), Random(0), sampled=SAMPLED, planted=PLANTED
        )
        each = (time.perf_counter() - began) / asked
    return {
        "partitions asked": asked,
        "stale and not told": missed,
        "told and not stale": false,
        "a partition": each,
    }


def web(home: Path, count: int, months: int) -> Seconds:
    """Seconds of what the web UI asks for its pages, the first time and the second."""
    found: dict[str, float] = {}
    with ExitStack() as stack:
        with lived_in(home, count, months) as platform:
            settings = platform.settings
        address = stack.enter_context(web_server(settings))
        for name, ask in pages(address).items():
            for which in ("first", "second"):
                began = time.perf_counter()
                ask()
                found[f"{name}, {which} time"] = time.perf_counter() - began
    return found


def commands(home: Path, count: int, months: int) -> Seconds:
    """Seconds of commands that people type."""
    from benchmarks.scale.pages import environment

    with lived_in(home, count, months) as platform:
        told = {**os.environ, **environment(platform.settings)}
    found = {}
    for name in COMMANDS:
        began = time.perf_counter()
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "traderai_assets.cli.main", *name.split()],
            env=told,
            check=True,
            capture_output=True,
        )
        found[f"traderai {name}"] = time.perf_counter() - began
    return found


COMMANDS = ("status", "markets list", "models list", "strategies list", "signals")
PARTS: Mapping[str, Callable[[Path, int, int], Seconds]] = {
    part.__name__: part for part in (definitions, lake, sensors, web, commands, staleness)
}


def measured(home: Path, part: str) -> Seconds:
    """Measure a part in a process of its own."""
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.scale.parts", part, str(home)],
        check=True,
        capture_output=True,
        text=True,
    )
    found: Seconds = json.loads(told.stdout.splitlines()[-1])
    return found


def main() -> Iterator[str]:
    """Yield what a part measured, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=sorted(PARTS))
    parser.add_argument("home", type=Path)
    asked = parser.parse_args()
    filled = json.loads((asked.home / FILLED).read_text())
    yield json.dumps(PARTS[asked.part](asked.home, filled["markets"], filled["months"]))


if __name__ == "__main__":
    for line in main():
        print(line)
