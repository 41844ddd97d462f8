"""Champion periods: from when until when which strategy spoke for a market, by which model."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from traderai_assets.domain.champions.history import with_strategies
from traderai_assets.domain.limits import END_OF_TIME


@dataclass(frozen=True)
class ChampionPeriod:
    """One model's time as the voice of a strategy.

    Attributes
    ----------
    strategy : str
        Name of the strategy.
    model_id, served_month : str
        Which model, and the month it was made for.
    state : str or None
        Of the strategy, by which it was permitted; None of before there were verdicts.
    paper : bool
        Whether its signals are for paper, with a quarter of their size.
    since, until : Timestamp
        It decided at every bar that closed after `since`, up to and including `until`.
    """

    strategy: str
    model_id: str
    served_month: str
    state: str | None
    paper: bool
    since: pd.Timestamp
    until: pd.Timestamp

    @property
    def stands(self) -> bool:
        """Whether it has not ended yet."""
        return self.until == END_OF_TIME


def champion_periods(history: pd.DataFrame, strategy: str | None = None) -> list[ChampionPeriod]:
    """Return the periods of all who spoke for a market, oldest first; the last may not have ended.

    Parameters
    ----------
    history : DataFrame
        As `champions.history` writes it: rows that changed nothing end no period.
    strategy : str, optional
        Name of the strategy whose periods are asked for; all of them where not given.
    """
    found: list[ChampionPeriod] = []
    open_since: ChampionPeriod | None = None
    for event in with_strategies(history).sort_values("number").to_dict("records"):
        period = _begun(event)
        if open_since is not None and period is not None and _same(open_since, period):
            continue
        if open_since is not None:
            found.append(replace(open_since, until=event["changed_at"]))
        open_since = period
    if open_since is not None:
        found.append(open_since)
    return [one for one in found if strategy is None or one.strategy == strategy]


def champion_at(history: pd.DataFrame, moment: datetime) -> ChampionPeriod | None:
    """Return who decides at a bar that closes at the moment; None where nobody does."""
    at = pd.Timestamp(moment)
    return next((one for one in champion_periods(history) if one.since < at <= one.until), None)


def _begun(event: Mapping[Hashable, Any]) -> ChampionPeriod | None:
    if pd.isna(event["model_id"]):
        return None
    return ChampionPeriod(
        strategy=str(event["strategy"]),
        model_id=str(event["model_id"]),
        served_month=str(event["served_month"]),
        state=None if pd.isna(event["state"]) else str(event["state"]),
        paper=bool(event["paper"]),
        since=pd.Timestamp(event["changed_at"]),
        until=pd.Timestamp(END_OF_TIME),
    )


def _same(one: ChampionPeriod, other: ChampionPeriod) -> bool:
    return replace(one, since=other.since) == other
