"""Faults in force: which rules strike an answer, and which candles were revised for good.

Of the rules about the wire one strikes at a time, in the order they were given: [429 twice, 503
once] is 429, 429, 503. Rules about rows all strike, one after the other.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from traderai_assets.domain.arrays import milliseconds
from traderai_assets.sandbox.fault_rules import (
    ROW_FAULTS,
    WIRE_FAULTS,
    Column,
    FaultRule,
    Revision,
)

KLINES_PATH = "/api/v3/klines"
TIME_PATH = "/api/v3/time"


@dataclass(frozen=True)
class Answer:
    """What a rule may look at: the endpoint and, for candles, which ones."""

    path: str
    market_id: str = ""
    timeframe: str = ""
    open_times: Sequence[int] = ()


class Strike:
    """A rule that is in force: how often it may still strike, and its own dice."""

    def __init__(self, rule: FaultRule) -> None:
        self.rule = rule
        self.left = rule.count
        self.dice = np.random.default_rng(rule.seed)
        self._to_skip = rule.skip

    def falls(self, answer: Answer) -> bool:
        """Whether it strikes this answer; uses up one of its strikes if so."""
        if self.left == 0 or not self._matches(answer):
            return False
        if self._to_skip > 0:
            self._to_skip -= 1
            return False
        if self.dice.random() >= self.rule.probability:
            return False
        if self.left is not None:
            self.left -= 1
        return True

    def touched(self, open_times: Sequence[int]) -> list[int]:
        """Positions of the candles inside the rule's span."""
        since, until = _bound(self.rule.since), _bound(self.rule.until)
        return [
            position
            for position, time in enumerate(open_times)
            if (since is None or time >= since) and (until is None or time < until)
        ]

    def _matches(self, answer: Answer) -> bool:
        rule = self.rule
        wanted = (rule.endpoint, rule.symbol and market_id(rule.symbol), rule.timeframe)
        given = (answer.path, answer.market_id, answer.timeframe)
        if any(want is not None and want != got for want, got in zip(wanted, given, strict=True)):
            return False
        if rule.kind == "clock_skew" and answer.path != TIME_PATH:
            return False
        about_rows = rule.kind in ROW_FAULTS or rule.since is not None or rule.until is not None
        return not about_rows or bool(self.touched(answer.open_times))


class Faults:
    """All rules in force and all revisions; safe to change from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._strikes: list[Strike] = []
        self._revised: dict[tuple[str, str, int], dict[Column, float]] = {}

    def add(self, *rules: FaultRule | Revision) -> None:
        """Put rules in force, after those there are; a revision holds at once and for good."""
        with self._lock:
            for rule in rules:
                if isinstance(rule, FaultRule):
                    self._strikes.append(Strike(rule))
                    continue
                opened = milliseconds(rule.open_time)
                key = (market_id(rule.symbol), rule.timeframe, opened)
                self._revised.setdefault(key, {}).update(rule.values)

    def clear(self) -> None:
        """Lift every rule. Revisions stay: a corrected candle does not change back."""
        with self._lock:
            self._strikes.clear()

    def falling(self, answer: Answer) -> list[Strike]:
        """Return the rules that strike this answer: one about the wire, any number of others."""
        with self._lock:
            wire_taken, fallen = False, []
            for strike in self._strikes:
                is_wire = strike.rule.kind in WIRE_FAULTS
                if not (is_wire and wire_taken) and strike.falls(answer):
                    fallen.append(strike)
                    wire_taken |= is_wire
            return fallen

    def revised(self, market: str, timeframe: str, opened: int) -> dict[Column, float]:
        """The values of one candle that were changed for good."""
        return self._revised.get((market, timeframe, opened), {})

    def report(self) -> list[dict[str, object]]:
        """Every rule in force and how many strikes it has left, as JSON values."""
        with self._lock:
            return [
                {**strike.rule.model_dump(mode="json", exclude_unset=True), "left": strike.left}
                for strike in self._strikes
            ]


def market_id(symbol: str) -> str:
    """Binance's name of a market given either way."""
    return symbol.replace("/", "")


def _bound(moment: datetime | None) -> int | None:
    return None if moment is None else milliseconds(moment)
