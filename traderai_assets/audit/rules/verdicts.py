"""Rules on verdicts: their states follow the table of transitions, and no look spends too much."""

from collections.abc import Iterator

import pandas as pd

from traderai_assets.audit.evidence import Evidence
from traderai_assets.audit.rule import Rule, Violation
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.statistics.spending import spent_by
from traderai_assets.domain.strategies.criteria import StrategyCriteria
from traderai_assets.domain.strategies.states import state_after
from traderai_assets.domain.strategies.verdict_rows import changes_of
from traderai_assets.schemas.verdict import LOOKS, STATE_CHANGES, VERDICTS

_TOLERANCE = 1e-12


def broken_states(changes: pd.DataFrame, verdicts: pd.DataFrame, strategy_id: str) -> Iterator[str]:
    """Say where changes do not follow each other, and verdicts tell a state that never stood."""
    own = changes[changes["strategy_id"] == strategy_id].sort_values("number")
    if own["number"].tolist() != list(range(1, len(own) + 1)):
        yield f"state changes are numbered {own['number'].tolist()}"
    try:
        state_after(changes_of(own))
    except InvalidInput as error:
        yield str(error)
    told = verdicts[verdicts["strategy_id"] == strategy_id].sort_values("number")
    if told["number"].tolist() != list(range(1, len(told) + 1)):
        yield f"verdicts are numbered {told['number'].tolist()}"
    states = {"insufficient", *own["after"]}
    for number, state in zip(told["number"], told["state"], strict=True):
        if state not in states:
            yield f"verdict {number} says {state}, which no change led to"


def overspent(looks: pd.DataFrame, strategy_id: str, alpha: float) -> Iterator[str]:
    """Say which looks are not in order, or spent more than their share of the error probability.

    Parameters
    ----------
    looks : DataFrame
        As they are stored.
    strategy_id : str
    alpha : float
        Of all strategies together.
    """
    own = looks[looks["strategy_id"] == strategy_id].sort_values("number")
    if own["number"].tolist() != list(range(1, len(own) + 1)):
        yield f"looks are numbered {own['number'].tolist()}"
    spent = 0.0
    for look in own.to_dict("records"):
        most = spent_by(alpha / look["strategies"], look["fraction"])
        if look["alpha_spent"] > max(most, spent) + _TOLERANCE:
            told = f"{look['alpha_spent']:.3g}, at most {most:.3g} may be"
            yield f"look {look['number']} has spent {told}"
        if look["alpha_spent"] < spent - _TOLERANCE:
            yield f"look {look['number']} has spent less than the look before it"
        spent = look["alpha_spent"]
    if len(own["first_day"].unique()) > 1:
        yield "looks follow more than one calendar"


def _rows(
    evidence: Evidence,
) -> Iterator[tuple[str, str, pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
    for strategy in evidence.strategies:
        found = {
            table.name: next(
                (rows for _, _, rows in evidence.parts(table, strategy)), table.empty()
            )
            for table in (STATE_CHANGES, VERDICTS, LOOKS)
        }
        known = pd.concat([rows["strategy_id"] for rows in found.values()])
        for strategy_id in sorted(known.unique()):
            yield strategy.name, strategy_id, *found.values()


def _states(evidence: Evidence) -> Iterator[Violation]:
    for name, strategy_id, changes, verdicts, _ in _rows(evidence):
        for wrong in broken_states(changes, verdicts, strategy_id):
            yield Violation(f"{name}: {wrong}", row=strategy_id)


def _spending(evidence: Evidence) -> Iterator[Violation]:
    alpha = StrategyCriteria().alpha
    for name, strategy_id, _, _, looks in _rows(evidence):
        for wrong in overspent(looks, strategy_id, alpha):
            yield Violation(f"{name}: {wrong}", row=strategy_id)


RULES = (
    Rule(
        "states-in-order",
        "State changes follow the table of transitions, and verdicts tell states they led to.",
        ("state_changes", "verdict"),
        _states,
    ),
    Rule(
        "looks-within-alpha",
        "No look has spent more of the error probability than its share.",
        ("looks",),
        _spending,
    ),
)
