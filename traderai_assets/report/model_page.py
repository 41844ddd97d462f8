"""The page of a model: whether it may speak, how good it was unseen, of what, by which search."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pandas as pd

from traderai_assets.domain.backtest.drawdowns import underwater
from traderai_assets.domain.metrics.catalogue import OF_BACKTESTS, OF_MODELS
from traderai_assets.domain.numbers import percent, shown
from traderai_assets.pages.parts import (
    Number,
    Numbers,
    Page,
    Part,
    Section,
    Table,
    Words,
)
from traderai_assets.report.account_section import drawdown_rows
from traderai_assets.report.candles_section import candles_section
from traderai_assets.report.champions_section import champions_section
from traderai_assets.report.charts import thinned_chart
from traderai_assets.report.forecasts_section import calibration_section
from traderai_assets.report.model_reading import ModelPageFacts
from traderai_assets.report.models_section import history_section, importances_section
from traderai_assets.report.search_section import search_section
from traderai_assets.report.sections import chosen_sections
from traderai_assets.report.tables import frame_table, rows_table, seconds_of
from traderai_assets.report.trades_section import signals_table, trades_parts

SECTIONS: Final[dict[str, Callable[[ModelPageFacts], Section]]] = {
    "verdict": lambda facts: _verdict(facts),
    "backtest": lambda facts: _backtest(facts),
    "candles": lambda facts: candles_section(facts.pictures),
    "trades": lambda facts: _trades(facts),
    "calibration": lambda facts: calibration_section(facts.forecasts),
    "importances": lambda facts: importances_section([facts.model]),
    "search": lambda facts: search_section([facts.model]),
    "registry": lambda facts: history_section(facts.others, facts.notes),
    "champions": lambda facts: champions_section(facts.champions),
    "made_of": lambda facts: _made_of(facts),
}


def model_page(facts: ModelPageFacts, sections: Sequence[str] = ()) -> Page:
    """Return the page; see `strategy_page.strategy_page` for the sections."""
    model = facts.model
    return Page(
        title=f"Model {model.model_id[:12]}",
        about=f"of strategy {facts.strategy} for {model.market}, serves {model.served}, learnt "
        f"until {model.trained_until:%Y-%m-%d %H:%M} UTC",
        sections=[make(facts) for make in chosen_sections(SECTIONS, sections)],
        facts={
            "model id": model.model_id,
            "generation": model.generation,
            **{f"code {name}": one for name, one in model.card.get("code_version", {}).items()},
        },
    )


def _verdict(facts: ModelPageFacts) -> Section:
    """Return its own test, which is told and decides nothing, and what is said against it."""
    model = facts.model
    evidence = model.card.get("selection", {}).get("evidence", {})
    reasons = model.card.get("selection", {}).get("reasons", [])
    told = reasons or [model.verdict]
    numbers = [
        Number("sane", "no" if model.fault else "yes", "", "bad" if model.fault else "good"),
        Number("trials", f"{model.trials:,}", f"deflated by {evidence.get('trials', 'none')}"),
        Number("deflated Sharpe ratio", shown(evidence.get("deflated_sharpe"), 3), "0.95 is asked"),
        Number("overfitting (PBO)", percent(evidence.get("pbo")), "50% at most is asked"),
        *(
            Number(metric.name, metric.text(model.metrics[metric.name]), metric.meaning)
            for metric in OF_MODELS
            if metric.stored
        ),
    ]
    rows = [
        {"number": name, "value": value}
        for name, value in evidence.items()
        if isinstance(value, int | float)
    ]
    parts: list[Part] = [
        Numbers(numbers),
        Words([model.fault], "bad")
        if model.fault
        else Words(["Nothing is said against it."], "good"),
        Words([f"Its own test alone, which is told and decides nothing: {one}" for one in told]),
        rows_table("evidence", "All numbers of its own test", rows, empty="its card has none"),
        _folds(facts),
    ]
    return Section("verdict", "Verdict", parts)


def _folds(facts: ModelPageFacts) -> Table:
    rows = [
        {
            "fold": number,
            "test_from": fold["slices"]["test"]["from"][:16].replace("T", " "),
            "test_until": fold["slices"]["test"]["until"][:16].replace("T", " "),
            "test_rows": fold["slices"]["test"]["rows"],
            **{metric.name: fold["metrics"].get(metric.name) for metric in OF_MODELS},
        }
        for number, fold in enumerate(facts.model.card["folds"], start=1)
    ]
    return rows_table("folds", "Fold by fold", rows)


def _backtest(facts: ModelPageFacts) -> Section:
    if facts.replaced:
        text = "A later model of its month was made: what it did is no longer stored."
        return Section("backtest", "Backtest", [Words([text], "warn")])
    rows = [
        {"metric": metric.name, "unit": metric.unit.name}
        | {
            str(one["segment"]): None if pd.isna(one[metric.name]) else float(one[metric.name])
            for one in facts.metrics.to_dict("records")
        }
        for metric in OF_BACKTESTS
    ]
    note = "sharpe is annual by bars_per_year: 365 days, since crypto markets never close."
    parts: list[Part] = [
        rows_table("backtest_metrics", "Walk-forward folds and served month", rows, note=note)
    ]
    for one in facts.metrics.to_dict("records"):
        equity = facts.equity
        own = equity[(equity["open_time"] >= one["start"]) & (equity["open_time"] < one["end"])]
        if len(own):
            parts += _curves(str(one["segment"]), own)
    return Section("backtest", "Backtest", parts)


def _curves(segment: str, equity: pd.DataFrame) -> list[Part]:
    account, seconds = equity["equity"].to_numpy(np.float64), seconds_of(equity["open_time"])
    falls = drawdown_rows(np.concatenate([[1.0], account]), [seconds[0], *seconds])
    lines = (("account", account, ""), ("below the peak", underwater(account), "fraction"))
    return [
        *(
            thinned_chart(f"{segment}: {name}", seconds, {name: values}, unit=unit)
            for name, values, unit in lines
        ),
        frame_table(
            f"drawdowns_{segment}", f"{segment}: worst drawdowns", falls, shares=("depth",)
        ),
    ]


def _trades(facts: ModelPageFacts) -> Section:
    parts = trades_parts({facts.model.market: facts.trades})
    parts.append(signals_table({facts.model.market: facts.signals}))
    return Section("trades", "Trades and signals", parts)


def _made_of(facts: ModelPageFacts) -> Section:
    card = facts.model.card
    inputs = [{"input": name, "content": str(one)} for name, one in card.get("inputs", {}).items()]
    libraries = [
        {"library": name, "version": str(one)}
        for name, one in card.get("library_versions", {}).items()
    ]
    fitted = [
        {"learner": name, **{key: float(value) for key, value in one.items()}}
        for name, one in card.get("calibration", {}).items()
    ]
    parts: list[Part] = [
        rows_table("inputs", "Made of", inputs),
        rows_table("platt_scaling", "Calibration of each learner", fitted),
        rows_table("libraries", "Libraries", libraries),
    ]
    return Section("made_of", "Made of", parts)
