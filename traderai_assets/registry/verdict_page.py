"""What a person reads on the page of a strategy's verdict: a sentence, numbers, looks, a plot."""

from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from traderai_assets.domain.numbers import shown
from traderai_assets.domain.pictures.svg import markdown_image
from traderai_assets.domain.strategies.account_plot import account_svg
from traderai_assets.domain.strategies.pool import account_of
from traderai_assets.domain.strategies.verdict import StrategyVerdict
from traderai_assets.runs.page import in_percent, overview, trend

_FIRST = ("t", "annual_sharpe")
_NUMBERS = ("days", "live_days", "trades", "markets", "strategies")
_SHARES = ("total_return", "max_drawdown")


def verdict_metadata(
    verdict: StrategyVerdict, pool: pd.DataFrame, until: pd.Timestamp
) -> dict[str, Any]:
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
    looks = look_records(verdict)
    told: dict[str, Any] = {
        "state": verdict.state,
        "sentence": verdict.sentence,
        **_known(numbers, _FIRST),
    }
    if len(pool) > 1:
        account = account_of(pool["net"].to_numpy(np.float64))
        picture = account_svg(pool, [look.day for look in verdict.looks])
        told |= trend(account - 1.0, "return of the pool's account", baseline=0.0)
        told |= overview(_LOOK_COLUMNS, [_look_row(one) for one in reversed(looks[-6:])])
        told["account"] = dg.MetadataValue.md(
            markdown_image(picture, "The pool's account beside buy-and-hold")
        )
    return {
        **told,
        "next_look": _next_look(verdict),
        "judged_until": f"{until:%Y-%m-%d}",
        **{f"{name}_percent": in_percent(numbers[name]) for name in _SHARES if name in numbers},
        **_known(numbers, _NUMBERS),
        "vetoed_markets": ", ".join(numbers["vetoed_markets"]) or "none",
        **({"looks": dg.MetadataValue.table(looks)} if looks else {}),
    }


_LOOK_COLUMNS = ("look", "day", "t", "bound", "passed")


def _look_row(record: dg.TableRecord) -> list[str]:
    return [str(record.data[name]) for name in _LOOK_COLUMNS]


def _known(numbers: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: numbers[name] for name in names if numbers.get(name) is not None}


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
