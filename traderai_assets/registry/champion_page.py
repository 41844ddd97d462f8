"""What a person checks first of who speaks for a market: whether anybody, which model, and why."""

import math
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from traderai_assets.domain.champions.choice import Choice
from traderai_assets.domain.numbers import shown
from traderai_assets.domain.pictures.bar_chart import bar_chart
from traderai_assets.runs.page import overview, picture, trend

NOT, ON_PAPER, IN_FULL = "not", "on paper", "in full"
# How much of the size a strategy speaks with, as the trend draws it
_HEIGHT = {NOT: 0.0, ON_PAPER: 0.25, IN_FULL: 1.0}


def champion_metadata(choice: Choice, history: pd.DataFrame, market: str) -> dict[str, Any]:
    """Return who speaks and how, how that changed, and what is said of each contender.

    Parameters
    ----------
    choice : Choice
        What was decided now.
    history : DataFrame
        All events of the market, this one included.
    market : str
        Its key.
    """
    speaker, contenders = choice.speaker, choice.evidence["contenders"]
    records = [
        dg.TableRecord(
            {
                "strategy": one["strategy"],
                "state": one["state"],
                "annual_sharpe": one["annual_sharpe"],
                "model": (one["model_id"] or "none")[:8],
                "why_not": one["why_not"] or "it may speak",
            }
        )
        for one in contenders
    ]
    sharpes = [(one["strategy"], _number(one["annual_sharpe"])) for one in contenders]
    told: dict[str, Any] = {
        "speaks": how(choice),
        "strategy": speaker.strategy if speaker else "none",
        "champion": speaker.model_id if speaker else "none",
        **trend(_spoken(history), f"not, on paper, in full: {market}, change by change"),
        **overview(
            ["strategy", "state", "annual Sharpe", "why not"],
            [
                [
                    one["strategy"],
                    one["state"],
                    shown(_number(one["annual_sharpe"]), 3),
                    (one["why_not"] or "it may speak")[:120],
                ]
                for one in contenders[:5]
            ],
        ),
    }
    if any(math.isfinite(value) for _, value in sharpes):
        told |= picture(
            bar_chart(sharpes, title=f"Annual Sharpe ratio of the contenders, {market}"),
            f"contenders, {market}",
        )
    return told | {
        "reason": choice.reason,
        "last_action": str(history["action"].iloc[-1]) if len(history) else "none",
        "changes": len(history),
        "contenders": dg.MetadataValue.table(records),
    }


def how(choice: Choice) -> str:
    """Return how the chosen speaks: not, on paper, or in full."""
    if choice.speaker is None:
        return NOT
    return ON_PAPER if choice.paper else IN_FULL


def _spoken(history: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    speaks, paper = history["model_id"].notna(), history["paper"]
    kinds = np.where(speaks, np.where(paper, ON_PAPER, IN_FULL), NOT)
    return np.array([_HEIGHT[str(kind)] for kind in kinds], np.float64)


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
