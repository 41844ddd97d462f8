"""From settings to plan: what they ask of a training, and whether they can be met at all.

Rules that join several settings stand here, or in the domain and are asked from here. What a
setting may be by itself stands in settings.py, numbers shared with the domain in domain/limits.py.
"""

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from traderai_assets.domain.errors import InvalidInput, InvalidSettings
from traderai_assets.domain.limits import MAX_MARKETS
from traderai_assets.domain.markets import BARS, Market
from traderai_assets.plan_clashes import clash_of_warm_up, clashes_of_history, clashes_of_time
from traderai_assets.strategies import clashes_of_names

if TYPE_CHECKING:
    from traderai_assets.domain.backtest.costs import Costs
    from traderai_assets.domain.freshness.look_back_facts import Expanding
    from traderai_assets.domain.spans.reach import Reach
    from traderai_assets.domain.training.plan import TrainingPlan
    from traderai_assets.settings import Settings


def trading_costs(settings: "Settings") -> "Costs":
    """Return what trading costs by the settings; backtests, challenges and live results ask here.

    Raises
    ------
    InvalidInput
        If a rate of [costs] is none, or the settings are those of several strategies.
    """
    from traderai_assets.domain.backtest.costs import Costs

    costs = _of_one_strategy(settings).costs
    return Costs(
        fee_rate=costs.fee_rate,
        slippage_rate=costs.slippage_rate,
        funding_rate=costs.funding_rate,
    )


def training_plan(settings: "Settings") -> "TrainingPlan":
    """Return the plan the settings ask for; raise InvalidSettings where they make none."""
    from traderai_assets.domain.training.plan import TrainingPlan
    from traderai_assets.domain.training.search_plan import SearchPlan

    search = _of_one_strategy(settings).search
    return TrainingPlan(
        horizon_bars=settings.training.horizon_bars,
        multiple=settings.training.barrier_multiple,
        costs=trading_costs(settings),
        lookback_days=settings.training.lookback_days,
        expanding_from_days=settings.training.expanding_from_days,
        n_folds=settings.training.folds,
        minimum_rows=settings.training.minimum_rows,
        most_rows=settings.training.most_rows,
        event_threshold=settings.training.event_threshold,
        uniqueness=settings.training.uniqueness,
        half_life_days=settings.training.half_life_days,
        confidence=settings.training.confidence,
        outlier_rate=settings.training.outlier_rate,
        expire_days=settings.training.silent_after_days,
        learners=settings.training.learners,
        seed=settings.training.seed,
        search=SearchPlan(
            sampler=search.sampler,
            learner_trials=search.learner_trials,
            policy_trials=search.policy_trials,
            every_months=search.every_months,
            horizons=search.horizon_bars,
            multiples=search.barrier_multiples,
            sampler_seconds=search.sampler_seconds,
            combinatorial_groups=search.combinatorial_groups,
        ),
    )


def _of_one_strategy(settings: "Settings") -> "Settings":
    """Return the settings; raise InvalidInput where nobody said whose of several they are."""
    if settings.strategies:
        raise InvalidInput(
            f"the settings are those of {', '.join(sorted(settings.strategies))}; "
            "settings.of(NAME) are those of one"
        )
    return settings


def reach(settings: "Settings") -> "Reach":
    """Return how many months beside its own each asset reads under these settings of one strategy.

    Of settings with several strategies it is what those of the file's own sections would read.
    """
    from traderai_assets.domain.spans.reach import Reach
    from traderai_assets.domain.spans.search_months import months_of_refits

    search = settings.search
    return Reach(
        lookback_days=settings.training.lookback_days,
        horizon_bars=settings.training.horizon_bars,
        longest_horizon=settings.longest_horizon,
        refits=months_of_refits(search.every_months, search.learner_trials),
    )


def expanding(settings: "Settings") -> "Expanding | None":
    """Return from how many days on a look-back may be learned from; None where it must be whole."""
    from traderai_assets.domain.freshness.look_back_facts import Expanding

    days = settings.training.expanding_from_days
    return Expanding(days, settings.history_days) if days else None


def check_plan(settings: "Settings", now: datetime) -> None:
    """Refuse settings that each are within their limits and together impossible.

    Parameters
    ----------
    settings : Settings
    now : datetime
        Decides how far a history may reach.

    Raises
    ------
    InvalidSettings
        One line for each clash: the settings, their values and what would do.
    """
    clashes = list(clashes_of_names(settings))
    for name in sorted(settings.strategies):
        clashes += [f"strategy {name!r}: {one}" for one in _clashes(settings.of(name), now)]
    if not settings.strategies:
        clashes += _clashes(settings, now)
    if clashes:
        raise InvalidSettings("\n  ".join(clashes))


def _clashes(settings: "Settings", now: datetime) -> list[str]:
    """Say what is impossible in the settings of one strategy."""
    try:
        training_plan(settings)
    except InvalidSettings as error:
        clashes = [f"[training], [search] and [costs] make no plan: {error}"]
    else:
        timeframes = sorted({market.timeframe for market in settings.market_list()})
        clashes = [found for name in timeframes if (found := _clash_of_bars(settings, name))]
    return [*clashes, *clashes_of_history(settings, now), *clashes_of_time(settings)]


def check_market(settings: "Settings", market: Market) -> None:
    """Refuse a market of which no model could be made; raise InvalidSettings saying why.

    For markets that are not in the settings: added by a command, or in the web UI.
    """
    if clash := market_clash(settings, market):
        raise InvalidSettings(clash)


def market_clash(settings: "Settings", market: Market) -> str | None:
    """Say why no model could be made of a market; None where one could."""
    for name in sorted(settings.strategies):
        if clash := market_clash(settings.of(name), market):
            return f"strategy {name!r}: {clash}"
    if settings.strategies:
        return None
    clash = _clash_of_bars(settings, market.timeframe) or clash_of_warm_up(
        settings, market.timeframe
    )
    return clash and f"{market.key} cannot be kept with these settings: {clash}"


def require_room(kept: int) -> None:
    """Refuse one market more where as many are kept as may be."""
    if kept >= MAX_MARKETS:
        raise InvalidSettings(
            f"{kept} markets are kept, and at most {MAX_MARKETS} may be; take one out first"
        )


@lru_cache(maxsize=64)
def _clash_of_bars(settings: "Settings", timeframe: str) -> str | None:
    """Say why no model can be made of such bars; asked by each tick for each market."""
    from traderai_assets.domain.training.feasible import require_feasible

    try:
        require_feasible(training_plan(settings), BARS[timeframe])
    except InvalidSettings as error:
        return f"timeframe = {timeframe!r}: {error}"
    return None
