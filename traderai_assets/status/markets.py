"""Markets as they stand: what is kept, how far back, how fresh; and what is wrong with each.

A state carries the name it has in the table of states (`domain/states/markets.py`), as far as it
can be told without asking an exchange; where none of them holds it is `ok`. Beside the table stand
`failing JOB`, where runs of a job fail for good, and `doubted`, where prices wait for a decision.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from traderai_assets.domain.kept_markets import MARKETS
from traderai_assets.domain.states.markets import MARKET_STATES, MarketFacts, market_state
from traderai_assets.settings import Settings
from traderai_assets.status.market_doubts import undecided_prices, unheard_bars

if TYPE_CHECKING:
    from dagster import DagsterInstance

    from resources.lake.resource import LakeResource
    from traderai_assets.domain.freshness.refusals import MarketRefusal

OK, FAILING, DOUBTED = "ok", "failing", "doubted"
_UNREMARKABLE = MARKET_STATES[-1]  # Holds of any facts, so also where some are not known
_NOTHING_WRONG = {"state": OK, "since": None, "asked": 0, "next_ask": None, "reason": None}


def read_markets(
    instance: "DagsterInstance",
    lake: "LakeResource",
    settings: Settings,
    *,
    with_removed: bool = False,
) -> list[dict[str, Any]]:
    """Return one row a market: what is stored of it, and what is wrong with it."""
    from traderai_assets.domain.candles.gap_classes import ENDED as OVER
    from traderai_assets.domain.candles.gap_classes import NOT_LISTED
    from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES

    candles, gaps = lake.snapshot(CANDLES), lake.snapshot(CANDLE_GAPS)
    rows = []
    for key, wrong in _refused_or_not(instance, settings, candles.markets(), with_removed).items():
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
                **_with_doubts(wrong, bool(months), unheard_bars(key, absent), lake, key),
            }
        )
    return rows


def refusal_rows(instance: "DagsterInstance") -> list[dict[str, Any]]:
    """Return one row for each thing that refuses a market, of those not removed."""
    from traderai_assets.instance.kept_markets import keepings
    from traderai_assets.instance.market_notes import refusals_of

    partitions = instance.get_dynamic_partitions(MARKETS)
    kept = [key for key, keeping in keepings(instance, partitions).items() if not keeping.removed]
    return [
        {"market": market, **_told(refusal)}
        for market, refusals in sorted(refusals_of(instance, kept).items())
        for refusal in refusals
    ]


def _refused_or_not(
    instance: "DagsterInstance", settings: Settings, stored: Iterable[str], with_removed: bool
) -> dict[str, dict[str, Any]]:
    """Return what refuses each market that is a partition or has candles, or that it is removed."""
    from traderai_assets.instance.kept_markets import keepings, kept_markets
    from traderai_assets.instance.market_notes import refusals_of

    kept = set(kept_markets(instance, settings))
    keys = sorted({*instance.get_dynamic_partitions(MARKETS), *stored})
    if with_removed:
        # A market that was removed before anything of it was stored is known by its note alone
        named = {market.key for market in settings.market_list()}
        notes = keepings(instance, named)
        keys = sorted({*keys, *(key for key in named if notes[key].removed)})
    refusals = refusals_of(instance, keys)
    rows = {}
    for key in keys:
        found = refusals.get(key, [])
        row = _NOTHING_WRONG | (_told(found[0]) if found else {})
        row["reason"] = "; ".join(refusal.reason for refusal in found) or None
        if key in kept:
            rows[key] = row
        elif with_removed:
            removed = market_state(MarketFacts(kept=False)).name
            rows[key] = _NOTHING_WRONG | {"state": removed, "reason": "no longer fetched"}
    return rows


def _with_doubts(
    row: dict[str, Any], stored: bool, unheard: str, lake: "LakeResource", key: str
) -> dict[str, Any]:
    """Return what is wrong with a market, with what is doubted of its candles."""
    if row["state"] == market_state(MarketFacts(kept=False)).name:
        return row
    prices = undecided_prices(lake, key)
    state = row["state"]
    if state == OK:
        found = market_state(MarketFacts(stored=stored, unheard=bool(unheard)))
        plain = DOUBTED if prices else OK
        state = plain if found is _UNREMARKABLE else found.name
    reasons = [reason for reason in (row["reason"], unheard, prices) if reason]
    return row | {"state": state, "reason": "; ".join(reasons) or None}


def _told(refusal: "MarketRefusal") -> dict[str, Any]:
    from traderai_assets.domain.freshness.refusals import OF_THE_MARKET

    state = f"{FAILING} {refusal.scope}"
    if refusal.scope == OF_THE_MARKET:
        state = market_state(MarketFacts(refused=not refusal.ended, ended=refusal.ended)).name
    return {
        "state": state,
        "since": _minute(refusal.since),
        "asked": refusal.times,
        "next_ask": _minute(refusal.next_ask) or "never",
        "reason": refusal.reason,
    }


def _minute(moment: Any) -> str | None:
    return f"{moment:%Y-%m-%d %H:%M}" if moment is not None else None
