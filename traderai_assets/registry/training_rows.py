"""The rows a model learns from, as they are stored: what its look-back knows and nothing later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.runs.inputs import CROSSINGS
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.tables import Table

# Names of the stretches among a model's inputs
LOOK_BACK, SEARCH_LOOK_BACK = "look_back", "search_look_back"
ReadMonths = Callable[[Table, list[Month]], pd.DataFrame]


@dataclass(frozen=True)
class TrainingRows:
    """What `train_model` takes."""

    features: pd.DataFrame
    labels: pd.DataFrame
    candles: pd.DataFrame


def training_rows(
    read: ReadMonths, window: LookBack, bar: timedelta, *, memory: list[Month]
) -> TrainingRows:
    """Read the months of a look-back and leave out what it does not know.

    Parameters
    ----------
    read : callable
        Reads verified rows of a table's months, of one market; candles with their segments.
    window : LookBack
    bar : timedelta
        Length of a bar.
    memory : list of Month
        Whose candles are read: the look-back's, and those before it that the width of its first
        barriers remembers.
    """
    start, until = pd.Timestamp(window.start), pd.Timestamp(window.until)
    features, labels = read(FEATURES, window.months), read(LABELS, window.months)
    candles = read(CANDLES, memory)
    inside = (features["open_time"] >= start) & (features["open_time"] < until)
    # A label that is known later than the look-back ends is not there to be learned from.
    due = (labels["open_time"] >= start) & (labels["label_end"] <= until)
    closed = candles["open_time"] + bar <= until
    return TrainingRows(
        features=features[inside],
        labels=labels[due].drop(columns="barrier"),
        candles=candles[closed],
    )


def rows_inputs(
    inputs: Mapping[str, str], window: LookBack, *, memory: list[Month]
) -> dict[str, str]:
    """Return what a look-back's rows were read from, of inputs that may name other months too.

    Parameters
    ----------
    inputs : mapping
        `table/month` -> content hash, as a partition notes them.
    window, memory
        As `training_rows` takes them.
    """
    learned = [f"{table.name}/{one.key}" for table in (FEATURES, LABELS) for one in window.months]
    remembered = [f"{name}/{one.key}" for name in (CANDLES.name, CROSSINGS) for one in memory]
    return {name: inputs[name] for name in (*learned, *remembered) if name in inputs}


def look_back_text(window: LookBack) -> str:
    """Name a look-back, as a model's card does."""
    start, until = pd.Timestamp(window.start), pd.Timestamp(window.until)
    return f"{start.isoformat()}/{until.isoformat()}"
