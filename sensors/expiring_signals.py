"""Asks for the outcomes of open signals whenever bars have closed since they were judged."""

import dagster as dg

from resources.lake.remembered import Remembered
from sensors.market_sensor import Finding, market_sensor, request_months
from sensors.tick_view import TickView
from traderai_assets.domain.freshness.signals import OpenSignals, expiring_signals
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.making.open_signals import open_signals
from traderai_assets.plan import reach
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.settings import Settings

_remembered: Remembered[OpenSignals | None] = Remembered(20_000)


# A live update judges at each close, and nothing tells a judgement that changed nothing
BARS_LEFT_TO_TICKS = 2


def expiring_signals_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    return market_sensor(
        settings,
        name="expiring_signals",
        jobs=("expire_signals",),
        description="Settles open signals as bars close.",
        decide=decide,
        each_strategy=True,
        retired_too=True,  # What it said is settled all the same
    )


def decide(view: TickView, market: Market) -> Finding:
    """Ask for outcomes where a bar has closed since open signals were judged."""
    last_bar = view.last_time(CANDLES, market)
    if last_bar is None:
        return Finding(f"{market.key} has no candles")
    last_close = last_bar + market.bar
    waiting = _open_signals(view, market, Month.of(last_bar))
    if waiting is None:
        return Finding(f"{market.key} has no open signals")
    found = expiring_signals({market.key: waiting}, {market.key: last_close})
    if not found:
        return Finding(f"{waiting.count} open signals of {market.key} are judged")
    if view.is_a_live_ticks(market, last_close, bars=BARS_LEFT_TO_TICKS):
        return Finding(f"open signals of {market.key} are judged by live updates as bars close")
    if view.busy(market, "expire_signals"):
        return Finding(f"open signals of {market.key} are being judged")
    months = list(found[0].months)
    # A signal may be given after its bars were judged, where a market catches up.
    cause = f"{last_close.isoformat()}:{view.last_time(SIGNALS, market)}"
    request = request_months("expire_signals", market, months, cause)
    return Finding(found[0].reason, request)


def _open_signals(view: TickView, market: Market, month: Month) -> OpenSignals | None:
    """Return the signals that may still be open in this month and that no outcome has ended."""
    signals, outcomes = view.table(SIGNALS), view.table(SIGNAL_OUTCOMES)
    version = tuple(
        table.content_hash(market, one)
        for table in (signals, outcomes)
        for one in reach(view.settings).outcomes(market.bar).months(month)
    )
    return _remembered.of(
        version, lambda: open_signals(signals, outcomes, market, month, view.settings)
    )
