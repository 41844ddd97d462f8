"""The verdict on a strategy: its state, one sentence, and all numbers; docs/strategies.md.

It is a function of what is handed in. The looks and changes it returns are what must be stored and
handed in the next time; the same record, looks and changes give the same verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from traderai_assets.domain.strategies.changes import Standing
from traderai_assets.domain.strategies.criteria import StrategyCriteria
from traderai_assets.domain.strategies.deciding import begun, decide
from traderai_assets.domain.strategies.looking import Peers
from traderai_assets.domain.strategies.looks import Look, LookCalendar, allowance
from traderai_assets.domain.strategies.measures import PoolMeasures, measure_pool
from traderai_assets.domain.strategies.pool import pool_days
from traderai_assets.domain.strategies.record import StrategyRecord
from traderai_assets.domain.strategies.sentence import verdict_sentence
from traderai_assets.domain.strategies.states import RETIRED, StateChange
from traderai_assets.domain.strategies.vetoes import MarketVeto, market_vetoes


@dataclass(frozen=True)
class StrategyVerdict:
    """What is believed of a strategy.

    Attributes
    ----------
    strategy : str
    state : str
        One of `states.STRATEGY_STATES`.
    sentence : str
        All of it for a person, in one line.
    looks : tuple of Look
        Those that were handed in, and those that were made now.
    changes : tuple of StateChange
        The same of the changes of state.
    vetoes : tuple of MarketVeto
        One a market, most of them against nothing.
    numbers : dict
        Everything else that was measured, for JSON: no NaN, None where there is none.
    """

    strategy: str
    state: str
    sentence: str
    looks: tuple[Look, ...]
    changes: tuple[StateChange, ...]
    vetoes: tuple[MarketVeto, ...]
    numbers: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Write it down, days as ISO dates."""
        return {
            "strategy": self.strategy,
            "state": self.state,
            "sentence": self.sentence,
            "looks": [look.to_row() | {"day": _date(look.day)} for look in self.looks],
            "changes": [vars(change) | {"day": _date(change.day)} for change in self.changes],
            "vetoes": [veto.to_row() for veto in self.vetoes],
            "numbers": self.numbers,
        }


def judge_strategy(
    record: StrategyRecord,
    *,
    now: datetime,
    calendar: LookCalendar | None = None,
    looks: Sequence[Look] = (),
    changes: Sequence[StateChange] = (),
    peers: Peers | None = None,
    criteria: StrategyCriteria | None = None,
    seed: int = 0,
) -> StrategyVerdict:
    """Judge a strategy by its record.

    Parameters
    ----------
    record : StrategyRecord
    now : datetime
        In UTC; days that are not over are not looked at.
    calendar : LookCalendar, optional
        As laid down at registration; 18 months from the record's first day where not given.
    looks, changes : sequence
        Of this strategy so far, oldest first: never made again, never altered.
    peers : Peers, optional
        The other strategies; none where not given.
    criteria : StrategyCriteria, optional
    seed : int, default=0
        Of the bootstraps.

    Raises
    ------
    InvalidInput
        If looks or changes do not follow on each other, or strategies have become fewer.
    """
    criteria, peers = criteria or StrategyCriteria(), peers or Peers.none()
    known = record.before(begun(now))
    standing = decide(
        pool_days(known),
        now=now,
        calendar=calendar,
        looks=looks,
        changes=changes,
        peers=peers,
        criteria=criteria,
        seed=seed,
    )
    vetoes = market_vetoes(known, criteria)
    measures = measure_pool(standing.pool, peers, seed=seed)
    return StrategyVerdict(
        strategy=record.strategy,
        state=standing.state,
        sentence=verdict_sentence(standing, measures, vetoes),
        looks=standing.looks,
        changes=standing.changes,
        vetoes=vetoes,
        numbers=_numbers(standing, measures, vetoes),
    )


def _numbers(
    standing: Standing, measures: PoolMeasures | None, vetoes: Sequence[MarketVeto]
) -> dict[str, Any]:
    proof, broken = standing.proof(), standing.broken()
    return {
        **(measures.to_json() if measures else {"days": len(standing.pool)}),
        "strategies": standing.strategies,
        "next_look": _next_look(standing),
        "live_wealth": proof.now,
        "live_wealth_highest": proof.highest,
        "live_bound": proof.bound,
        "promised_mean": standing.promised(),
        "broken_wealth": broken.now if broken else None,
        "broken_wealth_highest": broken.highest if broken else None,
        "broken_bound": 1.0 / standing.criteria.suspension_alpha,
        "suspensions": len(standing.suspensions),
        "vetoed_markets": [veto.market for veto in vetoes if veto.vetoed],
    }


def _next_look(standing: Standing) -> dict[str, Any] | None:
    """Day and bound of the look that comes next, were no strategy registered until then."""
    if standing.state in (RETIRED,) or (standing.looks and standing.looks[-1].passed):
        return None
    last = standing.looks[-1].number if standing.looks else 0
    left = [number for number in standing.calendar.looks if number > last]
    ahead = [
        number
        for number in left
        if standing.pool.empty or standing.calendar.day_of(number) > standing.pool["day"].iloc[-1]
    ]
    if not ahead:
        return None
    may = allowance(
        standing.looks,
        standing.calendar.fraction_of(ahead[0]),
        alpha=standing.criteria.alpha,
        strategies=standing.strategies,
    )
    day = standing.calendar.day_of(ahead[0])
    return {"number": ahead[0], "day": _date(day), "bound": may.bound}


def _date(day: pd.Timestamp) -> str:
    return f"{day:%Y-%m-%d}"
