"""`traderai features`: which features there are, and the proof that none of them looks ahead."""

from typing import TYPE_CHECKING

import click

from traderai_assets.cli.context import open_lake, open_settings, stored_market
from traderai_assets.cli.printing import print_rows
from traderai_assets.domain.errors import InvalidInput, LookAhead

if TYPE_CHECKING:
    import pandas as pd

    from traderai_assets.domain.features.lookahead import Leak
    from traderai_assets.domain.markets import Market
    from traderai_assets.domain.months import Month

# Of a simulated market: the month that is proved, and days before it for the longest warm-up
_SIMULATED_MONTH, _DAYS_BEFORE = "2024-03", 5


@click.group()
def command() -> None:
    """List the features, or prove that none of them looks ahead.

    Example: traderai features list
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_features(*, as_json: bool) -> None:
    """List every feature: ours, and those of the folders traderai_features on Python's path.

    Example: traderai features list
    """
    from traderai_assets.domain.features.catalogue import CATALOGUE

    rows = [
        {
            "name": spec.name,
            "group": spec.group,
            "warm_up_bars": spec.warm_up_bars,
            "description": spec.description,
        }
        for spec in CATALOGUE
    ]
    print_rows(rows, as_json=as_json, empty="There is no feature.")


@command.command()
@click.option("--market", help="On its newest month; on simulated candles where none is named.")
@click.option("--seed", default=0, show_default=True, help="Which bars are drawn.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def prove(market: str | None, seed: int, *, as_json: bool) -> None:
    """Alter all that comes after some bars, and name each feature that has noticed.

    What the check no_look_ahead does in every run, before anything runs. Exit code 1 if any did.

    Example: traderai features prove
    """
    from traderai_assets.domain.features.catalogue import CATALOGUE
    from traderai_assets.domain.features.lookahead import leaking_features
    from traderai_assets.domain.features.proof import prove_month, prove_stretch

    asked, month, candles = _stored(market) if market else _simulated()
    leaks = prove_stretch(candles, month=month, bar=asked.bar, seed=seed)
    leaks += prove_month(candles, month=month, bar=asked.bar, seed=seed)
    leaking = leaking_features(leaks)
    print_rows(
        [leak.told for leak in _first_of_each(leaks)],
        as_json=as_json,
        empty=(
            f"None of {len(CATALOGUE)} features looked ahead in {month.key} of {asked.key}, "
            "whatever came after the bars that were drawn."
        ),
    )
    if leaking:
        raise LookAhead(
            f"{len(leaking)} of {len(CATALOGUE)} features look ahead: {', '.join(leaking)}; row i "
            "may use rows 0 to i and no other: no shift(-1), no mean of all rows, no bfill"
        )


def _stored(text: str) -> "tuple[Market, Month, pd.DataFrame]":
    from traderai_assets.domain.markets import Market
    from traderai_assets.domain.spans.reach import feature_months
    from traderai_assets.schemas.candles import CANDLES

    settings = open_settings()
    snapshot = open_lake(settings).snapshot(CANDLES)
    market = Market.parse(stored_market(settings, text, snapshot.markets()))
    month = snapshot.last_month(market)
    if month is None:
        raise InvalidInput(
            f'the months of {market.key} that are stored hold no candle; "traderai backfill '
            f'{market.key} --since YYYY-MM-DD" fetches some'
        )
    read = [*month.before(feature_months(market.bar)), month]
    return market, month, snapshot.read(market, read)


def _simulated() -> "tuple[Market, Month, pd.DataFrame]":
    """Make candles of a market of the settings' timeframe, whose exchange halts now and then."""
    from datetime import timedelta

    import pandas as pd

    from traderai_assets.domain.arrays import milliseconds
    from traderai_assets.domain.candles.frames import CANDLE_COLUMNS, time_column
    from traderai_assets.domain.limits import MAX_WARM_UP_BARS
    from traderai_assets.domain.markets import Market
    from traderai_assets.domain.months import Month
    from traderai_assets.sandbox.simulation import SimulatedFeed

    market = Market("sandbox", "BTC/USDT", open_settings().timeframe)
    month = Month.parse(_SIMULATED_MONTH)
    before = max(timedelta(days=_DAYS_BEFORE), 2 * MAX_WARM_UP_BARS * market.bar)
    first, last = milliseconds(month.start - before), milliseconds(month.end) - 1
    bars = SimulatedFeed(seed=7).bars("BTCUSDT", market.timeframe, first, last)
    numbers = {name: getattr(bars, name) for name in CANDLE_COLUMNS[1:]}
    return market, month, pd.DataFrame({"open_time": time_column(bars.open_time), **numbers})


def _first_of_each(leaks: "list[Leak]") -> "list[Leak]":
    """Keep of each feature and kind of future the earliest bar that gave it away."""
    found: dict[tuple[str, str], Leak] = {}
    for leak in sorted(leaks, key=lambda leak: (leak.feature, leak.kind, leak.row)):
        found.setdefault((leak.feature, leak.kind), leak)
    return list(found.values())
