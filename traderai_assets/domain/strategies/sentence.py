"""The sentence of a verdict: what a strategy is, why, and what would change it."""

from collections.abc import Sequence

from traderai_assets.domain.strategies.changes import Standing
from traderai_assets.domain.strategies.looking import too_little
from traderai_assets.domain.strategies.looks import Look
from traderai_assets.domain.strategies.measures import PoolMeasures
from traderai_assets.domain.strategies.states import (
    CANDIDATE,
    DRAWDOWN,
    INSUFFICIENT,
    PROMOTED,
    SUSPENDED,
)
from traderai_assets.domain.strategies.vetoes import MarketVeto


def verdict_sentence(
    standing: Standing, measures: PoolMeasures | None, vetoes: Sequence[MarketVeto]
) -> str:
    """Say it in one line."""
    why = {
        INSUFFICIENT: _insufficient,
        CANDIDATE: _candidate,
        PROMOTED: _promoted,
        SUSPENDED: _suspended,
    }.get(standing.state, _retired)(standing)
    annual = f", annual Sharpe ratio {measures.annual_sharpe:.2f}" if measures else ""
    vetoed = [veto.market for veto in vetoes if veto.vetoed]
    against = f"; not in {', '.join(vetoed)}" if vetoed else ""
    days = f"{len(standing.pool)} days on record{annual}"
    return f"{standing.state}: {why} ({days}){against}"


def _insufficient(standing: Standing) -> str:
    lacking = too_little(standing.pool, standing.criteria)
    if lacking:
        return f"too little to be judged, {', '.join(lacking)}"
    if not standing.looks:
        return "no look is due yet"
    said = _refusal(standing.looks[-1], standing)
    if standing.looks[-1].number == standing.calendar.looks[-1]:
        proof = standing.proof()
        return (
            f"{said}; it was the last look, live days must turn 1 into {proof.bound:.0f}, and "
            + (f"made {proof.highest:.2f} of it")
        )
    return said


def _refusal(look: Look, standing: Standing) -> str:
    """The first condition that a look did not meet."""
    where = f"at look {look.number} on {look.day:%Y-%m-%d}"
    if look.bound is None:
        return f"{where} nothing could be spent {_among(look)}"
    if look.t < look.bound:
        return (
            f"{where} t of its mean day is {look.t:.2f}, luck {_among(look)} is ruled out from "
            f"{look.bound:.2f} on"
        )
    if look.max_drawdown > standing.criteria.max_drawdown:
        return (
            f"{where} it had lost {look.max_drawdown:.1%} from a peak, at most "
            f"{standing.criteria.max_drawdown:.1%} is allowed"
        )
    if look.stepwise_t is None or look.stepwise_critical is None:
        return f"{where} it earned nothing surely beside buy-and-hold, t {look.intercept_t:.2f}"
    return (
        f"{where} its {look.stepwise_t:.2f} standard errors are not above the "
        f"{look.stepwise_critical:.2f} that the best of the strategies shows by luck"
    )


def _passed(standing: Standing) -> str:
    look = next((look for look in standing.looks if look.passed), None)
    if look is None:
        return "its live days were proof enough"
    return (
        f"at look {look.number} on {look.day:%Y-%m-%d} t of its mean day was {look.t:.2f}, "
        f"{look.bound:.2f} was asked for {_among(look)}"
    )


def _among(look: Look) -> str:
    return "of a strategy alone" if look.strategies == 1 else f"among {look.strategies} strategies"


def _candidate(standing: Standing) -> str:
    proof = standing.proof()
    return (
        f"{_passed(standing)}; its {proof.days} live days turned 1 into {proof.highest:.2f} at most"
        f", {proof.bound:.0f} promotes"
    )


def _promoted(standing: Standing) -> str:
    proof, broken = standing.proof(), standing.broken()
    doubt = f"; doubt stands at {broken.now:.2f}, {broken.bound:.0f} suspends" if broken else ""
    return (
        f"its live days turned 1 into {proof.highest:.2f}, {proof.bound:.0f} was asked for{doubt}"
    )


def _suspended(standing: Standing) -> str:
    change = next(one for one in reversed(standing.changes) if one.after == SUSPENDED)
    proof = standing.proof()
    what = (
        "it lost more from a peak than is allowed"
        if change.cause == DRAWDOWN
        else "it earned less than half of what its record promised"
    )
    return (
        f"since {change.day:%Y-%m-%d}, {what}; live days since must turn 1 into {proof.bound:.0f}, "
        f"and made {proof.highest:.2f} of it"
    )


def _retired(standing: Standing) -> str:
    return f"since {standing.changes[-1].day:%Y-%m-%d} by a person; it stays counted"
