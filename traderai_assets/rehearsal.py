"""What a worker imports and compiles late, done once, in a process from which workers are forked.

Nothing is opened, started or fitted here: no table, no connection, no thread. Kernels that are
compiled for many threads are not called, since the threads of their pool would not survive a fork.
"""

import importlib
import pkgutil
from collections.abc import Iterator

# Of the platform's packages those that runs use: not the command line, nor the sandbox
PACKAGES = (
    "resources",
    "traderai_assets.assets",
    "traderai_assets.checks",
    "traderai_assets.domain",
    "traderai_assets.gate",
    "traderai_assets.ingest",
    "traderai_assets.instance",
    "traderai_assets.registry",
    "traderai_assets.runs",
    "traderai_assets.schemas",
)
# What those import where it is first used
LIBRARIES = ("ccxt.async_support", "deltalake", "lightgbm", "optuna", "pyarrow.parquet", "xgboost")


def rehearse() -> None:
    """Import everything that a run may need."""
    for name in (*LIBRARIES, *_modules()):
        importlib.import_module(name)


def _modules() -> Iterator[str]:
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            yield module.name
