"""Every error of ours, in one tree; a message names the thing, its value and the way out.

TraderAIError
├── InvalidInput            what a person wrote cannot be used
│   ├── InvalidMarket
│   ├── InvalidMonth
│   ├── InvalidFeature         defined twice, not whole, or without its source
│   └── InvalidSettings
├── ExchangeError           the venue, or the way to it
│   ├── ExchangeUnavailable    retries and total deadline used up
│   ├── BadExchangeAnswer      an answer that cannot be read
│   └── HistoryUnavailable     the venue does not serve history that old
├── LakeError               stored data
│   ├── InvalidRows            rows that break the schema of their table
│   ├── WriteConflict          another run replaced the same partition, or took over a study
│   ├── CorruptPartition       stored values do not match their content hash
│   └── CorruptTable           a table that was there is gone, or has gone back
├── CorruptInstance         the files of Dagster's instance cannot be used
├── WorkerDied              a process that worked for a run is gone
└── TrainingError           a model that must not be made
    ├── NotEnoughData
    ├── DegenerateData         one class, constant or all-NaN columns
    ├── LookAhead              a feature knows what comes after its bar
    ├── CorruptModel           model bytes do not match the model id
    └── FeatureMismatch        features are not those the model was trained on
"""

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


class InvalidMonth(InvalidInput):
    """A month key that is not YYYY-MM."""


class InvalidFeature(InvalidInput):
    """A feature that is defined twice, is not whole, or has no source text."""


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


class HistoryUnavailable(ExchangeError):
    """The venue does not serve candles as old as those asked for."""


class LakeError(TraderAIError):
    """Stored data could not be read or written."""


class InvalidRows(LakeError):
    """Rows that break the schema of their table; nothing of them was stored."""


class WriteConflict(LakeError):
    """Another run replaced the same partition, or took over the same study, meanwhile."""

    may_pass = True


class CorruptPartition(LakeError):
    """Stored values do not match the content hash they were published with."""


class CorruptTable(LakeError):
    """A table, its log or its newest commits are not there, and have been."""

    may_pass = False  # Somebody has to mount a disk, or to restore a backup


class CorruptInstance(TraderAIError):
    """The database files of Dagster's instance are damaged, emptied or lost."""


class WorkerDied(TraderAIError):
    """A process that worked for a run ended before its work did."""

    may_pass = True


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
