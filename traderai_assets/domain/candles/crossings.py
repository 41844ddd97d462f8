"""Crossings of one month: which gaps and decisions matter to learning, and how they are written.

The text stands beside the content hashes of an asset's inputs, and in a model's card, so that it is
part of what "the same inputs" means. An ordinary month has no text.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

import numpy as np
import pandas as pd

from traderai_assets.domain.candles.gap_classes import uncrossable
from traderai_assets.domain.candles.segments import Crossings, Decision
from traderai_assets.domain.months import Month

REAL, RATIO, REVOKED = VERDICTS = ("real", "ratio", "revoked")
_DIGEST_CHARACTERS = 16


def month_crossings(
    gaps: pd.DataFrame, decisions: pd.DataFrame, *, month: Month, last: datetime | None
) -> Crossings:
    """Return what matters of one month.

    Parameters
    ----------
    gaps : DataFrame
        The month's ledger: start, end, kind.
    decisions : DataFrame
        open_time, decided_at, verdict and ratio, in that order; the last one of a bar counts.
    month : Month
    last : datetime or None
        When the month's last candle opened: silence that nothing has followed yet, in a month that
        is not over, keeps nothing apart.
    """
    barred = uncrossable(gaps)
    spans = zip(_moments(barred["start"]), _moments(barred["end"]), strict=True)
    closed = tuple(
        span for span in spans if span[1] == month.end or (last is not None and span[1] <= last)
    )
    standing = standing_decisions(decisions)
    # A move that is real has no ratio
    ratios = [None if np.isnan(ratio) else float(ratio) for ratio in standing["ratio"]]
    return Crossings(closed, tuple(map(Decision, _moments(standing["open_time"]), ratios)))


def _moments(times: "pd.Series[pd.Timestamp]") -> list[datetime]:
    return [pd.Timestamp(moment).to_pydatetime() for moment in times]


def standing_decisions(decisions: pd.DataFrame) -> pd.DataFrame:
    """Return the last decision on each bar, as far as it was not revoked."""
    last = decisions.sort_values(["open_time", "decided_at"]).drop_duplicates(
        "open_time", keep="last"
    )
    return last[last["verdict"] != REVOKED].reset_index(drop=True)


def crossings_text(crossings: Crossings) -> str:
    """Write crossings down; empty where there are none.

    `2026-03-01T00:00:00+00:00/2026-03-02T00:00:00+00:00` is a gap that learning may not cross,
    `2026-03-05T10:00:00+00:00*100.0` a written ratio, `2026-03-05T10:00:00+00:00=real` a move that
    was confirmed.
    """
    barred = [f"{start.isoformat()}/{end.isoformat()}" for start, end in crossings.barred]
    decided = [
        f"{one.open_time.isoformat()}" + ("=real" if one.ratio is None else f"*{one.ratio!r}")
        for one in crossings.decisions
    ]
    return " ".join(barred + decided)


def read_crossings(texts: Iterable[str]) -> Crossings:
    """Read what `crossings_text` wrote of some months, oldest first."""
    barred, decisions = [], []
    for part in " ".join(texts).split():
        if "/" in part:
            start, _, end = part.partition("/")
            barred.append((datetime.fromisoformat(start), datetime.fromisoformat(end)))
        else:
            moment, _, ratio = part.removesuffix("=real").partition("*")
            decision = Decision(datetime.fromisoformat(moment), float(ratio) if ratio else None)
            decisions.append(decision)
    return Crossings(tuple(barred), tuple(decisions))


def candles_version(content_hash: str, text: str) -> str:
    """Name candles together with their crossings; the content hash where they have none."""
    if not text:
        return content_hash
    return f"{content_hash}-{hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_CHARACTERS]}"


def content_hash_of(version: str) -> str:
    """The content hash that a version begins with."""
    return version.partition("-")[0]
