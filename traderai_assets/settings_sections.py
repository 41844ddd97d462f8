"""The sections of `traderai.toml`: each setting with its default, its own limits and what it is.

Limits and defaults that the domain has too are the domain's (domain/limits.py, domain/defaults.py).
What settings must be together stands in plan.py.
"""

import os
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from traderai_assets.domain import defaults
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.limits import (
    MAX_ATTEMPTS,
    MAX_CONFIDENCE,
    MAX_DEADLINE_SECONDS,
    MAX_FOLDS,
    MAX_GROUPS,
    MAX_HORIZON_BARS,
    MAX_LOOKBACK_DAYS,
    MAX_MULTIPLE,
    MAX_REQUEST_TIMEOUT_SECONDS,
    MAX_ROUND_TRIP,
    MAX_ROWS,
    MAX_SAMPLER_SECONDS,
    MAX_SEED,
    MAX_TAIL_BARS,
    MAX_TRIALS,
    MIN_CONFIDENCE,
    MIN_FOLDS,
    MIN_LOOKBACK_DAYS,
    MIN_ROWS,
    SEARCH_CADENCES,
)
from traderai_assets.domain.urls import checked_proxy, has_login
from traderai_assets.domain.web.authority import Authority

Bars = Annotated[int, Field(ge=1, le=MAX_HORIZON_BARS)]
Multiple = Annotated[float, Field(gt=0, le=MAX_MULTIPLE)]
Trials = Annotated[int, Field(ge=1, le=MAX_TRIALS)]
# Fee and slippage are paid twice a trade: neither may alone be more than a round trip may cost
Rate = Annotated[float, Field(ge=0, le=MAX_ROUND_TRIP / 2)]
PROXY_VARIABLE = "TRADERAI_EXCHANGE__PROXY"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class TrainingSettings(_Section):
    """How models are made and when they are too old."""

    lookback_days: int = Field(
        defaults.LOOKBACK_DAYS,
        ge=MIN_LOOKBACK_DAYS,
        le=MAX_LOOKBACK_DAYS,
        description="Days of data a model learns from.",
    )
    max_model_age_days: float = Field(7, gt=0, le=365, description="Older ones are challenged.")
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
    horizon_bars: Bars = Field(defaults.HORIZON_BARS, description="Bars until a signal is over.")
    barrier_multiple: Multiple = Field(
        defaults.BARRIER_MULTIPLE, description="Target and stop, in volatilities over the horizon."
    )
    learners: tuple[str, ...] = Field(
        defaults.DEFAULT_LEARNERS,
        description="Whose calibrated probabilities are averaged; the search fits the first.",
    )
    seed: int = Field(defaults.SEED, ge=0, le=MAX_SEED, description="Seeds everything random.")

    @field_validator("learners")
    @classmethod
    def _are_registered(cls, learners: tuple[str, ...]) -> tuple[str, ...]:
        from traderai_assets.domain.models.learners import check_learners

        try:
            check_learners(learners)
        except InvalidSettings as error:
            raise ValueError(str(error)) from None
        return learners


class SearchSettings(_Section):
    """What is tried before a model is made; see domain/training/search_plan.py."""

    sampler: defaults.SamplerName = defaults.SAMPLER
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


class ChampionSettings(_Section):
    """Who may speak for a market."""

    allow_unproven: bool = Field(
        False, description="Let models speak that did not clear the bar, as for paper trading."
    )


class CostSettings(_Section):
    """What trading costs."""

    fee_rate: Rate = Field(defaults.FEE_RATE, description="Of traded value, each way.")
    slippage_rate: Rate = Field(defaults.SLIPPAGE_RATE, description="Of the price, each way.")
    funding_rate: float = Field(
        defaults.FUNDING_RATE,
        ge=-0.01,
        le=0.01,
        description="Of the position, every 8 hours, from longs to shorts.",
    )


class ExchangeSettings(_Section):
    """How patient we are with a venue."""

    attempts: int = Field(
        defaults.ATTEMPTS, ge=1, le=MAX_ATTEMPTS, description="Tries for one page."
    )
    deadline_seconds: float = Field(
        defaults.DEADLINE_SECONDS,
        gt=0,
        le=MAX_DEADLINE_SECONDS,
        description="For one page, all tries in.",
    )
    request_timeout_seconds: float = Field(
        defaults.REQUEST_TIMEOUT_SECONDS,
        gt=0,
        le=MAX_REQUEST_TIMEOUT_SECONDS,
        description="For one request.",
    )
    tail_bars: int = Field(
        defaults.TAIL_BARS,
        ge=0,
        le=MAX_TAIL_BARS,
        description="Stored bars asked for again, in case they were revised.",
    )
    proxy: SecretStr | None = Field(
        None,
        description="What every request to a venue goes through, e.g. socks5h://127.0.0.1:1080; "
        f"with user and password only as {PROXY_VARIABLE}.",
    )

    @field_validator("proxy")
    @classmethod
    def _is_a_proxy(cls, proxy: SecretStr | None) -> SecretStr | None:
        text = proxy.get_secret_value() if proxy is not None else ""
        if text and has_login(checked_proxy(text)) and text not in _told_by_environment():
            raise ValueError(
                f"there is a user name or a password in it; set it as {PROXY_VARIABLE} in the "
                "environment: a file is copied, shown and backed up"
            )
        return proxy if text else None


class SensorSettings(_Section):
    """How often the sensors look."""

    interval_seconds: int = Field(30, ge=1, le=3600, description="Between two looks.")
    grace_seconds: float = Field(
        5, ge=0, le=3600, description="After a bar's close before its candle is missed."
    )
    drift_every_hours: float = Field(6, gt=0, le=24 * 31, description="Between drift metrics.")


class QueueSettings(_Section):
    """In which order runs leave the queue; slots and classes are those of work_classes.py."""

    aging_minutes: float = Field(
        0, ge=0, le=60 * 24 * 7, description="Waited for one more priority; 0 is never."
    )


class WebSettings(_Section):
    """Who may ask the web server, and for what; docs/operations.md, Exposure."""

    allowed_hosts: tuple[str, ...] = Field(
        (), max_length=100, description="Names it answers to beside loopback's: host or host:port."
    )
    read_only: bool = Field(False, description="Nothing can be launched, changed or reported.")

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            Authority.parse(host)
        return hosts


def _told_by_environment() -> list[str]:
    """Return what the environment says of the proxy, in whatever case its name is written."""
    return [value for name, value in os.environ.items() if name.upper() == PROXY_VARIABLE]
