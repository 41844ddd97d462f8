"""Champions: who spoke for a market from when to when, why, and on which evidence."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from traderai_assets.domain.champions.periods import champion_periods
from traderai_assets.domain.numbers import shown
from traderai_assets.pages.parts import Part, Section, Table, Words
from traderai_assets.report.tables import frame_table, rows_table


def champions_section(histories: Mapping[str, pd.DataFrame]) -> Section:
    """Return the time line of each market: periods, and every event with its evidence."""
    parts: list[Part] = []
    periods = [
        {
            "market": market,
            "strategy": one.strategy,
            "model": one.model_id[:12],
            "speaks": "on paper" if one.paper else "in full",
            "state": one.state,
            "since": one.since,
            "until": pd.NaT if one.stands else one.until,
        }
        for market, history in sorted(histories.items())
        for one in champion_periods(history)
    ]
    parts.append(rows_table("periods", "Who spoke", periods, empty="nobody has spoken yet"))
    parts += [_events(market, history) for market, history in sorted(histories.items())]
    if not histories:
        parts.append(Words(["Nobody was ever chosen for these markets."]))
    return Section("champions", "Champions", parts)


def _events(market: str, history: pd.DataFrame) -> Table:
    events = history.sort_values("number")
    told = events[["number", "changed_at", "action", "strategy", "state", "reason"]].assign(
        model=events["model_id"].str[:12], evidence=[_evidence(one) for one in events["evidence"]]
    )
    name, title = f"champions_{market}", f"{market}: every change, with its evidence"
    return frame_table(name, title, told)


def _evidence(text: str) -> str:
    """Return the numbers an event rests on, in words."""
    told: dict[str, Any] = json.loads(text)
    contenders = told.get("contenders")
    if not isinstance(contenders, list):
        return "; ".join(f"{name} {value}" for name, value in told.items()) or "none"
    return "; ".join(_contender(one) for one in contenders)


def _contender(one: Mapping[str, Any]) -> str:
    facts = [str(one.get("state"))]
    facts += [
        f"{name} {shown(one[key], 3)}"
        for key, name in (("t", "t"), ("annual_sharpe", "annual Sharpe"))
        if one.get(key) is not None
    ]
    facts += [str(one[key]) for key in ("fault", "veto", "why_not") if one.get(key)]
    return f"{one.get('strategy')}: {', '.join(facts)}"
