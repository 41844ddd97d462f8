"""What is kept, how far back, how fresh; and what is wrong with it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from traderai_assets.cli.context import open_instance, open_lake, open_settings
from traderai_assets.cli.markets.doubts import doubts_of
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from traderai_assets.domain.freshness.refusals import MarketRefusal

OK, REFUSED, ENDED, FAILING, REMOVED = "ok", "refused", "ended", "failing", "removed"
DOUBTED = "doubted"


def market_rows(*, with_removed: bool = False) -> list[dict[str, Any]]:
    """Return one row a market: what is stored of it, and what is wrong with it."""
    from traderai_assets.domain.candles.gap_classes import ENDED as OVER
    from traderai_assets.domain.candles.gap_classes import NOT_LISTED
    from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES

    settings = open_settings()
    with open_instance(settings) as instance:
        lake = open_lake(settings)
        candles, gaps = lake.snapshot(CANDLES), lake.snapshot(CANDLE_GAPS)
        standing = _standing(instance, settings, candles.markets(), with_removed=with_removed)
    rows = []
    for key, what_is_wrong in standing.items():
        months = sorted(candles.content_hashes(key))
        summaries = [candles.summary(key, month) for month in months]
        absent = gaps.read(key, sorted(gaps.content_hashes(key)))
        outside = absent["kind"].isin([NOT_LISTED.name, OVER.name])
        rows.append(
            {
                "market": key,
                "months": len(months),
                "candles": sum(summary.rows for summary in summaries),
                "first": _minute(summaries[0].first) if summaries else None,
                "last": _minute(summaries[-1].last) if summaries else None,
                "absent_bars": int(absent.loc[~outside, "absent_bars"].sum()),
                **_with_doubts(what_is_wrong, doubts_of(lake, key, absent)),
            }
        )
    return rows


def refusal_rows(instance: "DagsterInstance") -> list[dict[str, Any]]:
    """Return one row for each thing that refuses a market, of those not removed."""
    from traderai_assets.instance.kept_markets import keepings
    from traderai_assets.instance.market_notes import refusals_of
    from traderai_assets.partitions import MARKETS

    partitions = instance.get_dynamic_partitions(MARKETS)
    kept = [key for key, keeping in keepings(instance, partitions).items() if not keeping.removed]
    return [
        {"market": market, **_told(refusal)}
        for market, refusals in sorted(refusals_of(instance, kept).items())
        for refusal in refusals
    ]


def _standing(
    instance: "DagsterInstance", settings: Settings, stored: Iterable[str], *, with_removed: bool
) -> dict[str, dict[str, Any]]:
    """Return what is wrong with each market that is a partition or has candles."""
    from traderai_assets.instance.kept_markets import keepings, kept_markets
    from traderai_assets.instance.market_notes import refusals_of
    from traderai_assets.partitions import MARKETS

    kept = set(kept_markets(instance, settings))
    known = sorted({*instance.get_dynamic_partitions(MARKETS), *stored})
    if with_removed:
        # A market that was removed before anything of it was stored is known by its note alone
        named = {market.key for market in settings.market_list()}
        notes = keepings(instance, named)
        known = sorted({*known, *(key for key in named if notes[key].removed)})
    refusals = refusals_of(instance, known)
    nothing = {"state": OK, "since": None, "asked": 0, "next_ask": None, "reason": None}
    rows = {}
    for key in known:
        found = refusals.get(key, [])
        row = nothing | (_told(found[0]) if found else {})
        row["reason"] = "; ".join(refusal.reason for refusal in found) or None
        if key in kept:
            rows[key] = row
        elif with_removed:
            rows[key] = nothing | {"state": REMOVED, "reason": "no longer fetched"}
    return rows


def _with_doubts(row: dict[str, Any], doubts: list[str]) -> dict[str, Any]:
    """Return what is wrong with a market, with what is doubted of its candles."""
    if not doubts or row["state"] == REMOVED:
        return row
    state = DOUBTED if row["state"] == OK else row["state"]
    reasons = [row["reason"]] if row["reason"] else []
    return row | {"state": state, "reason": "; ".join([*reasons, *doubts])}


def _told(refusal: "MarketRefusal") -> dict[str, Any]:
    from traderai_assets.domain.freshness.refusals import OF_THE_MARKET

    state = ENDED if refusal.ended else REFUSED
    if refusal.scope != OF_THE_MARKET:
        state = f"{FAILING} {refusal.scope}"
    return {
        "state": state,
        "since": _minute(refusal.since),
        "asked": refusal.times,
        "next_ask": _minute(refusal.next_ask) or "never",
        "reason": refusal.reason,
    }


def _minute(moment: Any) -> str | None:
    return f"{moment:%Y-%m-%d %H:%M}" if moment is not None else None
