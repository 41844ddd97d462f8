"""What a worker imports and compiles late, done once, in a process from which workers are forked.

Nothing is opened, started or fitted here: no table, no connection, no thread. Kernels that are
compiled for many threads are not called, since the threads of their pool would not survive a fork.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import timedelta

# Of the platform's packages those that runs use: not the command line, nor the sandbox
PACKAGES = (
    "resources",
    "traderai_assets.assets",
    "traderai_assets.checks",
    "traderai_assets.domain",
    "traderai_assets.gate",
    "traderai_assets.ingest",
    "traderai_assets.instance",
    "traderai_assets.live",
    "traderai_assets.making",
    "traderai_assets.registry",
    "traderai_assets.runs",
    "traderai_assets.schemas",
)
# What those import where it is first used
LIBRARIES = ("ccxt", "deltalake", "lightgbm", "optuna", "pyarrow.parquet", "xgboost")


def rehearse() -> None:
    """Import everything that a run may need; check a row and label a bar of nothing."""
    for name in (*LIBRARIES, *_modules()):
        importlib.import_module(name)
    from traderai_assets.schemas.catalogue import TABLES
    from traderai_assets.schemas.rows import validated_rows

    for table in TABLES:
        validated_rows(table, table.empty())
    _label_nothing()


def _label_nothing() -> None:
    """Have the kernels that every bar needs taken from their cache, or compiled."""
    import pandas as pd

    from traderai_assets.domain.labels.outcomes import label_bars

    times = pd.date_range("2024-01-01", periods=100, freq="5min", tz="UTC", unit="ms")
    prices = dict.fromkeys(("open", "high", "low", "close", "volume"), 1.0)
    candles = pd.DataFrame({"open_time": times}).assign(**prices)
    label_bars(candles, bar=timedelta(minutes=5), horizon_bars=3, multiple=1.0)


def _modules() -> Iterator[str]:
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            yield module.name
