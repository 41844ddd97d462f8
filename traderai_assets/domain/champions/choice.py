"""Who speaks for a market: of all strategies the best that is permitted to, with its newest model.

What a strategy may do follows from the verdict on its whole record (`strategies.states`), and never
from the two weeks on which two of its models could be compared.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import NormalDist
from typing import Any, Final

from traderai_assets.domain.strategies.states import INSUFFICIENT, SPEAKS, Speaks

# Of the Sharpe ratio of a record, one-sided: what another must surpass, not to change by luck
_CONFIDENCE = NormalDist().inv_cdf(0.8)
_RANKS: Final[tuple[Speaks, ...]] = ("in full", "on paper or with a quarter")


@dataclass(frozen=True)
class Contender:
    """What one strategy brings to a market.

    Attributes
    ----------
    strategy, strategy_id : str
    state : str
        Of the last verdict on it; `INSUFFICIENT` where there is none.
    veto : str
        What the market says against it; empty where nothing.
    model_id, served_month : str or None
        Its newest model against which nothing is said, and the month that was made for.
    fault : str
        Why there is no such model; empty where there is one.
    annual_sharpe, t : float or None
        Of its pool; None where its record is too short to be measured.
    """

    strategy: str
    strategy_id: str
    state: str = INSUFFICIENT
    veto: str = ""
    model_id: str | None = None
    served_month: str | None = None
    fault: str = ""
    annual_sharpe: float | None = None
    t: float | None = None

    @property
    def lower_sharpe(self) -> float:
        """Lower 80 % bound of the annual Sharpe ratio; -inf where nothing is known."""
        if not self.t or self.annual_sharpe is None:
            return float("-inf")
        return self.annual_sharpe - _CONFIDENCE * self.annual_sharpe / self.t


@dataclass(frozen=True)
class Choice:
    """Who speaks from now on, and why.

    Attributes
    ----------
    speaker : Contender or None
        None where nobody is permitted to.
    paper : bool
        Whether its signals are for paper, with a quarter of their size.
    reason : str
        One sentence.
    evidence : dict
        Every contender, for JSON.
    """

    speaker: Contender | None
    paper: bool
    reason: str
    evidence: dict[str, Any] = field(default_factory=dict)


def choose_speaker(
    contenders: Sequence[Contender], *, speaking: str | None = None, allow_unproven: bool = False
) -> Choice:
    """Choose who speaks for a market.

    A promoted strategy goes before a candidate, and a candidate before one that is unproven, where
    `allow_unproven` admits those at all. Among equals the one that speaks already goes on, unless
    another's Sharpe ratio is with 80 % confidence above its own; where none of them speaks, the one
    with the highest such bound begins. A strategy that was suspended or retired, that the market
    vetoes, or that has no sane model, does not speak.

    Parameters
    ----------
    contenders : sequence of Contender
        One of each strategy.
    speaking : str, optional
        Id of the strategy that speaks now.
    allow_unproven : bool
        Whether strategies without a verdict that permits them may speak on paper.
    """
    told = {one.strategy: _why_not(one, allow_unproven=allow_unproven) for one in contenders}
    evidence = {"contenders": [_as_json(one, told[one.strategy]) for one in contenders]}
    able = [one for one in contenders if not told[one.strategy]]
    if not able:
        reasons = "; ".join(f"{name}: {why}" for name, why in told.items())
        return Choice(None, False, f"nobody speaks: {reasons or 'no strategy'}", evidence)
    best_rank = min(_rank(one) for one in able)
    equals = [one for one in able if _rank(one) == best_rank]
    best = max(equals, key=lambda one: (one.lower_sharpe, one.strategy))
    reigning = next((one for one in equals if one.strategy_id == speaking), None)
    if reigning is not None and not best.lower_sharpe > (reigning.annual_sharpe or 0.0):
        best = reigning
    return Choice(best, best_rank > 0, _why(best, equals), evidence)


def _rank(contender: Contender) -> int:
    speaks = SPEAKS[contender.state]
    return _RANKS.index(speaks) if speaks in _RANKS else len(_RANKS)


def _why_not(contender: Contender, *, allow_unproven: bool) -> str:
    """Why a strategy does not speak here; empty where it may."""
    unproven = allow_unproven and contender.state == INSUFFICIENT
    if SPEAKS[contender.state] == "not" and not unproven:
        return f"it is {contender.state}"
    if contender.veto:
        return f"vetoed here, {contender.veto}"
    return "" if contender.model_id else contender.fault or "it has no model"


def _why(best: Contender, equals: Sequence[Contender]) -> str:
    if best.state == INSUFFICIENT:
        how = "on paper, though unproven (allow_unproven)"
    else:
        how = f"{SPEAKS[best.state]}, being {best.state}"
    others = len(equals) - 1
    among = f", of {others + 1} that may the best or the one that spoke" if others else ""
    return f"{best.strategy} speaks {how}{among}, by model {best.model_id}"


def _as_json(contender: Contender, why_not: str) -> dict[str, Any]:
    return {**asdict(contender), "why_not": why_not}
