"""The plan of a search: what is tried and how often, and the limits of both."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from traderai_assets.domain import defaults
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.limits import (
    MAX_GROUPS,
    MAX_LABELLINGS,
    MAX_SAMPLER_SECONDS,
    MAX_TRIALS,
    MIN_GROUPS,
    check_cadence,
    check_number,
    check_whole,
)
from traderai_assets.domain.search.samplers import check_sampler
from traderai_assets.domain.spans.search_months import months_of_refits

GROUPS_LEFT_OUT = 2


@dataclass(frozen=True)
class SearchPlan:
    """Two searches: over learner parameters and labels, then over trading policies.

    Parameters
    ----------
    sampler : str
        One of `SAMPLERS`, for both searches.
    learner_trials, policy_trials : int
        Configurations tried in each; the first is always the default, so 1 is no search.
    every_months : int
        Months from one search of the learners to the next, counted from January; the models of the
        months between take its choice. A divisor of 12.
    horizons, multiples : tuples
        Labels to try, each horizon (bars) with each multiple; empty leaves the plan's own.
    sampler_seconds : float
        What a sampler may spend on itself in one search; beyond, TPE takes over.
    combinatorial_groups : int
        Groups of the combinatorial cross-validation, of which two at a time are left out; 0 leaves
        it out.
    """

    sampler: str = defaults.SAMPLER
    learner_trials: int = defaults.LEARNER_TRIALS
    policy_trials: int = defaults.POLICY_TRIALS
    every_months: int = defaults.SEARCH_EVERY_MONTHS
    horizons: tuple[int, ...] = defaults.SEARCHED_HORIZONS
    multiples: tuple[float, ...] = defaults.SEARCHED_MULTIPLES
    sampler_seconds: float = defaults.SAMPLER_SECONDS
    combinatorial_groups: int = defaults.COMBINATORIAL_GROUPS

    def __post_init__(self) -> None:
        check_sampler(self.sampler)
        check_whole("learner_trials", self.learner_trials, 1, MAX_TRIALS)
        check_whole("policy_trials", self.policy_trials, 1, MAX_TRIALS)
        check_cadence("every_months", self.every_months)
        check_number("sampler_seconds", self.sampler_seconds, 0.0, MAX_SAMPLER_SECONDS)
        if self.combinatorial_groups != 0:
            self._check_groups()
        labellings = max(len(self.horizons), 1) * max(len(self.multiples), 1)
        if labellings > MAX_LABELLINGS:
            raise InvalidSettings(
                f"{len(self.horizons)} horizons with {len(self.multiples)} multiples are "
                f"{labellings} ways to label; at most {MAX_LABELLINGS} can be tried"
            )

    def _check_groups(self) -> None:
        try:
            check_whole("combinatorial_groups", self.combinatorial_groups, MIN_GROUPS, MAX_GROUPS)
        except InvalidSettings as error:
            raise InvalidSettings(
                f"{error}, of which {GROUPS_LEFT_OUT} at a time are left out; 0 is none"
            ) from None

    @property
    def refits(self) -> int:
        """How many months after a search month take its choice; none where nothing is searched."""
        return months_of_refits(self.every_months, self.learner_trials)

    @property
    def combinatorial_fits(self) -> int:
        """How many fits the combinatorial cross-validation takes."""
        return math.comb(self.combinatorial_groups, GROUPS_LEFT_OUT)

    def settings(self) -> dict[str, Any]:
        """Every setting as JSON can hold it."""
        return {
            **asdict(self),
            "horizons": list(self.horizons),
            "multiples": list(self.multiples),
        }

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Read back what `settings` wrote."""
        tuples = {name: tuple(settings[name]) for name in ("horizons", "multiples")}
        return cls(**{**settings, **tuples})
