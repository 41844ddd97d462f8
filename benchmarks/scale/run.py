"""`python -m benchmarks.scale.run --home HOME`: fill a home, measure what grows with partitions.

200 markets of 96 months and two strategies unless told otherwise. The home is kept and filled once;
each part is measured in a process of its own. `--page` writes docs/scale.md. Ends with 1 where
something is slower than its bound, or staleness is not exact.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.judging import ROOT
from benchmarks.scale.home import FILLED, fill
from benchmarks.scale.parts import PARTS, measured
from benchmarks.scale.report import Line, lines, scale_page
from traderai_assets.cli.atomic_write import atomic_write

MARKETS, MONTHS = 200, 96


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill, measure, print a line each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale.run", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="Filled before, or not there yet.")
    parser.add_argument("--markets", type=int, default=MARKETS)
    parser.add_argument("--months", type=int, default=MONTHS)
    parser.add_argument("--parts", nargs="+", choices=sorted(PARTS), default=list(PARTS))
    parser.add_argument("--page", action="store_true", help="Write docs/scale.md.")
    asked = parser.parse_args(arguments)
    if not (asked.home / FILLED).exists():
        asked.home.mkdir(parents=True, exist_ok=True)
        fill(asked.home, asked.markets, asked.months)
    found: list[Line] = []
    for part in asked.parts:
        for line in lines(part, measured(asked.home, part)):
            print(line.text, flush=True)
            found.append(line)
    if asked.page:
        with atomic_write(ROOT / "docs" / "scale.md") as draft:
            draft.write_text(scale_page(found, asked.markets, asked.months))
    return int(any(not line.holds for line in found))


if __name__ == "__main__":
    sys.exit(main())
