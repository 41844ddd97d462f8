"""The page of a strategy: its sections, in the order in which a person asks."""

from collections.abc import Callable, Sequence
from typing import Final

from traderai_assets.pages.parts import Page, Section
from traderai_assets.report.account_section import account_section
from traderai_assets.report.candles_section import candles_section
from traderai_assets.report.champions_section import champions_section
from traderai_assets.report.chance_section import chance_section
from traderai_assets.report.forecasts_section import calibration_section
from traderai_assets.report.models_section import (
    history_section,
    importances_section,
    last_of_markets,
)
from traderai_assets.report.periods_section import markets_section, periods_section
from traderai_assets.report.search_section import search_section
from traderai_assets.report.sections import chosen_sections
from traderai_assets.report.strategy_facts import StrategyFacts
from traderai_assets.report.tables import rows_table
from traderai_assets.report.trades_section import signals_section, trades_section
from traderai_assets.report.verdict_section import verdict_section

SECTIONS: Final[dict[str, Callable[[StrategyFacts], Section]]] = {
    "verdict": verdict_section,
    "account": account_section,
    "periods": periods_section,
    "markets": markets_section,
    "chance": chance_section,
    "candles": lambda facts: candles_section(facts.pictures),
    "trades": trades_section,
    "signals": signals_section,
    "calibration": lambda facts: calibration_section(facts.forecasts),
    "importances": lambda facts: importances_section(last_of_markets(facts.models, 2)),
    "search": lambda facts: search_section(last_of_markets(facts.models, 2)),
    "registry": lambda facts: history_section(facts.models, facts.notes),
    "champions": lambda facts: champions_section(facts.champions),
    "settings": lambda facts: _settings(facts),
}


def strategy_page(facts: StrategyFacts, sections: Sequence[str] = ()) -> Page:
    """Return the page.

    Parameters
    ----------
    facts : StrategyFacts
    sections : sequence of str
        Names of `SECTIONS`, in the order wanted; empty is all.

    Raises
    ------
    InvalidInput
        If a section is none of them.
    """
    verdict = facts.verdict
    judged = verdict["judged_until"]
    return Page(
        title=f"Strategy {facts.name}",
        about=f"{verdict['state']}, "
        + (f"judged until {judged}" if judged else "not judged yet")
        + f"; {facts.period.text}",
        sections=[make(facts) for make in chosen_sections(SECTIONS, sections)],
        facts={
            "strategy id": facts.strategy_id,
            "registered": facts.registered_at or "never",
            "names": ", ".join(facts.names) or facts.name,
            "models": len(facts.models),
        },
    )


def _settings(facts: StrategyFacts) -> Section:
    rows = [{**row, "value": str(row["value"])} for row in facts.settings]
    return Section("settings", "Settings", [rows_table("settings", "All that decides", rows)])
