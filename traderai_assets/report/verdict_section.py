"""The verdict's page: what is believed of a strategy, by what evidence, and why not more."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from traderai_assets.domain.numbers import percent, shown
from traderai_assets.domain.strategies.criteria import StrategyCriteria
from traderai_assets.domain.strategies.states import (
    CANDIDATE,
    INSUFFICIENT,
    PROMOTED,
    RETIRED,
    SPEAKS,
    SUSPENDED,
)
from traderai_assets.pages.parts import Number, Numbers, Part, Section, Table, Tone, Toned, Words
from traderai_assets.report.strategy_facts import StrategyFacts
from traderai_assets.report.tables import frame_table, rows_table

_LOOK = (
    *("number", "day", "t", "bound", "alpha_spent", "strategies", "intercept_t", "stepwise_t"),
    *("stepwise_critical", "max_drawdown", "days", "trades", "exposure_days", "passed"),
)
_TONES: dict[str, Tone] = {
    PROMOTED: "good",
    CANDIDATE: "warn",
    INSUFFICIENT: "plain",
    SUSPENDED: "bad",
    RETIRED: "plain",
}


def verdict_section(facts: StrategyFacts) -> Section:
    """Return state, sentence, evidence, conditions, looks, changes of state and vetoes."""
    verdict = facts.verdict
    numbers: Mapping[str, Any] = verdict["numbers"]
    parts: list[Part] = [
        Numbers(_numbers(facts, numbers)),
        Words([str(verdict["sentence"])], _TONES[verdict["state"]]),
        _conditions(verdict),
        rows_table(
            "looks",
            "Looks that were made",
            [{name: look[name] for name in _LOOK} for look in verdict["looks"]],
            shares=("alpha_spent", "max_drawdown"),
            empty="no look was made yet",
        ),
        rows_table(
            "state_changes",
            "Changes of state",
            [
                {name: one[name] for name in ("number", "day", "before", "after", "cause")}
                for one in verdict["changes"]
            ],
            empty=f"none: {verdict['state']} since it was registered",
        ),
        _vetoes(verdict["vetoes"]),
        frame_table(
            "revisions",
            "Days that were written more than once",
            facts.revisions,
            empty="none: every day stands as it was first recorded",
            folded=True,
        ),
        _all_numbers(numbers),
    ]
    return Section("verdict", "Verdict", parts)


def _numbers(facts: StrategyFacts, numbers: Mapping[str, Any]) -> list[Number]:
    verdict, state = facts.verdict, facts.verdict["state"]
    looks = verdict["looks"]
    spent = looks[-1]["alpha_spent"] if looks else 0.0
    last = f"last t {shown(looks[-1]['t'], 3)}" if looks else "none yet"
    bound = f", {shown(looks[-1]['bound'], 3)} asked for" if looks and looks[-1]["bound"] else ""
    lower, upper = numbers.get("mean_lower"), numbers.get("mean_upper")
    passed: Tone = "good" if any(look["passed"] for look in looks) else "plain"
    trials = sum(model.trials for model in facts.models)
    return [
        Number("state", state, f"it speaks {SPEAKS[state]}", _TONES[state]),
        Number("strategies tried", str(facts.strategies_ever), "ever registered: all are counted"),
        Number("trials of models", f"{trials:,}", f"to make {len(facts.models):,} models"),
        Number("looks", str(len(looks)), f"{last}{bound}", passed),
        Number("alpha spent", percent(spent), f"of {percent(StrategyCriteria().alpha)} for all"),
        Number(
            "deflated Sharpe ratio",
            shown(numbers.get("deflated_sharpe"), 3),
            "chance that it is no luck of the best",
            _above(numbers.get("deflated_sharpe"), 0.95),
        ),
        Number(
            "overfitting (PBO)",
            percent(numbers.get("overfitting")),
            "chance that choosing the best overfits",
            _below(numbers.get("overfitting"), 0.5),
        ),
        Number("cost share", percent(cost_share(facts.record.days)), "of what it won before costs"),
        Number(
            "bracket, a day",
            f"{percent(lower)} to {percent(upper)}",
            "of the mean net return, 90 % bootstrap",
            "plain" if lower is None else _above(lower, 0.0),
        ),
    ]


def cost_share(days: pd.DataFrame) -> float | None:
    """Return fees, slippage and funding over what was won before them; None where nothing was.

    Parameters
    ----------
    days : DataFrame
        As `StrategyRecord.days`.
    """
    gross = float(days["gross"].sum())
    paid = float((days["costs"] + days["funding"]).sum())
    return paid / gross if gross > 0 else None


def _conditions(verdict: Mapping[str, Any]) -> Table:
    """Return what stands between the strategy and the next state, condition by condition."""
    numbers, asked = verdict["numbers"], StrategyCriteria()
    look = verdict["looks"][-1] if verdict["looks"] else {}
    drawdown = numbers.get("max_drawdown")
    rows = [
        _condition("to be judged", "days on record", numbers.get("days", 0), asked.min_days),
        _condition("to be judged", "trades", numbers.get("trades", 0), asked.min_trades),
        _condition(
            "to be judged", "days with a position",
            numbers.get("exposure_days", 0), asked.min_exposure_days,
        ),
        _condition("candidate", "t of its mean day, last look", look.get("t"), look.get("bound")),
        _condition(
            "candidate", "standard errors above the best by luck",
            look.get("stepwise_t"), look.get("stepwise_critical"),
        ),
        _condition(
            "candidate", "largest loss from a peak, at most",
            drawdown, asked.max_drawdown, least=False,
        ),
        _condition(
            "promoted", "its live days turned 1 into",
            numbers.get("live_wealth_highest"), numbers.get("live_bound"),
        ),
        _condition(
            "not suspended", "doubt in its promise, below",
            numbers.get("broken_wealth_highest"), numbers.get("broken_bound"), least=False,
        ),
    ]  # fmt: skip
    note = "A passed look stays passed; what is asked for is docs/strategies.md's."
    columns = ["for", "condition", "is", "asked for", "holds"]
    return Table("conditions", "Why not more: each condition", columns, rows, note)


def _condition(
    state: str, what: str, value: float | None, bound: float | None, *, least: bool = True
) -> list[Any]:
    if value is None or bound is None:
        return [state, what, value, bound, Toned("not measured yet", "plain")]
    holds = value >= bound if least else value <= bound
    return [state, what, value, bound, Toned("yes", "good") if holds else Toned("no", "bad")]


def _vetoes(vetoes: Sequence[Mapping[str, Any]]) -> Table:
    rows = [
        {
            "market": one["about"],
            "vetoed": bool(one["vetoed"]),
            "reason": one["reason"] or "nothing against it",
            **{name: one[name] for name in ("days", "mean", "error", "shrunk", "upper")},
            "max_drawdown": one["max_drawdown"],
        }
        for one in vetoes
    ]
    return rows_table(
        "vetoes",
        "What each market says against it",
        rows,
        shares=("max_drawdown",),
        note="mean, error, shrunk and upper are daily net returns in volatilities.",
        empty="no verdict yet",
    )


def _all_numbers(numbers: Mapping[str, Any]) -> Table:
    rows = [
        {"number": name, "value": value if isinstance(value, int | float) else str(value)}
        for name, value in numbers.items()
        if value is not None
    ]
    return rows_table("verdict_numbers", "All numbers of the verdict", rows, folded=True)


def _above(value: float | None, bound: float) -> Tone:
    return "plain" if value is None else "good" if value >= bound else "warn"


def _below(value: float | None, bound: float) -> Tone:
    return "plain" if value is None else "good" if value <= bound else "warn"
