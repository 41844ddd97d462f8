"""The summary a demo ends with: what the lake holds now, market by market, and where time went."""

from collections.abc import Callable
from typing import Any

import click
import pandas as pd

from traderai_assets.cli.context import open_lake
from traderai_assets.cli.markets.listing import market_rows
from traderai_assets.cli.printing import print_rows
from traderai_assets.cli.queue_watch import QueueWatch
from traderai_assets.domain.metrics.catalogue import OF_BACKTESTS
from traderai_assets.domain.numbers import percent, significant
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.settings import Settings
from traderai_assets.status.verdicts import last_verdict
from traderai_assets.strategies import strategies_of


def print_summary(settings: Settings, watch: QueueWatch) -> None:
    """Print candles, models, signals and drift of each market, and seconds by work class."""
    click.echo("\nCandles")
    print_rows([_stored(row) for row in market_rows()], as_json=False, empty="none")
    click.echo("\nThe newest models, out of sample and after costs")
    print_rows(newest(model_rows(settings)), as_json=False, empty="none")
    click.echo("\nStrategies, by their whole record")
    print_rows(verdict_rows(settings), as_json=False, empty="none")
    click.echo("\nSignals and drift")
    print_rows(live_rows(settings), as_json=False, empty="none")
    click.echo("\nSeconds by work class")
    print_rows(watch.seconds_by_class(), as_json=False, empty="none")


def _stored(row: dict[str, Any]) -> dict[str, Any]:
    """Return what is stored of a market, without what might be wrong with it."""
    shown = ("market", "months", "candles", "first", "last", "absent_bars")
    return {name: row[name] for name in shown}


def model_rows(settings: Settings) -> list[dict[str, Any]]:
    """Return one row for each backtest of each stored model."""
    from traderai_assets.schemas.backtests import BACKTEST_METRICS

    headlines = [metric for metric in OF_BACKTESTS if metric.headline]
    snapshots = {
        strategy.folder: open_lake(settings).of(strategy).snapshot(BACKTEST_METRICS)
        for strategy in strategies_of(settings)
    }
    return [
        {
            **_whose(strategy),
            "market": market,
            "served_month": month,
            "model": row["model_id"][:8],
            "segment": row["segment"],
            "bars": row["bars"],
            **{metric.name: metric.text(row[metric.name]) for metric in headlines},
        }
        for strategy, snapshot in snapshots.items()
        for market in snapshot.markets()
        for month in sorted(snapshot.content_hashes(market))
        for row in snapshot.read(market, [month]).to_dict("records")
    ]


def newest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the last month that a strategy's model was made for, market by market."""
    last: dict[tuple[object, object], str] = {}
    for row in rows:
        of = row.get("strategy"), row["market"]
        last[of] = max(last.get(of, ""), row["served_month"])
    return [row for row in rows if row["served_month"] == last[row.get("strategy"), row["market"]]]


def verdict_rows(settings: Settings) -> list[dict[str, Any]]:
    """Return one row a strategy: what is believed of it, and the numbers of its pool."""
    lake = open_lake(settings)
    return [_verdict_row(last_verdict(lake, one)) for one in strategies_of(settings)]


def _verdict_row(verdict: dict[str, Any]) -> dict[str, Any]:
    numbers, looks = verdict["numbers"], verdict["looks"]
    last = looks[-1] if looks else None
    return {
        "strategy": verdict["strategy"],
        "state": verdict["state"],
        "days": numbers.get("days", 0),
        "trades": numbers.get("trades", 0),
        "total_return": _told(numbers.get("total_return"), percent),
        "annual_sharpe": _told(numbers.get("annual_sharpe"), significant),
        "last_look": last["number"] if last else "none",
        "t": _told(last and last["t"], significant),
        "asked_for": _told(last and last["bound"], significant),
    }


def _told(value: float | None, words: Callable[[float, int], object]) -> object:
    return "none" if value is None else words(value, 3)


def live_rows(settings: Settings) -> list[dict[str, Any]]:
    """Return one row a strategy and market: whether it speaks, its signals, what drifted."""
    return [row for one in strategies_of(settings) for row in _live_rows(settings, one)]


def _live_rows(settings: Settings, strategy: Strategy) -> list[dict[str, Any]]:
    from traderai_assets.schemas.champions import CHAMPIONS
    from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
    from traderai_assets.schemas.predictions import PREDICTIONS
    from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
    from traderai_assets.schemas.signal_snapshots import SIGNAL_SNAPSHOTS
    from traderai_assets.schemas.signals import SIGNALS

    lake = open_lake(settings).of(strategy)
    tables = (PREDICTIONS, SIGNALS, SIGNAL_OUTCOMES, SIGNAL_SNAPSHOTS, DRIFT_METRICS, CHAMPIONS)
    snapshots = {table.name: lake.snapshot(table) for table in tables}
    rows = []
    for market in settings.market_list():
        held = {
            name: snapshot.read(market.key, sorted(snapshot.content_hashes(market.key)))
            for name, snapshot in snapshots.items()
        }
        statuses = held["signal_outcomes"]["status"].value_counts()
        rows.append(
            {
                **_whose(strategy.folder),
                "market": market.key,
                "speaks": _speaks(held["champions"], strategy),
                "bars_spoken_of": len(held["predictions"]),
                "signals": len(held["signals"]),
                "on_paper": int(held["signals"]["paper"].sum()),
                "outcomes": ", ".join(f"{count} {name}" for name, count in statuses.items()),
                "snapshots": len(held["signal_snapshots"]),
                "drifted": int((held["drift_metrics"]["status"] == "drifted").sum()),
            }
        )
    return rows


def _speaks(history: pd.DataFrame, strategy: Strategy) -> str:
    from traderai_assets.domain.champions.periods import champion_periods

    periods = champion_periods(history, strategy.name)
    if not (periods and periods[-1].stands):
        return "not"
    return "on paper" if periods[-1].paper else "in full"


def _whose(strategy: str) -> dict[str, Any]:
    return {"strategy": strategy} if strategy else {}
