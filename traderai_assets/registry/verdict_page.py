"""What a person reads on the page of a strategy's verdict: a sentence, numbers, looks, a plot."""

import base64

import dagster as dg
import pandas as pd

from traderai_assets.domain.numbers import percent, shown
from traderai_assets.domain.strategies.account_plot import account_svg
from traderai_assets.domain.strategies.verdict import StrategyVerdict

_NUMBERS = ("t", "annual_sharpe", "days", "live_days", "trades", "markets", "strategies")
_SHARES = ("total_return", "max_drawdown")


def verdict_metadata(
    verdict: StrategyVerdict, pool: pd.DataFrame, until: pd.Timestamp
) -> dict[str, object]:
    """Return what stands on the asset's page.

    Parameters
    ----------
    verdict : StrategyVerdict
    pool : DataFrame
        As `pool.pool_days` gives it, of the days that were judged.
    until : Timestamp
        Days before it were judged.
    """
    numbers = verdict.numbers
    told: dict[str, object] = {
        "state": verdict.state,
        "sentence": verdict.sentence,
        "judged_until": f"{until:%Y-%m-%d}",
        **{name: numbers[name] for name in _NUMBERS if numbers.get(name) is not None},
        **{name: percent(numbers[name]) for name in _SHARES if name in numbers},
        "next_look": _next_look(verdict),
        "vetoed_markets": ", ".join(numbers["vetoed_markets"]) or "none",
    }
    if verdict.looks:
        told["looks"] = dg.MetadataValue.table(look_records(verdict))
    if len(pool) > 1:
        picture = account_svg(pool, [look.day for look in verdict.looks])
        code = base64.b64encode(picture.encode()).decode()
        told["account"] = dg.MetadataValue.md(
            f"![The pool's account beside buy-and-hold](data:image/svg+xml;base64,{code})"
        )
    return told


def look_records(verdict: StrategyVerdict) -> list[dg.TableRecord]:
    """Return the looks that were made as rows of a table."""
    return [
        dg.TableRecord(
            {
                "look": look.number,
                "day": f"{look.day:%Y-%m-%d}",
                "t": shown(look.t, 3),
                "bound": "none" if look.bound is None else shown(look.bound, 3),
                "strategies": look.strategies,
                "days": look.days,
                "trades": look.trades,
                "passed": str(look.passed).lower(),
            }
        )
        for look in verdict.looks
    ]


def _next_look(verdict: StrategyVerdict) -> str:
    found = verdict.numbers["next_look"]
    if found is None:
        return "none"
    bound = "none" if found["bound"] is None else shown(found["bound"], 3)
    return f"look {found['number']} on {found['day']}, bound {bound}"
