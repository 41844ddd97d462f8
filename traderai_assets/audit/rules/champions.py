"""Rules on who speaks: a history without a hole, of strategies that were permitted to."""

from collections.abc import Iterator, Mapping

import pandas as pd

from traderai_assets.audit.evidence import Evidence
from traderai_assets.audit.rule import Rule, Violation
from traderai_assets.domain.champions.history import with_strategies
from traderai_assets.domain.strategies.states import INSUFFICIENT, SPEAKS
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.verdict import STATE_CHANGES


def broken_history(history: pd.DataFrame) -> Iterator[tuple[int, str]]:
    """Yield the numbers of events that do not follow on the one before them."""
    before: str | None = None
    last: pd.Timestamp | None = None
    ordered = history.sort_values("number").to_dict("records")
    for place, event in enumerate(ordered, 1):
        number = int(event["number"])
        if number != place:
            yield number, f"has number {number}, expected {place}"
        if last is not None and event["changed_at"] < last:
            yield number, f"is of {event['changed_at']}, before the event before it ({last})"
        told = None if pd.isna(event["previous_model_id"]) else event["previous_model_id"]
        if told != before:
            yield number, f"names {told} as the model until then, which was {before}"
        before = None if pd.isna(event["model_id"]) else event["model_id"]
        last = event["changed_at"]


def unpermitted(
    history: pd.DataFrame, changes: Mapping[str, pd.DataFrame], *, allow_unproven: bool
) -> Iterator[tuple[int, str]]:
    """Yield the events by which a strategy speaks that its verdict did not permit.

    Parameters
    ----------
    history : DataFrame
        Of champions of one market.
    changes : mapping
        Name of a strategy -> its state changes; one that was never judged has none.
    allow_unproven : bool
        Whether one whose record proves nothing yet may speak on paper.
    """
    for event in with_strategies(history).to_dict("records"):
        if pd.isna(event["model_id"]) or pd.isna(event["state"]):
            continue
        number, state = int(event["number"]), str(event["state"])
        unproven = state == INSUFFICIENT and allow_unproven and bool(event["paper"])
        if SPEAKS[state] == "not" and not unproven:
            yield number, f"lets a strategy speak that is {state}"
        if SPEAKS[state] != "in full" and not event["paper"]:
            yield number, f"lets a strategy that is {state} speak in full"
        made = changes.get(str(event["strategy"]))
        stood = {INSUFFICIENT}
        if made is not None:
            own = made[made["strategy_id"] == event["strategy_id"]]
            stood |= {*own.loc[own["day"] <= event["changed_at"], "after"]}
        if state not in stood:
            yield number, f"names the state {state}, in which the strategy never was by then"


def _history(evidence: Evidence) -> Iterator[Violation]:
    for market, month, history in evidence.parts(CHAMPIONS):
        for number, wrong in broken_history(history):
            yield Violation(f"event {number} {wrong}", market, month, str(number))


def _permitted(evidence: Evidence) -> Iterator[Violation]:
    changes = {}
    for strategy in evidence.strategies:
        for _, _, rows in evidence.parts(STATE_CHANGES, strategy):
            changes[strategy.name] = rows
    unproven = evidence.settings.champions.allow_unproven
    for market, month, history in evidence.parts(CHAMPIONS):
        for number, wrong in unpermitted(history, changes, allow_unproven=unproven):
            yield Violation(f"event {number} {wrong}", market, month, str(number))


RULES = (
    Rule(
        "champions-in-order",
        "Events are numbered 1 to n, times never fall, each names the model until then.",
        ("champions",),
        _history,
    ),
    Rule(
        "champions-permitted",
        "Who speaks was permitted to by the verdict that stood.",
        ("champions", "state_changes"),
        _permitted,
    ),
)
