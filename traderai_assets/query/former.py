"""Relations of stored rows under the names, and with the columns, that the earlier system had."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from traderai_assets.query.relation import Column, Relation

_SIGNAL = Column("signal", "str", "'long' or 'short': side in words.")
_STATUS = Column("status", "str", "'active' from decided_at to valid_until, then 'expired'.")
_PROMOTED = Column("status", "str", "'faulty', or 'usable' where nothing is said against it.")


def former_relations(stored: Mapping[str, Relation], now: pd.Timestamp) -> dict[str, Relation]:
    """Return model_registry, signals and historical_signal_snapshots.

    `drift_metrics` is the table of that name as it is.

    Parameters
    ----------
    stored : mapping of str to Relation
        As `stored_relations` gives them.
    now : Timestamp
        By which a signal is over.
    """
    models, signals, snapshots = (
        stored[name] for name in ("models", "signals", "signal_snapshots")
    )

    def registry() -> pd.DataFrame:
        found = models.read()
        usable = found["fault"].isna().map({True: "usable", False: "faulty"})
        return found.assign(status=usable.astype("str"))

    def spoken() -> pd.DataFrame:
        found = _in_words(signals.read())
        active = (found["decided_at"] <= now) & (now < found["valid_until"])
        return found.assign(status=active.map({True: "active", False: "expired"}).astype("str"))

    return {
        "model_registry": Relation(
            "model_registry",
            "A trained model of one market and strategy, without its bytes.",
            (*models.columns, _PROMOTED),
            registry,
        ),
        "signals": replace(signals, columns=(*signals.columns, _SIGNAL, _STATUS), read=spoken),
        "historical_signal_snapshots": Relation(
            "historical_signal_snapshots",
            snapshots.row,
            (*snapshots.columns, _SIGNAL),
            lambda: _in_words(snapshots.read()),
        ),
    }


def _in_words(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(signal=rows["side"].map({1: "long", -1: "short"}).astype("str"))
