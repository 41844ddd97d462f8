"""The page of `make records`: each strategy's record, its verdict, and what would follow."""

from collections.abc import Callable

from benchmarks.machine import versions
from benchmarks.records.conclusions import bounds, conclusions, points
from benchmarks.records.findings import Findings, Interval, MarketFindings, StrategyFindings
from benchmarks.table import markdown
from traderai_assets.domain.numbers import percent, shown

_LIBRARIES = ("lightgbm", "xgboost-cpu", "scikit-learn", "numpy")
_NONE = "-"


def picture_name(strategy: str) -> str:
    """Name of the file with a strategy's account."""
    return f"records-{strategy}.svg"


def records_page(findings: Findings, strategies: str) -> str:
    """Write the page as markdown.

    Parameters
    ----------
    findings : Findings
    strategies : str
        The settings file that names the strategies, as it is.
    """
    own = "\n".join(_section(one) for one in findings.strategies)
    return f"""# Strategies on real candles

Written by `make records CANDLES=FOLDER`; do not edit. {_candles(findings)}

Every month that a model can serve was trained on what came before it, traded out of sample after
costs, and recorded day by day by the platform's own assets; then each strategy was judged as
[strategies](strategies.md) says. Sentences follow from the numbers by fixed rules
(`benchmarks/records/conclusions.py`). Nothing on this page was chosen for its result: the
strategies were written down before the first of them was run.

What this cannot know: whoever wrote the strategies knew these years; the candles are of markets
that somebody kept; orders are small and always filled, as a maker too.

## The strategies

```toml
{strategies.strip()}
```

## What came of them

{markdown(_overview(findings))}

Intervals hold the truth with 90 % (Newey and West, lag 10); that of a Sharpe ratio is its mean's. A
basis point is 0.01 %. A day of the pool is the mean of its markets' days, the calm ones counting
more; what was earned before costs, and the costs, are means of market-days that count alike.

{own}
Libraries: {versions(_LIBRARIES)}.
"""


def _candles(findings: Findings) -> str:
    served = {market.symbol for one in findings.strategies for market in one.markets}
    spans = [
        f"{one.symbol} ({one.months[0].key} to {one.months[-1].key})"
        for one in findings.histories
        if one.symbol in served
    ]
    left = [one.symbol for one in findings.histories if one.symbol not in served]
    without = f" Too short to be served: {', '.join(left)}." if left else ""
    if findings.unserved:
        without += f" Could serve too few months: {', '.join(findings.unserved)}."
    return (
        f"Candles of {findings.timeframe}, whole months: {', '.join(spans)}; each strategy in the "
        f"markets of which it could serve at least eight.{without}"
    )


def _overview(findings: Findings) -> list[list[str]]:
    def row(name: str, told: Callable[[StrategyFindings], str]) -> list[str]:
        return [name, *(told(one) for one in findings.strategies)]

    def number(name: str) -> Callable[[StrategyFindings], str]:
        return lambda one: shown(one.verdict["numbers"].get(name), 3)

    return [
        ["", *(one.name for one in findings.strategies)],
        row("state", lambda one: f"**{one.verdict['state']}**"),
        row("months served, of all markets", lambda one: str(sum(m.months for m in one.markets))),
        row("markets", lambda one: str(len(one.markets))),
        row("days of the pool", lambda one: f"{len(one.pool):,}"),
        row("first and last day", _days),
        row(
            "market-days with a position", lambda one: f"{sum(m.traded_days for m in one.markets)}"
        ),
        row("trades", lambda one: f"{sum(m.trades for m in one.markets):,}"),
        row("annual Sharpe ratio", lambda one: _interval(one.sharpe)),
        row("of buy-and-hold", number("buy_and_hold_sharpe")),
        row("mean day, basis points", lambda one: _interval(one.day, 10_000)),
        row("of buy-and-hold", lambda one: _interval(one.held_day, 10_000)),
        row("t of what it earned beside a share of buy-and-hold", number("intercept_t")),
        row("before costs, basis points a market-day", lambda one: points(one.gross_day)),
        row("costs", lambda one: points(one.cost_day)),
        row("account at the end, from 1", lambda one: shown(1 + _numbers(one, "total_return"), 4)),
        row("most lost from a peak", lambda one: percent(_numbers(one, "max_drawdown"))),
        row("deflated Sharpe ratio", number("deflated_sharpe")),
        row("probability of overfitting", number("overfitting")),
        row("strategies that share the error", number("strategies")),
    ]


def _numbers(one: StrategyFindings, name: str) -> float:
    return float(one.verdict["numbers"].get(name, 0.0))


def _days(one: StrategyFindings) -> str:
    day = one.pool["day"]
    return f"{day.iloc[0]:%Y-%m-%d} to {day.iloc[-1]:%Y-%m-%d}"


def _interval(interval: Interval | None, scale: float = 1.0) -> str:
    if interval is None:
        return _NONE
    return f"{interval.estimate * scale:.2f} ({bounds(interval, scale)})"


def _section(one: StrategyFindings) -> str:
    said = "\n".join(f"- {sentence}" for sentence in conclusions(one))
    looks = [["look", "day", "days", "trades", "t", "bound", "passed"]] + [
        [
            str(look["number"]),
            look["day"],
            str(look["days"]),
            f"{look['trades']:,}",
            f"{look['t']:.2f}",
            _NONE if look["bound"] is None else f"{look['bound']:.2f}",
            "yes" if look["passed"] else "no",
        ]
        for look in one.verdict["looks"]
    ]
    seen = markdown(looks) if len(looks) > 1 else "No look was made."
    return f"""## {one.name}

> {one.verdict["sentence"]}

![The account of {one.name} beside buy-and-hold](images/{picture_name(one.name)})

{seen}

{markdown(_by_market(one.markets))}

What a trader would conclude:

{said}
"""


def _by_market(markets: tuple[MarketFindings, ...]) -> list[list[str]]:
    head = ["market", "months", "days", "with a position", "trades"]
    return [
        [*head, "annual Sharpe ratio", "account", "buy-and-hold", "vetoed"],
        *(
            [
                one.symbol,
                str(one.months),
                str(one.days),
                str(one.traded_days),
                f"{one.trades:,}",
                _interval(one.sharpe),
                shown(one.net, 4),
                shown(one.held, 4),
                one.veto or "no",
            ]
            for one in markets
        ),
    ]
