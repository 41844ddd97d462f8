"""Runs that write to the lake, to be killed, stopped or starved: one forked process a run.

Reads one JSON object a line: the seed of the rows to publish, and what to do to the process. Each
run says "loaded" and waits for SIGUSR1 before it publishes, then says how that went. The imports
are paid once; nothing here may start a thread before the fork.
"""

import json
import os
import resource
import signal
import sys

import deltalake  # noqa: F401 - so that no run imports it again
import numpy as np
import pandas as pd
import pyarrow.parquet  # noqa: F401
from pandera.pandas import Column, DataFrameSchema

from resources.lake import publishing
from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import LakeError, WriteConflict
from traderai_assets.schemas.tables import Table

MARKET = "binance.BTC-USDT.5m"
MONTHS = ("2026-01", "2026-02")
TABLE = Table(
    "bars",
    DataFrameSchema(
        {
            "open_time": Column(pd.DatetimeTZDtype("ms", "UTC")),
            "seed": Column("int64"),
            "close": Column(float),
        }
    ),
)
# Small, so that the kills meet checkpoints too: one after every third commit or so.
CHECKPOINT_WEIGHT = 30


def rows(month, seed, count=2_000):
    """Rows that all carry their seed: a mixture of two publications gives itself away."""
    times = pd.date_range(f"{month}-01", periods=count, freq="5min", tz="UTC", unit="ms")
    closes = np.random.default_rng(seed).standard_normal(count)
    return pd.DataFrame({"open_time": times, "seed": np.int64(seed), "close": closes})


def partitions(seed):
    """What the run with this seed publishes, in one commit."""
    return {(MARKET, month): rows(month, seed) for month in MONTHS}


def say(**event):
    """One line, written whole: several runs share the pipe."""
    os.write(1, (json.dumps(event | {"pid": os.getpid()}) + "\n").encode())


def run(root, seed, largest_file=None):
    """Load, wait, publish, tell."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    publishing.CHECKPOINT_WEIGHT = CHECKPOINT_WEIGHT  # type: ignore[attr-defined]
    try:
        snapshot = LakeResource(root=root).snapshot(TABLE)
        frames = partitions(seed)
        say(event="loaded", seed=seed, version=snapshot.version)
        signal.sigwait({signal.SIGUSR1})
        if largest_file is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
        published = snapshot.publish(frames, run_id=f"run-{seed}", code_version="1")
    except WriteConflict as refusal:
        say(event="refused", seed=seed, error=str(refusal))
    except LakeError as failure:
        say(event="failed", seed=seed, error=str(failure))
    except BaseException as failure:  # noqa: BLE001 - an error of any other kind is the finding
        say(event="crashed", seed=seed, error=repr(failure))
    else:
        say(event="published", seed=seed, version=published.version)


def main():
    """Fork a run for every line."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    say(event="ready")
    for line in sys.stdin:
        if os.fork() == 0:
            run(**json.loads(line))
            os._exit(0)


if __name__ == "__main__":
    main()
