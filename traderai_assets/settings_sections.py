"""Sections of `traderai.toml` on models: each setting with its default, its limits and what it is.

Limits and defaults that the domain has too are the domain's (domain/limits.py, domain/defaults.py).
What settings must be together stands in plan.py.
"""

from typing import Annotated

from pydantic import Field, field_validator

from traderai_assets.domain import defaults
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.limits import (
    MAX_CONFIDENCE,
    MAX_EVENT_THRESHOLD,
    MAX_EXPIRE_DAYS,
    MAX_FOLDS,
    MAX_GROUPS,
    MAX_HORIZON_BARS,
    MAX_LOOKBACK_DAYS,
    MAX_MULTIPLE,
    MAX_OUTLIER_RATE,
    MAX_ROUND_TRIP,
    MAX_ROWS,
    MAX_SAMPLER_SECONDS,
    MAX_SEED,
    MAX_TRIALS,
    MIN_CONFIDENCE,
    MIN_EXPIRE_DAYS,
    MIN_FOLDS,
    MIN_LOOKBACK_DAYS,
    MIN_ROWS,
    SEARCH_CADENCES,
)
from traderai_assets.domain.sources import modules_in
from traderai_assets.settings_services import Section

Bars = Annotated[int, Field(ge=1, le=MAX_HORIZON_BARS)]
Multiple = Annotated[float, Field(gt=0, le=MAX_MULTIPLE)]
Trials = Annotated[int, Field(ge=1, le=MAX_TRIALS)]
# Fee and slippage are paid twice a trade: neither may alone be more than a round trip may cost
Rate = Annotated[float, Field(ge=0, le=MAX_ROUND_TRIP / 2)]


class TrainingSettings(Section):
    """How models are made and when they are too old."""

    lookback_days: int = Field(
        defaults.LOOKBACK_DAYS,
        ge=MIN_LOOKBACK_DAYS,
        le=MAX_LOOKBACK_DAYS,
        description="Days of data a model learns from.",
    )
    expanding_from_days: int = Field(
        defaults.EXPANDING_FROM_DAYS,
        ge=0,
        le=MAX_LOOKBACK_DAYS,
        description="Days that do where there are no more yet; 0 asks for all of the look-back.",
    )
    max_model_age_days: float = Field(7, gt=0, le=365, description="Older ones are challenged.")
    expire_days: float = Field(
        defaults.EXPIRE_DAYS,
        ge=MIN_EXPIRE_DAYS,
        le=MAX_EXPIRE_DAYS,
        description="Older ones say nothing; never less than max_model_age_days.",
    )
    folds: int = Field(defaults.FOLDS, ge=MIN_FOLDS, le=MAX_FOLDS, description="That judge.")
    minimum_rows: int = Field(
        defaults.MINIMUM_ROWS,
        ge=MIN_ROWS,
        le=MAX_ROWS,
        description="Rows that each slice of a fold must keep.",
    )
    most_rows: int = Field(
        defaults.MOST_ROWS,
        ge=MIN_ROWS,
        le=MAX_ROWS,
        description="Rows a fit learns from; of more every second, third ... bar.",
    )
    event_threshold: float = Field(
        defaults.EVENT_THRESHOLD,
        ge=0,
        le=MAX_EVENT_THRESHOLD,
        description="Moves, in widths of a label, between rows of a fit; 0 takes all.",
    )
    uniqueness: bool = Field(
        defaults.UNIQUENESS, description="Count rows by how little their labels overlap."
    )
    half_life_days: float = Field(
        defaults.HALF_LIFE_DAYS,
        ge=0,
        le=MAX_LOOKBACK_DAYS,
        description="Age at which a row counts half; 0 lets all count alike.",
    )
    confidence: float = Field(
        defaults.CONFIDENCE,
        ge=MIN_CONFIDENCE,
        le=MAX_CONFIDENCE,
        description="With which a decision counts on its return.",
    )
    outlier_rate: float = Field(
        defaults.OUTLIER_RATE,
        ge=0,
        le=MAX_OUTLIER_RATE,
        description="Of a look-back's bars that are unlike the rest: of such nothing is said.",
    )
    horizon_bars: Bars = Field(defaults.HORIZON_BARS, description="Bars until a signal is over.")
    barrier_multiple: Multiple = Field(
        defaults.BARRIER_MULTIPLE, description="Target and stop, in volatilities over the horizon."
    )
    learners: tuple[str, ...] = Field(
        defaults.DEFAULT_LEARNERS,
        description="Whose calibrated probabilities are averaged; the search fits the first.",
    )
    seed: int = Field(defaults.SEED, ge=0, le=MAX_SEED, description="Seeds everything random.")

    @property
    def silent_after_days(self) -> float:
        """Age from which on a model says nothing: it is asked to be replaced before."""
        return max(self.expire_days, self.max_model_age_days)

    @field_validator("learners")
    @classmethod
    def _are_registered(cls, learners: tuple[str, ...]) -> tuple[str, ...]:
        once = bool(learners) and len(set(learners)) == len(learners)
        shipped = once and set(learners) <= set(defaults.DEFAULT_LEARNERS)
        if shipped and not modules_in(defaults.USER_LEARNERS):
            return learners  # There are no others: their libraries need not be imported to say so
        from traderai_assets.domain.models.learners import check_learners

        try:
            check_learners(learners)
        except InvalidSettings as error:
            raise ValueError(str(error)) from None
        return learners


class SearchSettings(Section):
    """What is tried before a model is made; see domain/training/search_plan.py."""

    sampler: defaults.SamplerName = Field(defaults.SAMPLER, description="How trials are chosen.")
    learner_trials: Trials = Field(defaults.LEARNER_TRIALS, description="Of learners and labels.")
    policy_trials: Trials = Field(defaults.POLICY_TRIALS, description="Of trading policies.")
    every_months: Annotated[int, Field(ge=1, le=max(SEARCH_CADENCES))] = Field(
        defaults.SEARCH_EVERY_MONTHS, description="From one search of learners to the next one."
    )
    horizon_bars: tuple[Bars, ...] = Field(defaults.SEARCHED_HORIZONS, description="To try.")
    barrier_multiples: tuple[Multiple, ...] = Field(
        defaults.SEARCHED_MULTIPLES, description="Multiples to try."
    )
    sampler_seconds: float = Field(
        defaults.SAMPLER_SECONDS,
        ge=0,
        le=MAX_SAMPLER_SECONDS,
        description="What a sampler may spend on itself; then TPE takes over.",
    )
    combinatorial_groups: int = Field(
        defaults.COMBINATORIAL_GROUPS,
        ge=0,
        le=MAX_GROUPS,
        description="Groups of the combinatorial cross-validation; 0 is none.",
    )


class ChampionSettings(Section):
    """Who may speak for a market."""

    allow_unproven: bool = Field(
        False, description="Let strategies speak on paper whose record proves nothing yet."
    )


class CostSettings(Section):
    """What trading costs."""

    fee_rate: Rate = Field(defaults.FEE_RATE, description="Of traded value, each way.")
    slippage_rate: Rate = Field(defaults.SLIPPAGE_RATE, description="Of the price, each way.")
    funding_rate: float = Field(
        defaults.FUNDING_RATE,
        ge=-0.01,
        le=0.01,
        description="Of the position, every 8 hours, from longs to shorts.",
    )
