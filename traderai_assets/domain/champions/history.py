"""The history of who speaks for a market: every change is another row, nothing is overwritten."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pandas as pd

from traderai_assets.domain.champions.choice import Choice
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies.strategy import DEFAULT

SPEAKS, REFRESHED, SILENCED = "speaks", "refreshed", "silenced"
# By a person (by_hand.py)
PINNED, ROLLED_BACK = "pinned", "rolled_back"
# What rows say that were written while models, and not strategies, were compared
FORMER_ACTIONS = ("promoted", "kept")
ACTIONS = (SPEAKS, REFRESHED, SILENCED, PINNED, ROLLED_BACK, *FORMER_ACTIONS)

TYPES = {
    "number": "int64",
    "changed_at": "datetime64[ms, UTC]",
    "action": "str",
    "model_id": "str",
    "served_month": "str",
    "previous_model_id": "str",
    "challenger_id": "str",
    "reason": "str",
    "evidence": "str",
    "strategy": "str",
    "strategy_id": "str",
    "state": "str",
    "paper": "bool",
}
# What tells one speaker from another
_SPEAKER = ("strategy", "strategy_id", "state", "paper", "model_id", "served_month")


def empty_history() -> pd.DataFrame:
    """The history of a market for which nobody ever spoke."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in TYPES.items()})


def with_strategies(history: pd.DataFrame) -> pd.DataFrame:
    """Return the history with the strategy of each row: of before there were any, `DEFAULT`."""
    return history.assign(strategy=history["strategy"].fillna(DEFAULT))


def current_champion(history: pd.DataFrame) -> str | None:
    """Return the model that speaks for the market, None where none does."""
    last = last_speaker(history)
    return None if last is None else str(last["model_id"])


def speaking_strategy(history: pd.DataFrame) -> str | None:
    """Return the id of the strategy that speaks, None where none does or it has no id yet."""
    last = last_speaker(history)
    return None if last is None else last["strategy_id"]


def rolled_back_from(history: pd.DataFrame) -> frozenset[str]:
    """Return the models that a person took back: they do not speak again by themselves.

    One that a person has put in place since is none of them any more.
    """
    rows = history[history["action"].isin((PINNED, ROLLED_BACK))].sort_values("number")
    found: set[str] = set()
    for action, model, previous in zip(
        rows["action"], rows["model_id"], rows["previous_model_id"], strict=True
    ):
        if action == PINNED:
            found.discard(model)
        elif not pd.isna(previous):
            found.add(previous)
    return frozenset(found)


def would_change(history: pd.DataFrame, choice: Choice) -> bool:
    """Whether a choice is another than the one that stands, or the first where there are models."""
    last, chosen = last_speaker(history), chosen_values(choice)
    if history.empty:
        return any(one["model_id"] for one in choice.evidence.get("contenders", ()))
    if last is None:
        return choice.speaker is not None
    return any(last[name] != chosen[name] for name in _SPEAKER)


def with_choice(history: pd.DataFrame, choice: Choice, *, changed_at: datetime) -> pd.DataFrame:
    """Return the history with a choice, if it is another than the one that stands.

    Parameters
    ----------
    choice : Choice
        Of `choose_speaker`.
    changed_at : datetime
        Close of the last bar the choice knew: a time of the data, so that a re-run writes the
        same row.

    Returns
    -------
    DataFrame
        One row more; `history` itself where the choice changes nothing, so that a run that happens
        twice decides once.

    Raises
    ------
    InvalidInput
        If `changed_at` lies before the last change.
    """
    if not would_change(history, choice):
        return history
    chosen = chosen_values(choice)
    return appended(
        history,
        changed_at=changed_at,
        action=_action(last_speaker(history), chosen),
        challenger_id=None,
        reason=choice.reason,
        evidence=json.dumps(choice.evidence, sort_keys=True, allow_nan=False),
        **chosen,
    )


def chosen_values(choice: Choice) -> dict[str, Any]:
    """Return the columns of a row that say who speaks by a choice; None where nobody does."""
    speaker = choice.speaker
    if speaker is None:
        return dict.fromkeys(_SPEAKER) | {"paper": False}
    told = asdict(speaker)
    return {name: told[name] for name in _SPEAKER if name in told} | {"paper": choice.paper}


def _action(last: dict[str, Any] | None, chosen: dict[str, Any]) -> str:
    if chosen["model_id"] is None:
        return SILENCED
    same = ("strategy_id", "state", "paper")
    goes_on = last is not None and all(last[name] == chosen[name] for name in same)
    return REFRESHED if goes_on else SPEAKS


def last_speaker(history: pd.DataFrame) -> dict[str, Any] | None:
    """Return who speaks by the last row, None where nobody does; nulls as None."""
    if history.empty:
        return None
    row = with_strategies(history).sort_values("number").iloc[-1]
    told = {str(name): None if pd.isna(value) else value for name, value in row.items()}
    return told if told["model_id"] else None


def appended(history: pd.DataFrame, *, changed_at: datetime, **event: Any) -> pd.DataFrame:
    """Return the history with one more row; raise InvalidInput where that would rewrite it."""
    last = history["changed_at"].max()
    if len(history) and changed_at < last:
        raise InvalidInput(
            f"champion change as of {changed_at:%Y-%m-%d %H:%M} UTC, but the last one was as of "
            f"{last:%Y-%m-%d %H:%M} UTC; history is only ever added to at its end"
        )
    row = {
        "number": len(history) + 1,
        "changed_at": changed_at,
        "previous_model_id": current_champion(history),
        **event,
    }
    added = pd.DataFrame([row], columns=list(TYPES)).astype(TYPES)
    return pd.concat([history, added], ignore_index=True) if len(history) else added
