"""`traderai sandbox`: a small exchange on this machine, simulated or replayed."""

from datetime import datetime
from pathlib import Path

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option("--port", default=8790, show_default=True)
@click.option(
    "--candles",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Replay this folder of Parquet candles instead of simulating.",
)
@click.option("--seed", default=7, show_default=True, help="Of the simulated market.")
@click.option(
    "--edge", default=1.0, show_default=True, help="Strength of the planted edge, 0 to 1."
)
@click.option("--start", type=click.DateTime(), help="When simulated markets were listed, UTC.")
@click.option("--now", type=click.DateTime(), help="Where the clock starts, UTC; default: now.")
@click.option("--speed", type=float, help="0 stands still, 1 runs, 60 runs a minute a second.")
def command(
    host: str,
    port: int,
    candles: Path | None,
    seed: int,
    edge: float,
    start: datetime | None,
    now: datetime | None,
    speed: float | None,
) -> None:
    """Serve a small exchange in Binance's dialect; TRADERAI_EXCHANGE_URL points the platform at it.

    Example: traderai sandbox --port 8790
    """
    from datetime import UTC

    from traderai_assets.sandbox.server import serve

    serve(
        host=host,
        port=port,
        candles=str(candles) if candles else None,
        seed=seed,
        edge=edge,
        start=start.replace(tzinfo=UTC) if start else None,
        now=now.replace(tzinfo=UTC) if now else None,
        speed=speed,
    )
