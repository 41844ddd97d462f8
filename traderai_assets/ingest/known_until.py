"""How far a market's candles are known: stored, or known to be absent."""

from datetime import datetime

from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.candles.gap_classes import believed
from traderai_assets.domain.markets import Market


def known_until(candles: LakeSnapshot, gaps: LakeSnapshot, market: Market) -> datetime | None:
    """Return the close of the last bar that is stored or a known gap; None where there is none."""
    ends = []
    last = candles.last(market)
    ends += [last + market.bar] if last is not None else []
    month = gaps.last_month(market)
    if month is not None:
        absent = gaps.read(market, [month])
        ends += absent.loc[believed(absent), "end"].dt.to_pydatetime().tolist()
    return max(ends, default=None)
