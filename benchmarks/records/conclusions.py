"""What a trader would conclude from one record: sentences that follow from its numbers by rules."""

from collections.abc import Iterator
from statistics import NormalDist

from benchmarks.records.findings import Interval, StrategyFindings
from traderai_assets.domain.strategies.states import (
    CANDIDATE,
    INSUFFICIENT,
    PROMOTED,
    SUSPENDED,
)

# With which a look shall be passed, in the sentence on how long it takes
POWER = 0.8
# Of a smaller annual Sharpe ratio the years would be more than a person waits for
_LEAST_SHARPE = 0.3
_SELDOM = 0.1
_MAY = {
    INSUFFICIENT: "Do not trade it",
    CANDIDATE: "On paper, or with a quarter of the size",
    PROMOTED: "It may be traded in full",
    SUSPENDED: "Stop trading it",
}


def conclusions(one: StrategyFindings) -> list[str]:
    """Say what a trader would conclude, most important first, a sentence or two each."""
    parts = (_permission, _costs, _activity, _luck, _waiting, _holding, _markets)
    return [sentence for part in parts for sentence in part(one)]


def points(share: float) -> str:
    """Write a share in basis points."""
    return f"{share * 10_000:.2f}"


def bounds(interval: Interval, scale: float = 1.0) -> str:
    """Write an interval's bounds."""
    return f"{interval.lower * scale:.2f} to {interval.upper * scale:.2f}"


def _permission(one: StrategyFindings) -> Iterator[str]:
    may = _MAY.get(one.verdict["state"], "A person ended it")
    bounded = [look for look in one.verdict["looks"] if look["bound"] is not None]
    if not bounded:
        yield f"**{may}.** Nothing was looked at: too few days, trades or days with a position."
        return
    best = max(bounded, key=lambda look: look["t"] - look["bound"])
    if best["passed"]:
        yield (
            f"**{may}.** At look {best['number']} its t of {best['t']:.2f} was above the bound of "
            f"{best['bound']:.2f}, and the other conditions held."
        )
        return
    near = "was nearest to its bound" if len(bounded) > 1 else "is the only one"
    yield (
        f"**{may}.** Look {best['number']} {near}: its t was {best['t']:.2f}, and "
        f"{best['bound']:.2f} was asked for."
    )


def _costs(one: StrategyFindings) -> Iterator[str]:
    if not _trades(one):
        yield (
            "It never took a side: nothing that it forecast was worth its costs. So it lost "
            "nothing, and this record cannot say whether it is any good."
        )
        return
    gross, paid = one.gross_day, one.cost_day
    told = f"{points(gross)} basis points a market-day before costs and paid {points(paid)}"
    if gross <= 0.0:
        yield f"It made {told}: what it forecast did not even earn before costs."
    elif gross <= paid:
        yield f"It made {told}: costs decide, and took more than all of it."
    else:
        yield f"It made {told}: costs took {paid / gross:.0%} of what it earned."


def _activity(one: StrategyFindings) -> Iterator[str]:
    days, traded = sum(m.days for m in one.markets), sum(m.traded_days for m in one.markets)
    if traded and traded < _SELDOM * days:
        yield (
            f"It traded on {traded:,} of {days:,} market-days, {traded / days:.1%}; the others are "
            "zeros and count. Few trades say little, whatever they made."
        )
    if one.no_model_days:
        yield (
            f"On {one.no_model_days:,} market-days it had no model, for its training was refused: "
            "zeros, too."
        )


def _luck(one: StrategyFindings) -> Iterator[str]:
    if one.sharpe is None:
        return
    told = f"Its annual Sharpe ratio is {one.sharpe.estimate:.2f} ({bounds(one.sharpe)} with 90 %)"
    if one.sharpe.upper < 0.0:
        yield f"{told}: that it loses is more than bad luck."
    elif one.sharpe.lower > 0.0:
        yield (
            f"{told}: above 0 by itself. A look asks for more, since there are five of them and "
            f"{one.verdict['numbers']['strategies']} strategies."
        )
    else:
        yield f"{told}: it may be worth something or nothing, and nobody can know from these days."


def _waiting(one: StrategyFindings) -> Iterator[str]:
    looks = [look for look in one.verdict["looks"] if look["bound"] is not None]
    if one.verdict["state"] != INSUFFICIENT or one.sharpe is None or not looks:
        return
    if one.sharpe.estimate < _LEAST_SHARPE:
        return
    years = ((looks[-1]["bound"] + NormalDist().inv_cdf(POWER)) / one.sharpe.estimate) ** 2
    yield (
        f"Were that its true worth, {years:.0f} years of days would pass the last bound with a "
        f"chance of {POWER:.0%}; these were {len(one.pool) / 365:.1f}."
    )


def _holding(one: StrategyFindings) -> Iterator[str]:
    day, held = one.day.estimate, one.held_day.estimate
    more = "more" if day > held else "less"
    yield (
        f"Its mean day was {points(day)} basis points, {more} than the {points(held)} of holding "
        f"the same markets ({bounds(one.held_day, 10_000)} with 90 %)."
    )


def _markets(one: StrategyFindings) -> Iterator[str]:
    traded = [market for market in one.markets if market.trades]
    if len(traded) > 1:
        gained = [market.symbol for market in traded if market.net > 1.0]
        told = f", {', '.join(gained)}" if gained else ""
        yield f"It gained in {len(gained)} of the {len(traded)} markets it traded{told}."
    against = [market.symbol for market in one.markets if market.veto]
    if against:
        yield f"The verdict vetoes {', '.join(against)}: there it would not speak at all."


def _trades(one: StrategyFindings) -> int:
    return sum(market.trades for market in one.markets)
