"""Periods and markets: what was earned month by month, year by year, and where."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from traderai_assets.domain.numbers import percent
from traderai_assets.domain.pictures.heat_table import heat_table
from traderai_assets.domain.strategies.periods import measured_periods, monthly_returns
from traderai_assets.pages.parts import Part, Picture, Section, Words
from traderai_assets.report.strategy_facts import StrategyFacts
from traderai_assets.report.tables import frame_table

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHARES = ("net_return", "buy_and_hold_return", "max_drawdown", "exposure")
_SHARPE = "annual_sharpe is over 365 days a year, and told of 30 days or more."


def periods_section(facts: StrategyFacts) -> Section:
    """Return the monthly table, and years and origins measured alike."""
    pool = facts.pool
    if pool.empty:
        return Section("periods", "Periods", [Words(["No day is on record in this period."])])
    months = monthly_returns(pool)
    by_month, by_year, by_origin = (
        measured_periods(pool, by)
        for by in (pool["day"].dt.strftime("%Y-%m"), pool["day"].dt.strftime("%Y"), pool["origin"])
    )
    parts: list[Part] = [
        Picture("Net return by month", months_picture(months)),
        frame_table("years", "By year", by_year, shares=_SHARES, note=_SHARPE),
        frame_table("origins", "Backfilled and live days alike", by_origin, shares=_SHARES),
        frame_table("months", "By month", by_month, shares=_SHARES, note=_SHARPE),
    ]
    return Section("periods", "Periods", parts)


def markets_section(facts: StrategyFacts) -> Section:
    """Return one row a market: its days as an account of their own, its costs, its trades."""
    days = facts.record.days
    rows = [
        {"market": market, **_of_market(own, facts.trades)}
        for market, own in days.groupby("market", sort=True)
    ]
    shares = (*_SHARES, "costs", "funding", "hit_rate")
    table = frame_table(
        "markets",
        "By market",
        pd.DataFrame(rows),
        shares=shares,
        note=f"Fractions of each market's own account. {_SHARPE}",
        empty="no day is on record in this period",
    )
    return Section("markets", "Markets", [table])


def months_picture(months: pd.Series) -> str:
    """Return the table of years and months as a picture.

    Parameters
    ----------
    months : Series
        As `monthly_returns` gives it.
    """
    years = sorted({key[:4] for key in months.index})
    values = np.full((len(years), 13), np.nan)
    for key, value in months.items():
        values[years.index(str(key)[:4]), int(str(key)[5:]) - 1] = value
    for row in range(len(years)):
        known = values[row, :12][np.isfinite(values[row, :12])]
        values[row, 12] = np.prod(1.0 + known) - 1.0
    written = [
        [percent(float(one), 2).removesuffix("%") if np.isfinite(one) else "" for one in line]
        for line in values
    ]
    return heat_table(values, years, [*_MONTHS, "year"], written, title="percent")


def _of_market(days: pd.DataFrame, trades: Mapping[str, pd.DataFrame]) -> dict[str, object]:
    market = str(days["market"].iloc[0])
    [row] = (
        measured_periods(days, pd.Series("all", days.index))
        .drop(columns="period")
        .to_dict("records")
    )
    earned = trades[market]["net_return"] if market in trades else pd.Series(dtype="float64")
    return {
        **{str(name): value for name, value in row.items()},
        "hit_rate": float((earned > 0).mean()) if len(earned) else None,
        "costs": float(days["costs"].sum()),
        "funding": float(days["funding"].sum()),
    }
