"""The history of who speaks for a market: every change is another row, nothing is overwritten."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pandas as pd

from traderai_assets.domain.champions.choice import Choice
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies.strategy import DEFAULT

SPEAKS, REFRESHED, SILENCED, ROLLED_BACK = "speaks", "refreshed", "silenced", "rolled_back"
# What rows say that were written while models, and not strategies, were compared
FORMER_ACTIONS = ("promoted", "kept")
ACTIONS = (SPEAKS, REFRESHED, SILENCED, ROLLED_BACK, *FORMER_ACTIONS)

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
    last = _last(history)
    return None if last is None else str(last["model_id"])


def speaking_strategy(history: pd.DataFrame) -> str | None:
    """Return the id of the strategy that speaks, None where none does or it has no id yet."""
    last = _last(history)
    return None if last is None else last["strategy_id"]


def rolled_back_from(history: pd.DataFrame) -> frozenset[str]:
    """Return the models that a person took back: they do not speak again by themselves."""
    rows = history[history["action"] == ROLLED_BACK]
    return frozenset(rows["previous_model_id"].dropna())


def would_change(history: pd.DataFrame, choice: Choice) -> bool:
    """Whether a choice is another than the one that stands, or the first where there are models."""
    last, chosen = _last(history), _chosen(choice)
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
    chosen = _chosen(choice)
    return _appended(
        history,
        changed_at=changed_at,
        action=_action(_last(history), chosen),
        challenger_id=None,
        reason=choice.reason,
        evidence=json.dumps(choice.evidence, sort_keys=True, allow_nan=False),
        **chosen,
    )


def roll_back(
    history: pd.DataFrame, *, changed_at: datetime, reason: str, to: str | None = None
) -> pd.DataFrame:
    """Return the history with an earlier model of the strategy that speaks back in place.

    Rolled back twice, the market has the model before that one, not the one rolled back from.

    Parameters
    ----------
    changed_at : datetime
        Not before the last change.
    reason : str
        Why, in a person's words.
    to : str, optional
        An earlier model; by default the one before.

    Raises
    ------
    InvalidInput
        If there is no such earlier model, or `changed_at` lies before the last change.
    """
    last = _last(history)
    earlier = _earlier_models(history, last)
    model_id = to or next(reversed(earlier), None)
    if last is None or model_id not in earlier:
        raise InvalidInput(
            f"no earlier champion {to or ''} to roll back to; "
            f"earlier champions, oldest first: {', '.join(earlier) or 'none'}"
        )
    return _appended(
        history,
        changed_at=changed_at,
        action=ROLLED_BACK,
        challenger_id=None,
        reason=reason,
        evidence="{}",
        **{name: last[name] for name in _SPEAKER}
        | {"model_id": model_id, "served_month": earlier[model_id]},
    )


def _chosen(choice: Choice) -> dict[str, Any]:
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


def _last(history: pd.DataFrame) -> dict[str, Any] | None:
    """Return who speaks by the last row, None where nobody does; nulls as None."""
    if history.empty:
        return None
    row = with_strategies(history).sort_values("number").iloc[-1]
    told = {str(name): None if pd.isna(value) else value for name, value in row.items()}
    return told if told["model_id"] else None


def _earlier_models(history: pd.DataFrame, last: dict[str, Any] | None) -> dict[str, str]:
    """Models with which the speaking strategy spoke, oldest first, and their months.

    Neither the one it speaks with nor those that were rolled back from.
    """
    if last is None:
        return {}
    own = with_strategies(history).dropna(subset="model_id").sort_values("number")
    own = own[own["strategy"] == last["strategy"]]
    left_out = rolled_back_from(history) | {last["model_id"]}
    models = zip(own["model_id"], own["served_month"], strict=True)
    return {str(one): str(month) for one, month in models if one not in left_out}


def _appended(history: pd.DataFrame, *, changed_at: datetime, **event: Any) -> pd.DataFrame:
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
