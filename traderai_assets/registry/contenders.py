"""Contenders: what each strategy brings to a market by what is stored, and who of them speaks."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from resources.lake.remembered import Remembered
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.champions.by_hand import Pin, in_speaking_order, standing_pin
from traderai_assets.domain.champions.choice import Choice, Contender, choose_speaker
from traderai_assets.domain.champions.history import rolled_back_from, speaking_strategy
from traderai_assets.domain.errors import CorruptPartition
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.registry.model_facts import ModelFacts, model_facts
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS, Table
from traderai_assets.schemas.verdict import VERDICTS, VETOES
from traderai_assets.strategies import made_by

READ = (MODELS, VERDICTS, VETOES)
"""What is read of each strategy."""
# Served months whose models are looked at for one that is sane; older ones are too old to speak
_MONTHS_BACK = 3
# Verdicts and vetoes of so many strategies
_said: Remembered[pd.DataFrame] = Remembered(1_000)

Snapshots = Callable[[Table], LakeSnapshot]


def tables_read(strategies: tuple[Strategy, ...]) -> list[Table]:
    """Return the tables of all strategies, each where it lies."""
    return [table.at(one.folder_of(table.name)) for one in strategies for table in READ]


def chosen_speaker(
    snapshots: Snapshots,
    strategies: tuple[Strategy, ...],
    market: Market,
    history: pd.DataFrame,
    *,
    allow_unproven: bool,
    asked: Pin | None = None,
) -> Choice:
    """Choose who speaks for a market, by what is stored of the strategies.

    Where a person has put a model in place, it is its strategy's as long as none newer has come.

    Parameters
    ----------
    snapshots : callable
        Gives the snapshot of a table where it lies.
    strategies : tuple of Strategy
    market : Market
    history : DataFrame
        Of its champions so far.
    allow_unproven : bool
        As the settings have it.
    asked : Pin, optional
        What a person asks for: the choice is as if the strategy spoke already, by that model.
    """
    without, speaking = rolled_back_from(history), speaking_strategy(history)
    pin = asked or standing_pin(history)
    if asked is not None:
        without -= {asked.model_id}
        speaking = next((one.id for one in strategies if one.name == asked.strategy), speaking)
    able = [
        _contender(
            snapshots, one, market, without, pin if pin and pin.strategy == one.name else None
        )
        for one in strategies
    ]
    return choose_speaker(able, speaking=speaking, allow_unproven=allow_unproven)


def newer_models(
    snapshots: Snapshots, strategy: Strategy, market: Market, model_id: str
) -> frozenset[str] | None:
    """Return the models that are newer than one of the same strategy and market.

    None where it is not among the models of the last served months, and too old to speak.
    """
    models = snapshots(MODELS.at(strategy.folder_of(MODELS.name)))
    newer: list[str] = []
    for _, model in _newest_first(models, market):
        if model.model_id == model_id:
            return frozenset(newer)
        newer.append(model.model_id)
    return None


def versions_read(
    snapshots: Snapshots, strategies: tuple[Strategy, ...], market: Market
) -> dict[str, str]:
    """Return `table/month` -> content hash of all that a choice reads."""
    found: dict[str, str] = {}
    for table in tables_read(strategies):
        snapshot = snapshots(table)
        if table.by_market:
            months = snapshot.months(market)[-_MONTHS_BACK:]
            found |= {f"{table.path}/{key}": snapshot.content_hash(market, key) for key in months}
        else:
            version = snapshot.content_hash(ALL_MARKETS, ALL_MONTHS)
            found[f"{table.path}/{ALL_MONTHS}"] = version
    return found


def _contender(
    snapshots: Snapshots,
    strategy: Strategy,
    market: Market,
    without: frozenset[str],
    pin: Pin | None,
) -> Contender:
    models, verdicts, vetoes = (
        snapshots(table.at(strategy.folder_of(table.name))) for table in READ
    )
    said = _last_of(strategy, _read_once(verdicts))
    known: dict[str, Any] = {}
    if said is not None:
        numbers = json.loads(said["numbers"])
        rows = _read_once(vetoes)
        own = rows[(rows["strategy_id"] == strategy.id) & (rows["verdict"] == said["number"])]
        against = own.loc[(own["about"] == market.key) & own["vetoed"], "reason"]
        known = {
            "state": str(said["state"]),
            "veto": "; ".join(against),
            "annual_sharpe": numbers.get("annual_sharpe"),
            "t": numbers.get("t"),
        }
    faults = []
    for month, model in _speaking_first(models, market, pin):
        fault = _fault(model, strategy, without)
        if not fault:
            known |= {"model_id": model.model_id, "served_month": month.key}
            return Contender(strategy.name, strategy.id, **known)
        faults.append(f"model {model.model_id[:8]}: {fault}")
    why = "; ".join(faults[:1]) or "it has no model here"
    return Contender(strategy.name, strategy.id, **known, fault=why)


def _read_once(table: LakeSnapshot) -> pd.DataFrame:
    """Return all rows of a table without markets, which the choice for each market looks at."""
    version = table.content_hash(ALL_MARKETS, ALL_MONTHS)
    return _said.of((table.table.name, version), lambda: table.read(ALL_MARKETS, [ALL_MONTHS]))


def _last_of(strategy: Strategy, verdicts: pd.DataFrame) -> "pd.Series | None":
    own = verdicts[verdicts["strategy_id"] == strategy.id]
    return None if own.empty else own.sort_values("number").iloc[-1]


def _newest_first(models: LakeSnapshot, market: Market) -> Iterator[tuple[Month, ModelFacts]]:
    """Yield models of the last served months, the one made last for the last month first."""
    for key in reversed(models.months(market)[-_MONTHS_BACK:]):
        month = Month.parse(key)
        yield from ((month, model) for model in model_facts(models, market, month))


def _speaking_first(
    models: LakeSnapshot, market: Market, pin: Pin | None
) -> Iterator[tuple[Month, ModelFacts]]:
    """Yield models as they may speak: the pinned one alone while it holds, else newest first."""
    return in_speaking_order(
        lambda: ((found[1].model_id, found) for found in _newest_first(models, market)), pin
    )


def _fault(model: ModelFacts, strategy: Strategy, without: frozenset[str]) -> str:
    if model.model_id in without:
        return "a person rolled back from it"
    if model.plan is None:
        raise CorruptPartition(
            f"model {model.model_id} names no plan by which it was made, in its card; restore the "
            "table models, or train its month anew"
        )
    if not made_by(strategy, {"plan": model.plan}):
        return "it was made by other settings"
    return model.fault
