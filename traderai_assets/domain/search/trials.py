"""Trials: every one of a search, pruned and failed ones too, as it goes into a model's card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from traderai_assets.domain.errors import DegenerateData
from traderai_assets.domain.search.space import Parameters

COMPLETE = "complete"
PRUNED = "pruned"
FAILED = "failed"


@dataclass(frozen=True)
class TrialRecord:
    """One trial that came to an end.

    Parameters
    ----------
    ordinal : int
        Its place in the search, from 0; the defaults are always 0.
    state : str
        `complete`, `pruned` or `failed`.
    parameters : dict
        What was tried.
    fold_values : tuple of float
        What was reported after each fold.
    value : float or None
        What is maximised; None unless complete.
    sampler : str
        Who proposed it: `default`, or a sampler's name.
    reason : str
        Why it was pruned or failed; empty where complete.
    facts : mapping
        What the evaluation reported besides, as JSON.
    """

    ordinal: int
    state: str
    parameters: Parameters
    fold_values: tuple[float, ...] = ()
    value: float | None = None
    sampler: str = "default"
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Write it as JSON can hold it."""
        return {
            "ordinal": self.ordinal,
            "state": self.state,
            "parameters": dict(self.parameters),
            "fold_values": list(self.fold_values),
            "value": self.value,
            "sampler": self.sampler,
            "reason": self.reason,
            "facts": dict(self.facts),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(**{**row, "fold_values": tuple(row["fold_values"])})


@dataclass(frozen=True)
class Trials:
    """All trials in their order."""

    trials: tuple[TrialRecord, ...]

    def __len__(self) -> int:
        return len(self.trials)

    @property
    def complete(self) -> list[TrialRecord]:
        """The trials that were neither pruned nor failed."""
        return [trial for trial in self.trials if trial.state == COMPLETE]

    @property
    def best(self) -> TrialRecord:
        """The complete trial of the highest value, the earliest of equals.

        Raises
        ------
        DegenerateData
            If no trial is complete, with the first one's reason.
        """
        best = best_of(self.trials)
        if best is None:
            first = f"; the first: {self.trials[0].reason}" if self.trials else ""
            raise DegenerateData(f"none of {len(self.trials)} trials is complete{first}")
        return best

    def to_json(self) -> list[dict[str, Any]]:
        """One row a trial."""
        return [trial.to_json() for trial in self.trials]

    @classmethod
    def from_json(cls, rows: Sequence[Mapping[str, Any]]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(tuple(TrialRecord.from_json(row) for row in rows))


def best_of(trials: Sequence[TrialRecord]) -> TrialRecord | None:
    """The complete trial of the highest value, the earliest of equals; None where none is."""
    complete = [trial for trial in trials if trial.state == COMPLETE]
    return max(complete, key=lambda trial: trial.value or 0.0, default=None)
