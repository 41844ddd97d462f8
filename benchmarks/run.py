"""`make bench`: times everything against its peers, prints one table and writes it down.

Every subject is measured several times, each in a fresh process, and judged by the worst: what a
processor's caches and clock, the memory that a process happens to get and its neighbours make of a
ratio differs from process to process more than within one.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import machine, versions
from benchmarks.moves import MOVES
from benchmarks.one_run import SUBJECTS, read_ratios
from benchmarks.table import Ratio, Row, markdown, rows_of
from traderai_assets.cli.atomic_write import atomic_write

LIBRARIES = (
    "dagster",
    "numpy",
    "pandas",
    "numba",
    "lightgbm",
    "xgboost-cpu",
    "optuna",
    "ta-lib",
    "vectorbt",
    "polars",
    "backtesting",
    "skfolio",
)
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
HEAD = ("what", "ours", "peer", "seconds", "peer's", "worst", "best", "promised", "", "note")
RUNS = 5


def line(row: Row) -> tuple[str, ...]:
    """One row of the table: seconds and note of its worst run; ratios read as their bound does."""
    worst = row.worst
    return (
        worst.what,
        worst.ours,
        worst.peer,
        f"{worst.ours_seconds:.4g}",
        f"{worst.peer_seconds:.4g}",
        f"{worst.measured:.3g}x",
        f"{row.best.measured:.3g}x",
        worst.bound,
        "met" if row.met else "**not met**",
        worst.note,
    )


def benchmarks_page(rows: dict[str, list[Row]], runs: int) -> str:
    """Write the page as markdown."""
    tables = "\n\n".join(
        f"## {subject.capitalize()}\n\n{markdown([HEAD, *map(line, of_subject)])}"
        for subject, of_subject in rows.items()
    )
    return f"""# Benchmarks

Written by `make bench`; do not edit. Both sides of a row were timed in one process, in turns, the
best of several times each; that {runs} times, each in a fresh process. A row is judged by the worst
of these: its seconds are shown, and the best ratio beside it.

{tables}

## What moves between machines

{MOVES}

## Of what

- {versions(LIBRARIES)}.
- {machine()}.
"""


def measure(subject: str, *, quick: bool) -> list[Ratio]:
    """Measure a subject once, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ratios.json"
        command = [sys.executable, "-m", "benchmarks.one_run", subject, str(file)]
        subprocess.run([*command, *["--quick"] * quick], check=True)  # noqa: S603
        return read_ratios(file)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; 1 where a bound is not met."""
    parser = argparse.ArgumentParser(description="Time the platform against its peers")
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], help="default: all")
    parser.add_argument("--quick", action="store_true", help="short, and no page is written")
    parser.add_argument(
        "--runs", type=int, help=f"processes to measure in, default {RUNS}; 1 with --quick"
    )
    asked = parser.parse_args(arguments)
    subjects, runs = asked.subjects or SUBJECTS, asked.runs or (1 if asked.quick else RUNS)
    print(f"{machine()}\n{versions(LIBRARIES)}", flush=True)
    told: dict[str, list[list[Ratio]]] = {subject: [] for subject in subjects}
    for run in range(1, runs + 1):  # One after the other, so that no subject has a bad hour alone
        for subject in subjects:
            print(f"{subject}, run {run} of {runs} ...", flush=True)
            told[subject].append(measure(subject, quick=asked.quick))
    rows = {subject: rows_of(measured) for subject, measured in told.items()}
    for subject, of_subject in rows.items():
        print(f"{subject}\n{markdown([HEAD, *map(line, of_subject)])}", flush=True)
    if not asked.quick and not asked.subjects:
        with atomic_write(PAGE) as draft:
            draft.write_text(benchmarks_page(rows, runs))
    return 0 if all(row.met for of_subject in rows.values() for row in of_subject) else 1


if __name__ == "__main__":
    sys.exit(main())
