"""The summary a demo ends with: what the lake holds now, market by market, and where time went."""

from typing import Any

import click

from traderai_assets.cli.context import open_lake
from traderai_assets.cli.markets.listing import market_rows
from traderai_assets.cli.printing import print_rows
from traderai_assets.cli.queue_watch import QueueWatch
from traderai_assets.domain.metrics.catalogue import OF_BACKTESTS
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.settings import Settings
from traderai_assets.strategies import strategies_of


def print_summary(settings: Settings, watch: QueueWatch) -> None:
    """Print candles, models, signals and drift of each market, and seconds by work class."""
    click.echo("\nCandles")
    print_rows([_stored(row) for row in market_rows()], as_json=False, empty="none")
    click.echo("\nModels, out of sample and after costs")
    print_rows(model_rows(settings), as_json=False, empty="none")
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


def live_rows(settings: Settings) -> list[dict[str, Any]]:
    """Return one row a strategy and market: champion, signals, how they ended, what drifted."""
    return [row for one in strategies_of(settings) for row in _live_rows(settings, one)]


def _live_rows(settings: Settings, strategy: Strategy) -> list[dict[str, Any]]:
    from traderai_assets.domain.champions.history import current_champion
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
                "champion": (current_champion(held["champions"]) or "none")[:8],
                "bars_spoken_of": len(held["predictions"]),
                "signals": len(held["signals"]),
                "outcomes": ", ".join(f"{count} {name}" for name, count in statuses.items()),
                "snapshots": len(held["signal_snapshots"]),
                "drifted": int((held["drift_metrics"]["status"] == "drifted").sum()),
            }
        )
    return rows


def _whose(strategy: str) -> dict[str, Any]:
    return {"strategy": strategy} if strategy else {}
