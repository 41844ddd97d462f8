"""Every error of ours, in one tree; a message names the thing, its value and the way out.

TraderAIError
├── InvalidInput            what a person wrote cannot be used
│   ├── InvalidMarket
│   │   └── MarketNotListed    the venue's own list lacks it
│   ├── InvalidMonth
│   ├── InvalidFeature         defined twice, not whole, or without its source
│   ├── RefusedRun             a run that was told what no run may be told
│   └── InvalidSettings
├── ExchangeError           the venue, or the way to it
│   ├── ExchangeUnavailable    retries and total deadline used up
│   ├── BadExchangeAnswer      an answer that cannot be read
│   └── RequestRefused         the venue says no to what was asked
│       └── MarketRefused          whatever is asked of this market, or by us
├── LakeError               stored data
│   ├── InvalidRows            rows that break the schema of their table
│   ├── WriteConflict          another run replaced the same partition, or took over a study
│   ├── CorruptPartition       stored values do not match their content hash
│   └── CorruptTable           a table that was there is gone, or has gone back
├── CorruptInstance         the files of Dagster's instance cannot be used
└── TrainingError           a model that must not be made
    ├── NotEnoughData
    ├── DegenerateData         one class, constant or all-NaN columns
    ├── LookAhead              a feature knows what comes after its bar
    ├── CorruptModel           model bytes do not match the model id
    └── FeatureMismatch        features are not those the model was trained on
"""

from collections.abc import Iterator
from typing import ClassVar


class TraderAIError(Exception):
    """Root of all errors that TraderAI raises on purpose.

    `may_pass` says whether the same request can succeed later though nobody changes anything.
    """

    may_pass: ClassVar[bool] = False


class InvalidInput(TraderAIError, ValueError):
    """Something a person wrote cannot be used."""


class InvalidMarket(InvalidInput):
    """An exchange id, symbol, timeframe or market key outside the allow-list."""


class MarketNotListed(InvalidMarket):
    """A market that its venue does not list: never did, no longer, or not yet."""


class InvalidMonth(InvalidInput):
    """A month key that is not YYYY-MM."""


class InvalidFeature(InvalidInput):
    """A feature that is defined twice, is not whole, or has no source text."""


class RefusedRun(InvalidInput):
    """A run whose config or tags would open a door; nothing of it was done."""


class InvalidSettings(InvalidInput):
    """A setting that is missing, of the wrong kind or beyond its limit."""


class ExchangeError(TraderAIError):
    """The venue, or the way to it, failed."""


class ExchangeUnavailable(ExchangeError):
    """No usable answer within the allowed attempts and the total deadline."""

    may_pass = True


class BadExchangeAnswer(ExchangeError):
    """An answer arrived and cannot be read as what was asked for."""

    may_pass = True


class RequestRefused(ExchangeError):
    """The venue understood what was asked and says no: asking again gets the same answer."""


class MarketRefused(RequestRefused):
    """The venue serves nothing of this market, or nothing to us: here, or without an account."""


class LakeError(TraderAIError):
    """Stored data could not be read or written: a disk, or the way to an object store."""

    may_pass = True


class InvalidRows(LakeError):
    """Rows that break the schema of their table; nothing of them was stored."""

    may_pass = False


class WriteConflict(LakeError):
    """Another run replaced the same partition, or took over the same study, meanwhile."""

    may_pass = True


class CorruptPartition(LakeError):
    """Stored values do not match the content hash they were published with."""

    may_pass = False


class CorruptTable(LakeError):
    """A table, its log or its newest commits are not there, and have been."""

    may_pass = False  # Somebody has to mount a disk, or to restore a backup


class CorruptInstance(TraderAIError):
    """The database files of Dagster's instance are damaged, emptied or lost."""


class TrainingError(TraderAIError):
    """A model must not be made from this data."""


class NotEnoughData(TrainingError):
    """Fewer usable rows than the folds need."""


class DegenerateData(TrainingError):
    """One class only, or no column that varies."""


class LookAhead(TrainingError):
    """A feature was found to depend on what is not known at its bar."""


class CorruptModel(TrainingError):
    """Model bytes do not match the model id they are stored under."""


class FeatureMismatch(TrainingError):
    """The features given are not those the model was trained on."""


def may_pass_by_name(class_name: str) -> bool | None:
    """Return what the error class of that name says of trying again; None if it is not ours.

    For errors that come back from an event log, where only the name of their class is left.
    """
    return next(
        (kind.may_pass for kind in _tree(TraderAIError) if kind.__name__ == class_name), None
    )


def _tree(root: type[TraderAIError]) -> Iterator[type[TraderAIError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)
