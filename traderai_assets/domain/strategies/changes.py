"""Changes of a strategy's state: which cause of the table came first, by what is on record."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.strategies.criteria import StrategyCriteria
from traderai_assets.domain.strategies.live import (
    Wealth,
    broken_promise,
    live_proof,
    promised_mean,
)
from traderai_assets.domain.strategies.looking import too_little
from traderai_assets.domain.strategies.looks import Look, LookCalendar
from traderai_assets.domain.strategies.pool import account_of
from traderai_assets.domain.strategies.states import (
    BROKEN_PROMISE,
    CANDIDATE,
    DRAWDOWN,
    LATE_PROOF,
    LIVE_PROOF,
    LOOK_PASSED,
    PROMOTED,
    SUSPENDED,
    TRANSITIONS,
    StateChange,
    state_after,
)

_SPEAKING = (CANDIDATE, PROMOTED)
_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, eq=False)
class Standing:
    """All that decides about a strategy's state.

    Attributes
    ----------
    pool : DataFrame
        As `pool.pool_days` gives it, of the days that are over.
    results : ndarray of shape (n_days,)
        Its standardised net returns.
    strategies : int
        Ever registered.
    """

    pool: pd.DataFrame
    results: FloatArray
    calendar: LookCalendar
    looks: tuple[Look, ...]
    changes: tuple[StateChange, ...]
    strategies: int
    criteria: StrategyCriteria

    @property
    def state(self) -> str:
        """After all changes so far."""
        return state_after(self.changes)

    @property
    def suspensions(self) -> list[pd.Timestamp]:
        """Days on which it was suspended by a verdict."""
        return [
            one.day for one in self.changes if one.after == SUSPENDED and one.before in _SPEAKING
        ]

    @property
    def speaking_since(self) -> pd.Timestamp | None:
        """When it first spoke after its last suspension; being retired meanwhile ends nothing."""
        since = None
        for change in self.changes:
            if change.before in _SPEAKING and change.after == SUSPENDED:
                since = None
            elif change.after in _SPEAKING and since is None:
                since = change.day
        return since

    def proof(self) -> Wealth:
        """Wealth of who bets on it since it is live, or since its last suspension.

        The bound doubles with each suspension, so that all tries together are wrong no more than
        twice as often as the first.
        """
        bound = self.strategies * 2 ** len(self.suspensions) / self.criteria.promotion_alpha
        since = self.suspensions[-1] if self.suspensions else None
        return live_proof(self.pool, self.results, since=since, bound=bound)

    def promised(self) -> float:
        """Mean of a standardised day that is promised by the days before it spoke."""
        since = self.speaking_since
        known = self.results if since is None else self.results[(self.pool["day"] < since)]
        return promised_mean(
            known,
            share=self.criteria.promise_share,
            confidence=self.criteria.promise_confidence,
        )

    def broken(self) -> Wealth | None:
        """Wealth of who bets on its promise being broken; None while it has not spoken."""
        since = self.speaking_since
        if since is None:
            return None
        bound = 1.0 / self.criteria.suspension_alpha
        return broken_promise(
            self.pool, self.results, since=since, promised=self.promised(), bound=bound
        )


def next_change(standing: Standing) -> StateChange | None:
    """Find the first change that the record asks for; None where the state stands."""
    found = []
    for transition in TRANSITIONS:
        if transition.before != standing.state or transition.cause not in _CAUSES:
            continue
        day = _CAUSES[transition.cause](standing)
        if day is not None:
            since = standing.changes[-1].day if standing.changes else day
            change = StateChange(
                max(day, since), transition.before, transition.after, transition.cause
            )
            found.append(change)
    return min(found, key=lambda change: change.day) if found else None


def _look_passed(standing: Standing) -> pd.Timestamp | None:
    return next((look.day for look in standing.looks if look.passed), None)


def _live_proof(standing: Standing) -> pd.Timestamp | None:
    return standing.proof().crossed


def _late_proof(standing: Standing) -> pd.Timestamp | None:
    last = standing.calendar.day_of(standing.calendar.looks[-1])
    crossed = standing.proof().crossed
    over = not standing.pool.empty and standing.pool["day"].iloc[-1] + _DAY >= last
    if crossed is None or not over or too_little(standing.pool, standing.criteria):
        return None
    return max(crossed, last)


def _broken_promise(standing: Standing) -> pd.Timestamp | None:
    wealth = standing.broken()
    return wealth.crossed if wealth else None


def _drawdown(standing: Standing) -> pd.Timestamp | None:
    since = standing.speaking_since
    if since is None:
        return None
    spoken = standing.pool[standing.pool["day"] >= since]
    account = account_of(spoken["net"].to_numpy(np.float64))
    lost = 1.0 - account / np.maximum.accumulate(account)
    beyond = np.flatnonzero(lost[1:] > standing.criteria.max_drawdown)
    return spoken["day"].iloc[int(beyond[0])] + _DAY if beyond.size else None


_CAUSES: dict[str, Callable[[Standing], pd.Timestamp | None]] = {
    LOOK_PASSED: _look_passed,
    LIVE_PROOF: _live_proof,
    LATE_PROOF: _late_proof,
    BROKEN_PROMISE: _broken_promise,
    DRAWDOWN: _drawdown,
}
