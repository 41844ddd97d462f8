"""`make drift`: rates of false alarms and of drift found, and the time of a large look-back."""

import argparse
import resource
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from time import perf_counter

import numpy as np

from benchmarks.drift.rates import (
    calibration_lines,
    feature_lines,
    multivariate_lines,
    performance_lines,
    prediction_lines,
    subsampling_lines,
)
from benchmarks.drift.series import A_DAY, autoregression
from traderai_assets.domain.drift.reference import ReferenceDistribution

PARTS = {
    "features": feature_lines,
    "subsampling": subsampling_lines,
    "performance": performance_lines,
    "predictions": prediction_lines,
    "calibration": calibration_lines,
    "multivariate": multivariate_lines,
}
PROCESSES = 2
MOST_SECONDS = 300.0


def main(arguments: list[str] | None = None) -> int:
    """Print a line for each demand; 1 where one is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}, sketches")
    parser.add_argument("--runs", type=int, default=200, help="windows for each rate")
    parser.add_argument("--features", type=int, default=1_000, help="of the sketches")
    parser.add_argument("--rows", type=int, default=3_000_000, help="of the sketches")
    asked = parser.parse_args(arguments)
    failed = False
    for name in asked.parts or [*PARTS, "sketches"]:
        if name == "sketches":
            failed |= not sketches(asked.features, asked.rows)
            continue
        for line in PARTS[name](asked.runs):
            print(line, flush=True)
            failed |= str(line).startswith("FAIL")
    return int(failed)


def sketches(features: int, rows: int) -> bool:
    """Time the reference of a look-back, one column after the other in each of two processes."""
    started = perf_counter()
    with ProcessPoolExecutor(PROCESSES) as pool:
        list(pool.map(partial(_sketch_all, rows), [range(n, features, 2) for n in (0, 1)]))
    seconds = perf_counter() - started
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = (spent.ru_utime + spent.ru_stime) / PROCESSES
    met = seconds <= MOST_SECONDS
    print(
        f"{'PASS' if met else 'FAIL'}: {features} features x {rows} rows on {PROCESSES} cores: "
        f"{seconds:.0f} s (at most {MOST_SECONDS:.0f} s), "
        f"{worked:.0f} s of each at work"
    )
    return met


def _sketch_all(rows: int, columns: range) -> None:
    base = autoregression(rows, 0.99, np.random.default_rng(0))
    days = np.arange(rows) // A_DAY
    for column in columns:  # All of them at once would be 24 GB
        ReferenceDistribution.from_sample(np.roll(base, 997 * column), days=days)


if __name__ == "__main__":
    sys.exit(main())
