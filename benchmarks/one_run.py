"""One subject measured once, in this process: `python -m benchmarks.one_run SUBJECT FILE`."""

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.table import Ratio

SUBJECTS = ("engine", "features", "markets", "queue", "search", "training", "workers")


def write_ratios(file: Path, ratios: Sequence[Ratio]) -> None:
    """Write what was measured for another process to read."""
    file.write_text(json.dumps([asdict(ratio) for ratio in ratios]))


def read_ratios(file: Path) -> list[Ratio]:
    """Read what `write_ratios` wrote."""
    return [Ratio(**row) for row in json.loads(file.read_text())]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description="Measure one subject once")
    parser.add_argument("subject", choices=SUBJECTS)
    parser.add_argument("file", type=Path, help="where the rows are written, as JSON")
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args(arguments)
    subject = importlib.import_module(f"benchmarks.{asked.subject}")
    write_ratios(asked.file, subject.measure(quick=asked.quick))
    return 0


if __name__ == "__main__":
    sys.exit(main())
