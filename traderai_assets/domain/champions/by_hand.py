"""Changes by hand of who speaks for a market: a model is put in place, or one is taken back.

Each is one more row of the history. The model that it names stands as long as nothing newer has
come: who put it there knew the newer ones that there were, and could not know what comes after.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import pandas as pd

from traderai_assets.domain.champions.choice import Choice
from traderai_assets.domain.champions.history import (
    PINNED,
    ROLLED_BACK,
    appended,
    chosen_values,
    last_speaker,
    rolled_back_from,
    with_strategies,
)
from traderai_assets.domain.errors import InvalidInput

BY_HAND = (PINNED, ROLLED_BACK)
_PASSED_OVER = "passed_over"
Named = TypeVar("Named")


@dataclass(frozen=True)
class Pin:
    """A model by which its strategy speaks because a person said so.

    Attributes
    ----------
    strategy : str
        Its name.
    model_id, served_month : str
    passed_over : frozenset of str
        The newer models of the strategy that there were then; any other newer one ends the pin.
    """

    strategy: str
    model_id: str
    served_month: str
    passed_over: frozenset[str] = frozenset()

    def holds(self, newer: Iterable[str]) -> bool:
        """Whether it stands beside the models that are newer than its own."""
        return self.passed_over.issuperset(newer)


def standing_pin(history: pd.DataFrame) -> Pin | None:
    """Return the pin that stands; None where the rule chooses alone.

    It ends with the first row by which another speaks, or nobody. A row by which the same model
    speaks otherwise, such as in full and no longer on paper, goes on with it.
    """
    last = last_speaker(history)
    if last is None:
        return None
    for event in reversed(with_strategies(history).sort_values("number").to_dict("records")):
        if event["model_id"] != last["model_id"] or event["strategy"] != last["strategy"]:
            return None
        if event["action"] in BY_HAND:
            # Of before there were pins, rows say nothing of what was newer
            told = json.loads(event["evidence"]).get(_PASSED_OVER)
            own = str(last["strategy"]), str(last["model_id"]), str(last["served_month"])
            return None if told is None else Pin(*own, frozenset(told))
    return None


def in_speaking_order(
    newest_first: Callable[[], Iterable[tuple[str, Named]]], pin: Pin | None
) -> Iterator[Named]:
    """Yield a strategy's models as they may speak: a pinned one alone while it holds.

    Parameters
    ----------
    newest_first : callable
        Gives each model's id and what is to be yielded of it; read no further than is needed.
    pin : Pin, optional
        Of this strategy.
    """
    newer: list[str] = []
    for model_id, model in newest_first() if pin is not None else ():
        if pin is not None and model_id == pin.model_id and pin.holds(newer):
            yield model
            return
        newer.append(model_id)
    for _, model in newest_first():
        yield model


def spoke_before(history: pd.DataFrame) -> Pin:
    """Return who spoke before the one that speaks, and was not taken back.

    Rolled back twice, a market has the model before that one, not the one rolled back from.

    Raises
    ------
    InvalidInput
        If nobody speaks, or nobody spoke before.
    """
    last = last_speaker(history)
    if last is None:
        raise InvalidInput("nobody speaks, so there is nobody to roll back from")
    left_out = rolled_back_from(history) | {last["model_id"]}
    for event in reversed(with_strategies(history).sort_values("number").to_dict("records")):
        if not pd.isna(event["model_id"]) and event["model_id"] not in left_out:
            return Pin(str(event["strategy"]), str(event["model_id"]), str(event["served_month"]))
    earlier = history["model_id"].dropna().drop_duplicates()
    raise InvalidInput(
        f"no earlier champion to roll back to: {last['model_id']} speaks, and of those that ever "
        f"spoke ({', '.join(earlier)}) every other one was rolled back from; put one in place by "
        'its id with "traderai models promote"'
    )


def with_change_by_hand(
    history: pd.DataFrame,
    choice: Choice,
    pin: Pin,
    *,
    action: str,
    changed_at: datetime,
    reason: str,
    by: str,
    at: datetime,
) -> pd.DataFrame:
    """Return the history with one more row, by which the pin's model speaks.

    Parameters
    ----------
    choice : Choice
        Of `choose_speaker` with the pin's model as that of its strategy.
    pin : Pin
    action : str
        `PINNED` or `ROLLED_BACK`.
    changed_at : datetime
        Close of the last bar that is known; not before the last change.
    reason, by : str
        Why, in a person's words, and who that is.
    at : datetime
        When they said so, by this machine's clock.

    Raises
    ------
    InvalidInput
        If the rule would have another speak, or nobody: a change by hand lifts no permission.
    """
    speaker = choice.speaker
    if speaker is None or (speaker.strategy, speaker.model_id) != (pin.strategy, pin.model_id):
        raise InvalidInput(_refusal(choice, pin))
    told = {
        **choice.evidence,
        "by": by,
        "at": at.isoformat(timespec="seconds"),
        _PASSED_OVER: sorted(pin.passed_over),
    }
    return appended(
        history,
        changed_at=changed_at,
        action=action,
        challenger_id=None,
        reason=reason,
        evidence=json.dumps(told, sort_keys=True, allow_nan=False),
        **chosen_values(choice),
    )


def _refusal(choice: Choice, pin: Pin) -> str:
    contenders = choice.evidence.get("contenders", ())
    own = next((one for one in contenders if one["strategy"] == pin.strategy), None)
    what = f"model {pin.model_id} of strategy {pin.strategy} does not speak here"
    if own is None:
        return f"{what}: the settings make no such strategy; name it in traderai.toml again"
    if own["why_not"]:
        return (
            f"{what}: {own['why_not']}. A change by hand lifts no permission and mends no model; "
            '"traderai strategies verdict" says what the strategy lacks, "traderai models list" '
            "which of its models may speak"
        )
    speaker = choice.speaker
    other = speaker.strategy if speaker else "nobody"
    return (
        f"{what}: by the rule {other} does ({choice.reason}); a change by hand chooses among the "
        f"models of a strategy that may speak, so promote one of {other}'s, or end that strategy "
        f'with "traderai strategies retire {other}"'
    )
