"""Asks for candles that have closed and are not stored, and for history that never was fetched."""

from datetime import UTC, datetime, timedelta

import dagster as dg

from sensors.market_sensor import Look, Verdict, market_sensor, request_months
from traderai_assets.assets.look_back import known_until
from traderai_assets.domain.freshness.candles import last_due_bar, stale_candles
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.instance.run_coordinator import note_open_month
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.settings import Settings


def stale_candles_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    return market_sensor(
        settings,
        name="stale_candles",
        jobs=("update_latest", "backfill"),
        description="Backfills history that never was fetched; updates markets behind the clock.",
        decide=decide,
    )


def decide(look: Look, market: Market) -> Verdict:
    """Ask for all history the market lacks in one run, otherwise for the bars that have closed."""
    now = look.now(market)
    note_open_month(look.instance, market.exchange, Month.of(now))
    if look.busy(market, "update_latest", "backfill"):
        return Verdict(f"{market.key} is being fetched")
    lacking = _lacking_months(look, market, now)
    if lacking:
        # One try an hour: a venue that is down for a while must not need a person afterwards.
        hour = datetime.now(UTC).strftime("%Y-%m-%dT%H")
        cause = f"{lacking[0].key}:{len(lacking)}:{hour}"
        return Verdict(
            f"{market.key} lacks {len(lacking)} months from {lacking[0].key} on",
            request_months("backfill", market, lacking, cause),
        )
    known = known_until(look.table(CANDLES), look.table(CANDLE_GAPS), market)
    stale = stale_candles(
        {market.key: None if known is None else known - market.bar},
        now,
        grace=timedelta(seconds=look.settings.sensors.grace_seconds),
        tail_bars=look.settings.exchange.tail_bars,
    )
    if not stale:
        return Verdict(f"{market.key} is up to date")
    due = last_due_bar(now, market.bar)
    request = request_months("update_latest", market, list(stale[0].months), f"{known}:{due}")
    return Verdict(stale[0].reason, request)


def _lacking_months(look: Look, market: Market, now: datetime) -> list[Month]:
    """Return the closed months of the history of which neither candles nor gaps are stored.

    With the open month, where it lacks too, so that a new market is whole after one run.
    """
    history = months_between(now - timedelta(days=look.settings.history_days), now)
    held = {
        *look.table(CANDLES).content_hashes(market.key),
        *look.table(CANDLE_GAPS).content_hashes(market.key),
    }
    lacking = [month for month in history if month.key not in held]
    closed = [month for month in lacking if month.end <= now]
    return [month for month in history if month >= closed[0]] if closed else []
