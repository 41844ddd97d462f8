"""`make bench`: times everything against its peers, prints one table and writes it down."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.machine import machine, versions
from benchmarks.table import Ratio, markdown
from traderai_assets.cli.atomic_write import atomic_write

SUBJECTS = ("engine", "features", "queue", "search", "training")
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
HEAD = ("what", "ours", "peer", "seconds", "peer's", "ratio", "promised", "", "note")


def line(ratio: Ratio) -> tuple[str, ...]:
    """One row of the table; the ratio reads as its bound does."""
    if ratio.bound.startswith("at least"):
        measured = ratio.peer_seconds / ratio.ours_seconds
    else:
        measured = ratio.ours_seconds / ratio.peer_seconds
    return (
        ratio.what,
        ratio.ours,
        ratio.peer,
        f"{ratio.ours_seconds:.4g}",
        f"{ratio.peer_seconds:.4g}",
        f"{measured:.3g}x",
        ratio.bound,
        "met" if ratio.met else "**not met**",
        ratio.note,
    )


def benchmarks_page(ratios: dict[str, list[Ratio]]) -> str:
    """Write the page as markdown."""
    tables = "\n\n".join(
        f"## {subject.capitalize()}\n\n{markdown([HEAD, *map(line, rows)])}"
        for subject, rows in ratios.items()
    )
    return f"""# Benchmarks

Written by `make bench`; do not edit. Both sides of a row were timed in one process, in turns, the
best of several times each. A ratio holds on this machine; seconds on another will differ.

{tables}

## Of what

- {versions(LIBRARIES)}.
- {machine()}.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; 1 where a bound is not met."""
    parser = argparse.ArgumentParser(description="Time the platform against its peers")
    parser.add_argument("subjects", nargs="*", choices=[*SUBJECTS, []], help="default: all")
    parser.add_argument("--quick", action="store_true", help="short, and no page is written")
    asked = parser.parse_args(arguments)
    ratios: dict[str, list[Ratio]] = {}
    for subject in asked.subjects or SUBJECTS:
        print(f"{subject} ...", flush=True)
        ratios[subject] = importlib.import_module(f"benchmarks.{subject}").measure(
            quick=asked.quick
        )
        print(markdown([HEAD, *map(line, ratios[subject])]), flush=True)
    if not asked.quick and not asked.subjects:
        with atomic_write(PAGE) as draft:
            draft.write_text(benchmarks_page(ratios))
    return 0 if all(ratio.met for rows in ratios.values() for ratio in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
