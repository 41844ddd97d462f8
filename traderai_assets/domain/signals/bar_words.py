"""Bar words: of each closed bar the one word of a strategy, from all that is stored of it.

No row is stored of a bar at which a strategy did not speak, or could not: what its word was follows
from the tables that say why.
"""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.features.month import undefined_rows
from traderai_assets.domain.signals.lateness import is_over
from traderai_assets.domain.words import (
    BELOW_THRESHOLD,
    GAP,
    PENDING,
    SIGNAL,
    TOO_LATE,
    WARM_UP,
    WIDTH_UNKNOWN,
)


def bar_words(
    candles: pd.DataFrame,
    features: pd.DataFrame,
    predictions: pd.DataFrame,
    signals: pd.DataFrame,
    silent: "pd.Series[str]",
    *,
    known_until: datetime | None,
    bar: timedelta,
    horizon_bars: int,
) -> pd.DataFrame:
    """Give one word of `words.WORDS` to each bar asked about.

    Parameters
    ----------
    candles : DataFrame
        open_time of every stored candle of these bars.
    features, predictions, signals : DataFrame
        Stored rows of these bars, the last two of one strategy.
    silent : Series of str
        By open_time, oldest first, each bar asked about: why the strategy did not speak at its
        close, as `champions.silence` says it; empty where it did.
    known_until : datetime or None
        Close of the market's last stored candle; None without any.
    bar : timedelta
        Length of a bar.
    horizon_bars : int
        The longest for which a signal may hold: until then one that was decided and is not stored
        is still to come.

    Returns
    -------
    DataFrame
        open_time and word, a row for each bar of `silent`.
    """
    times = pd.Series(silent.index)
    present = times.isin(candles["open_time"])
    unknown = times.isin(features["open_time"][undefined_rows(features)])
    why = silent.to_numpy()
    after_its_turn = times < predictions["open_time"].max()  # NaT, and so never, without any
    owed = np.where(after_its_turn, TOO_LATE, PENDING)
    derived = np.select([~present, why != "", unknown], [GAP, why, WARM_UP], owed)
    predicted = predictions.assign(horizon_bars=horizon_bars)
    said = _said(predicted, signals, known_until, bar).reindex(silent.index)
    word = np.where(said.isna(), derived, said.to_numpy(object))
    return pd.DataFrame({"open_time": times, "word": pd.Series(word, dtype="str")})


def _said(
    predictions: pd.DataFrame, signals: pd.DataFrame, known_until: datetime | None, bar: timedelta
) -> "pd.Series[str]":
    """The words of bars that were predicted, by open_time."""
    opened, word = predictions["open_time"], predictions["word"]
    # Of before there were words
    silent = np.where(predictions["width"].isna(), WIDTH_UNKNOWN, BELOW_THRESHOLD)
    word = word.fillna(pd.Series(np.where(predictions["side"] != 0, SIGNAL, silent), word.index))
    # A run that was killed between the tables had decided, and had not said
    unsaid = (word == SIGNAL) & ~opened.isin(signals["open_time"])
    over = is_over(predictions, known_until, bar=bar)
    word = word.mask(unsaid, np.where(over, TOO_LATE, PENDING))
    return pd.Series(word.to_numpy(), opened, dtype="str")
