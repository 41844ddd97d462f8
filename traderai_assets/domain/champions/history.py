"""The history of a market's champions: every change is another row, nothing is overwritten."""

import json
from datetime import datetime

import pandas as pd

from traderai_assets.domain.champions.choice import Decision
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.months import Month

ACTIONS = ("promoted", "kept", "rolled_back")

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
}


def empty_history() -> pd.DataFrame:
    """The history of a market that never had a model."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in TYPES.items()})


def current_champion(history: pd.DataFrame) -> str | None:
    """Return the model that speaks for the market, None where none does."""
    standing = _standing_champions(history)
    return standing[-1][0] if standing else None


def with_decision(
    history: pd.DataFrame,
    decision: Decision,
    *,
    challenger_id: str,
    served_month: Month,
    changed_at: datetime,
) -> pd.DataFrame:
    """Return the history with what was decided about a challenger.

    Parameters
    ----------
    decision : Decision
        Of `choose_champion` between the current champion and this challenger.
    served_month : Month
        Month the challenger was made for.
    changed_at : datetime
        Close of the last bar the decision knew: a time of the data, so that a re-run writes the
        same row.

    Returns
    -------
    DataFrame
        One row more; `history` itself where the challenger is champion already or was judged at
        that time before, so that a run that happens twice decides once.
    """
    champion = current_champion(history)
    judged = (history["challenger_id"] == challenger_id) & (history["changed_at"] == changed_at)
    if champion == challenger_id or judged.any():
        return history
    return _appended(
        history,
        changed_at=changed_at,
        action="promoted" if decision.promote else "kept",
        model_id=challenger_id if decision.promote else champion,
        served_month=served_month.key if decision.promote else _served_month(history, champion),
        challenger_id=challenger_id,
        reason=decision.reason,
        evidence=json.dumps(decision.evidence, sort_keys=True, allow_nan=False),
    )


def roll_back(
    history: pd.DataFrame, *, changed_at: datetime, reason: str, to: str | None = None
) -> pd.DataFrame:
    """Return the history with the champion's predecessor back in place.

    Rolled back twice, the market has the champion before that one, not the one rolled back from.

    Parameters
    ----------
    changed_at : datetime
        Not before the last change.
    reason : str
        Why, in a person's words.
    to : str, optional
        An earlier champion; by default the one before.

    Raises
    ------
    InvalidInput
        If there is no such earlier champion, or `changed_at` lies before the last change.
    """
    earlier = dict(_standing_champions(history)[:-1])
    model_id = to or next(reversed(earlier), None)
    if model_id not in earlier:
        raise InvalidInput(
            f"no earlier champion {to or ''} to roll back to; "
            f"earlier champions, oldest first: {', '.join(earlier) or 'none'}"
        )
    return _appended(
        history,
        changed_at=changed_at,
        action="rolled_back",
        model_id=model_id,
        served_month=earlier[model_id],
        challenger_id=None,
        reason=reason,
        evidence="{}",
    )


def _standing_champions(history: pd.DataFrame) -> list[tuple[str, str]]:
    """Champions not rolled back from, oldest first, each with the month it was made for."""
    standing: list[tuple[str, str]] = []
    for row in history.sort_values("number").itertuples():
        if row.action == "promoted":
            standing.append((str(row.model_id), str(row.served_month)))
        while row.action == "rolled_back" and standing[-1][0] != row.model_id:
            standing.pop()
    return standing


def _served_month(history: pd.DataFrame, champion: str | None) -> str | None:
    return dict(_standing_champions(history)).get(champion) if champion else None


def _appended(history: pd.DataFrame, *, changed_at: datetime, **event: object) -> pd.DataFrame:
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
