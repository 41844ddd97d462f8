"""The gate before training: a model is made only when its look-back is complete."""

from datetime import datetime
from typing import TYPE_CHECKING

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.candles.coverage import bar_coverage
from traderai_assets.domain.candles.gaps import FETCH_FAILURE
from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.freshness.models import (
    MissingHistory,
    MonthCoverage,
    look_back_missing,
)
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.training.window import LookBack, look_back
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from traderai_assets.domain.training.plan import TrainingPlan


def require_look_back(lake: LakeResource, market: Market, served: Month, days: int) -> LookBack:
    """Return the look-back of a model of `served`.

    Raises
    ------
    NotEnoughData
        If candles of it are neither stored nor known gaps; names the months and the command.
    """
    candles, gaps = lake.snapshot(CANDLES), lake.snapshot(CANDLE_GAPS)
    last_close = known_until(candles, gaps, market)
    if last_close is None:
        raise NotEnoughData(
            f"no candles of {market.key} are stored; fetch them with "
            f'"traderai backfill {market.key} --since YYYY-MM-DD"'
        )
    window = look_back(served, last_close, days)
    missing = missing_history(candles, gaps, market, window)
    if missing is not None:
        raise NotEnoughData(
            f"a model of {market.key} for {served.key} learns from {window.start:%Y-%m-%d %H:%M} "
            f"to {window.until:%Y-%m-%d %H:%M} UTC, but {missing.reason}; fetch them with "
            f'"traderai backfill {market.key} --since {missing.months[0].key}-01"'
        )
    return window


def known_until(candles: LakeSnapshot, gaps: LakeSnapshot, market: Market) -> datetime | None:
    """Return the close of the last bar that is stored or a known gap."""
    ends = []
    month = max(candles.content_hashes(market.key), default=None)
    if month is not None:
        last = candles.summary(market.key, month).last
        ends += [last + market.bar] if last is not None else []
    month = max(gaps.content_hashes(market.key), default=None)
    if month is not None:
        known = gaps.read(market.key, [month])
        ends += known.loc[known["kind"] != FETCH_FAILURE, "end"].dt.to_pydatetime().tolist()
    return max(ends, default=None)


def missing_history(
    candles: LakeSnapshot, gaps: LakeSnapshot, market: Market, window: LookBack
) -> MissingHistory | None:
    """Return what the look-back lacks; None where it is complete."""
    coverage = {month: _coverage(candles, gaps, market, month, window) for month in window.months}
    return look_back_missing(coverage, window, market.bar)


def _coverage(
    candles: LakeSnapshot, gaps: LakeSnapshot, market: Market, month: Month, window: LookBack
) -> MonthCoverage:
    start, until = max(month.start, window.start), min(month.end, window.until)
    coverage = bar_coverage(
        candles.read(market.key, [month.key]),
        gaps.read(market.key, [month.key]),
        start=start,
        end=until,
        bar=market.bar,
    )
    return MonthCoverage(
        expected_bars=len(coverage.open_ms),
        stored_bars=int(coverage.stored.sum()),
        known_gaps=int(coverage.known_absent.sum()),
    )


def training_plan(settings: Settings) -> "TrainingPlan":
    """Return the plan the settings ask for."""
    from traderai_assets.domain.backtest.costs import Costs
    from traderai_assets.domain.training.plan import TrainingPlan
    from traderai_assets.domain.training.search_plan import SearchPlan

    search = settings.search
    return TrainingPlan(
        horizon_bars=settings.training.horizon_bars,
        multiple=settings.training.barrier_multiple,
        costs=Costs(**settings.costs.model_dump()),
        lookback_days=settings.training.lookback_days,
        n_folds=settings.training.folds,
        seed=settings.training.seed,
        search=SearchPlan(
            sampler=search.sampler,
            learner_trials=search.learner_trials,
            policy_trials=search.policy_trials,
            horizons=search.horizon_bars,
            multiples=search.barrier_multiples,
            sampler_seconds=search.sampler_seconds,
            combinatorial_groups=search.combinatorial_groups,
        ),
    )
