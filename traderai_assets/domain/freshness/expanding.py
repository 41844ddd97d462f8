"""Expanding look-backs: from when on one learns whose market has no history of its length yet.

Where learning may begin is a fact of what is stored, so that a month trained again learns from the
same stretch as long as its candles are the same. Three such facts count: the venue was asked, often
enough, and served nothing before a first candle; a stretch that no model learns across; the first
month of the history that the settings keep. Candles that merely are not fetched yet are none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from traderai_assets.domain.freshness.look_back_facts import (
    Expanding,
    LookBackFacts,
    MonthCoverage,
    Span,
)
from traderai_assets.domain.months import Month, months_between
from traderai_assets.domain.spans.look_back import LookBack

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Beginning:
    """From when on a market can be learned, and why not before."""

    start: datetime
    why: str


def expanded(facts: LookBackFacts, span: Span) -> tuple[LookBackFacts, Span, str | None]:
    """Return facts and span of that part of a look-back which there is, and whether it is short.

    Returns
    -------
    LookBackFacts, Span
        As they came where the look-back is whole, lacks what is still to come, or may not be less.
    str or None
        That fewer days are there than a model needs, and when they will be, for a person.
    """
    rule, known = facts.expanding, facts.extent.known_until
    if rule is None or known is None:
        return facts, span, None
    # Counted back from the newest known bar: while a history is being fetched that is early, and
    # nothing is excused that is still to come
    kept = Month.of(known - rule.history_days * _DAY)
    window = span.window
    began = _beginning({month: facts.months[month] for month in window.months}, window, kept)
    if began is None:
        warm_up = {m: one for m, one in facts.warm_up.items() if m >= kept or not one.is_blank}
        return replace(facts, warm_up=warm_up), span, None
    # What its features could warm up on is not there, or may not be crossed
    shorter = Span(LookBack(min(began.start, window.until), window.until), span.growing)
    return replace(facts, warm_up={}), shorter, _too_short(began, shorter.window, rule)


def _too_short(began: _Beginning, window: LookBack, rule: Expanding) -> str | None:
    if window.until - window.start >= rule.from_days * _DAY:
        return None
    return (
        f"{began.why}: {(window.until - window.start) / _DAY:.1f} days are there of the "
        f"training.expanding_from_days = {rule.from_days} that one is made of, from "
        f"{began.start + rule.from_days * _DAY:%Y-%m-%d %H:%M} UTC on"
    )


def _beginning(
    months: Mapping[Month, MonthCoverage], window: LookBack, kept: Month
) -> _Beginning | None:
    """Return where learning may begin inside of a look-back; None where it begins with it."""
    found = [_Beginning(window.start, "")]
    for month, one in months.items():
        if month < kept and one.is_blank:
            why = f"the history that is kept begins at {month.end:%Y-%m-%d %H:%M} UTC"
            found.append(_Beginning(month.end, why))
        barred = [gap for gap in one.blocking_gaps if gap.barred]
        found += [_Beginning(gap.end, f"no model learns across {gap.sentence}") for gap in barred]
    last = max(found, key=lambda one: one.start)
    first = max((one.unlisted_until for one in months.values() if one.unlisted_until), default=None)
    if first is not None and first > last.start and _is_first(first, last.start, months):
        last = _Beginning(first, f"its first candle opens at {first:%Y-%m-%d %H:%M} UTC")
    return last if last.start > window.start else None


def _is_first(first: datetime, since: datetime, months: Mapping[Month, MonthCoverage]) -> bool:
    """Whether no candle since then can lie before the first: none is stored, no bar is unasked."""
    before = months_between(since, first)
    stored = any(months[month].stored_bars for month in before if month.end <= first)
    return not stored and not any(months[month].missing_bars for month in before)
