"""Limits of numbers that people write: each stands here once, and is refused by name and value.

Settings, plans and partitions import them, so that no two of them can disagree. A rule that joins
several numbers stands where its subject does (domain/training/feasible.py, domain/labels).
"""

import math
from datetime import UTC, datetime

from traderai_assets.domain.errors import InvalidSettings

MAX_MARKETS = 500
# Each has models, records and signals of its own, and all of them are counted in a verdict
MAX_STRATEGIES = 20
# Where the months of every market's partitions begin
FIRST_MONTH = datetime(2017, 1, 1, tzinfo=UTC)
# No bar that is stored closes later
END_OF_TIME = datetime(2200, 1, 1, tzinfo=UTC)
MIN_LOOKBACK_DAYS, MAX_LOOKBACK_DAYS = 2, 730
# What the features of a bar may look back on
MAX_WARM_UP_BARS = 300
# What the labels of a month may look back on before it, so that their candles can be had
MAX_LABEL_MEMORY_DAYS = 730
# Of a training that is judged; a cut by itself may have one
MIN_FOLDS, MAX_FOLDS = 2, 50
# Of each slice of a fold, after purging: fewer say nothing, and of days there are few
MIN_ROWS, MAX_ROWS = 20, 1_000_000
# With which a decision counts on its return
MIN_CONFIDENCE, MAX_CONFIDENCE = 0.5, 0.999
# Of the rows of a look-back that are called outliers
MAX_OUTLIER_RATE = 0.2
# Of a model: at least the longest month that it serves, or months made by it would fall silent
MIN_EXPIRE_DAYS, MAX_EXPIRE_DAYS = 32.0, 730.0
MAX_HORIZON_BARS = 1_000
# Of the event filter, in widths of a label
MAX_EVENT_THRESHOLD = 10.0
MAX_MULTIPLE = 20.0
MAX_SEED = 2**31 - 1
MAX_TRIALS = 10_000
MAX_SAMPLER_SECONDS = 3_600.0
# Months from one search to the next: so that every year has the same search months
SEARCH_CADENCES = (1, 2, 3, 4, 6, 12)
# Of the combinatorial cross-validation of a training: two of three are left out at least
MIN_GROUPS, MAX_GROUPS = 3, 12
# Ways to label that one search may compare
MAX_LABELLINGS = 25
# Fees and slippage of entry and exit together, as a share of the price
MAX_ROUND_TRIP = 0.1
# Of asking a venue for one page
MAX_ATTEMPTS = 20
MAX_DEADLINE_SECONDS, MAX_REQUEST_TIMEOUT_SECONDS = 3_600.0, 120.0
MAX_TAIL_BARS = 500


def check_whole(name: str, value: object, least: int, most: int) -> None:
    """Raise InvalidSettings unless `value` is a whole number from `least` to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidSettings(f"{name} = {value!r} is not a whole number from {least} to {most}")


def check_cadence(name: str, value: object) -> None:
    """Raise InvalidSettings unless `value` is one of `SEARCH_CADENCES`."""
    if isinstance(value, bool) or not isinstance(value, int) or value not in SEARCH_CADENCES:
        told = ", ".join(map(str, SEARCH_CADENCES))
        raise InvalidSettings(
            f"{name} = {value!r} does not divide the year; expected one of {told}"
        )


def check_number(name: str, value: object, least: float, most: float) -> None:
    """Raise InvalidSettings unless `value` is a finite number from `least` to `most`."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not least <= value <= most:  # type: ignore[arg-type, operator]
        raise InvalidSettings(f"{name} = {value!r} is not a number from {least} to {most}")


def check_silences(outlier_rate: object, expire_days: object) -> None:
    """Raise InvalidSettings unless both say within their limits of what a model says nothing."""
    check_number("outlier_rate", outlier_rate, 0.0, MAX_OUTLIER_RATE)
    check_number("expire_days", expire_days, MIN_EXPIRE_DAYS, MAX_EXPIRE_DAYS)


# Markets in one live update: of more, one run would hold too much memory
MAX_SHARD_MARKETS = 100
