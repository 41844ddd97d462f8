"""The account: what a strategy's days made of 1, beside the market, and how deep it fell."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.backtest.drawdowns import underwater, worst_drawdowns
from traderai_assets.domain.numbers import percent, shown
from traderai_assets.domain.strategies.periods import measured_periods
from traderai_assets.domain.strategies.pool import account_of
from traderai_assets.domain.strategies.record import LIVE
from traderai_assets.pages.parts import Number, Numbers, Part, Section, Words
from traderai_assets.report.charts import thinned_chart
from traderai_assets.report.strategy_facts import StrategyFacts
from traderai_assets.report.tables import frame_table, seconds_of

_DAY = 86_400


def account_section(facts: StrategyFacts) -> Section:
    """Return equity, underwater and benchmark, and the ten worst drawdowns."""
    pool = facts.pool
    if pool.empty:
        return Section("account", "Account", [Words(["No day is on record in this period."])])
    net, held = (account_of(pool[name].to_numpy(np.float64)) for name in ("net", "buy_and_hold"))
    days = seconds_of(pool["day"])
    seconds = [days[0], *(one + _DAY for one in days)]
    live = pool["origin"].eq(LIVE).to_numpy()
    lines = {"strategy": net, "buy and hold": held}
    if live.any():
        begun = np.arange(len(net)) >= int(np.argmax(live))
        lines["live"] = np.where(begun, net, np.nan)
    parts: list[Part] = [
        Numbers(_numbers(pool)),
        thinned_chart(
            "Account after all costs, 1 at the start",
            seconds,
            lines,
            logarithmic=True,
            note="One account over all markets, each with equal risk; live days are drawn again.",
        ),
        thinned_chart(
            "Below the peak",
            seconds,
            {"strategy": underwater(net), "buy and hold": underwater(held)},
            unit="fraction",
        ),
        frame_table(
            "drawdowns",
            "Ten worst drawdowns",
            drawdown_rows(net, seconds),
            shares=("depth",),
            empty="the account never fell below its peak",
        ),
    ]
    return Section("account", "Account", parts)


def drawdown_rows(account: FloatArray, seconds: Sequence[int]) -> pd.DataFrame:
    """Return the ten worst drawdowns with when each began, was deepest and was over.

    Parameters
    ----------
    account : ndarray of shape (n,)
    seconds : sequence of int
        When it had each value.
    """
    times = pd.to_datetime(np.asarray(seconds, np.int64), unit="s", utc=True)
    rows = [
        {
            "start": times[one.start],
            "trough": times[one.trough],
            "recovery": pd.NaT if one.recovery is None else times[one.recovery],
            "depth": one.depth,
            "days_down": (seconds[one.trough] - seconds[one.start]) / _DAY,
            "days_in_all": (
                seconds[-1 if one.recovery is None else one.recovery] - seconds[one.start]
            )
            / _DAY,
        }
        for one in worst_drawdowns(account)
    ]
    columns = ["start", "trough", "recovery", "depth", "days_down", "days_in_all"]
    return pd.DataFrame(rows, columns=columns)


def _numbers(pool: pd.DataFrame) -> list[Number]:
    [row] = measured_periods(pool, pd.Series("all", pool.index)).to_dict("records")
    live = int(pool["origin"].eq(LIVE).sum())
    return [
        Number(
            "net return",
            percent(row["net_return"]),
            f"buy and hold {percent(row['buy_and_hold_return'])}",
        ),
        Number(
            "annual Sharpe ratio",
            shown(row["annual_sharpe"], 3),
            "365 days a year: markets never close",
        ),
        Number("largest drawdown", percent(row["max_drawdown"]), "from a peak"),
        Number("days", str(row["days"]), f"{live} of them live"),
        Number(
            "trades", f"{row['trades']:,}", f"a position {percent(row['exposure'])} of the time"
        ),
    ]
