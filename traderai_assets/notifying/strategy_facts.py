"""Facts of strategies: their verdicts, their suspensions, and drift of the models that speak."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pandas as pd

from resources.lake.remembered import Remembered
from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.drift.alarm import REPAIR, RETRAIN, Alarm, drift_alarm
from traderai_assets.domain.errors import LakeError
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.notifications.facts import Fact
from traderai_assets.domain.notifications.kinds import DRIFT, SUSPENSION, VERDICT
from traderai_assets.domain.strategies.states import SUSPENDED
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS
from traderai_assets.schemas.verdict import LOOKS, STATE_CHANGES, VERDICTS
from traderai_assets.settings import Settings
from traderai_assets.strategies import strategies_of

_alarms: Remembered[tuple[Alarm | None]] = Remembered(2_000)
_verdicts: Remembered[list[Fact]] = Remembered(500)


def strategy_facts(lake: LakeResource, settings: Settings) -> tuple[list[Fact], list[str]]:
    """Return what stands of each strategy by now, and what cannot be read of whom.

    What was so before has the name it had.
    """
    facts: list[Fact] = []
    faults: list[str] = []
    for strategy in strategies_of(settings):
        try:
            facts += _facts_of(lake.of(strategy), strategy)
        except LakeError as error:
            faults.append(f"nothing can be told of {strategy.name}: {error}")
    return facts, faults


def _facts_of(own: LakeResource, strategy: Strategy) -> Iterator[Fact]:
    tables = [own.look(own.placed(table)) for table in (VERDICTS, LOOKS, STATE_CHANGES)]
    version = strategy.id, *(one.content_hash(ALL_MARKETS, ALL_MONTHS) for one in tables)
    yield from _verdicts.of(version, lambda: _judged(strategy, *tables))
    yield from _drifted(own.look(own.placed(DRIFT_METRICS)), strategy)


def _judged(
    strategy: Strategy, verdicts: LakeSnapshot, looks: LakeSnapshot, changes: LakeSnapshot
) -> list[Fact]:
    """Return the verdict that stands, and the last change of state where it silenced."""
    told = _own(verdicts, strategy)
    if told.empty:
        return []
    last, made = told.iloc[-1], _own(changes, strategy)
    at = _as_datetime(last["judged_until"])
    of_look = f"{last['state']}:{len(_own(looks, strategy))}:{len(made)}"
    see = f'"traderai strategies verdict {strategy.name}" shows its numbers'
    if not made.empty and made.iloc[-1]["after"] == SUSPENDED:
        change = made.iloc[-1]
        said = f"{strategy.name} is suspended and speaks no more: {change['cause']}"
        name = f"suspended:{strategy.id}:{len(made)}"
        day = _as_datetime(change["day"])
        return [Fact(name, SUSPENSION.name, strategy.name, said, see, day)]
    said = f"{strategy.name} is {last['state']}: {last['sentence']}"
    return [Fact(f"verdict:{strategy.id}:{of_look}", VERDICT.name, strategy.name, said, see, at)]


def _drifted(metrics: LakeSnapshot, strategy: Strategy) -> Iterator[Fact]:
    for key in metrics.markets():
        market = Market.parse(key)
        month = metrics.last_month(market)
        if month is None:
            continue
        alarm = _alarm(metrics, strategy, market, month)
        if alarm is None or not {RETRAIN, REPAIR} & set(alarm.asks):
            continue
        asked = "+".join(alarm.asks)
        repair = REPAIR in alarm.asks
        yield Fact(
            f"drift:{strategy.id}:{key}:{alarm.cause}:{asked}",
            DRIFT.name,
            key,
            f"the model of {strategy.name} for {key} has drifted: {alarm.reason}",
            f'"traderai candles gaps {key}" shows what is lacking'
            if repair
            else "a sensor asks for what is needed; nothing is to be done",
            _as_datetime(metrics.last(market)),
        )


def _alarm(metrics: LakeSnapshot, strategy: Strategy, market: Market, month: Month) -> Alarm | None:
    version = strategy.id, metrics.content_hash(market, month)
    [alarm] = _alarms.of(version, lambda: (drift_alarm(metrics.read(market, [month])),))
    return alarm


def _own(snapshot: LakeSnapshot, strategy: Strategy) -> pd.DataFrame:
    rows = snapshot.read(ALL_MARKETS, [ALL_MONTHS])
    return rows[rows["strategy_id"] == strategy.id]


def _as_datetime(moment: pd.Timestamp | datetime | None) -> datetime:
    return pd.Timestamp(moment or datetime(1970, 1, 1, tzinfo=UTC)).to_pydatetime()
