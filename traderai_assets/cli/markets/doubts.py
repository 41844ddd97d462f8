"""What is doubted of a market's candles: absent bars nobody believes yet, prices nobody traded."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from resources.lake.resource import LakeResource

# What the look-back of a model reaches; older steps stand in `traderai candles steps`
MONTHS_READ = 2


def doubts_of(lake: "LakeResource", key: str, gaps: "pd.DataFrame") -> list[str]:
    """Return a sentence for each kind of doubt, with the command that tells more; oldest first.

    Parameters
    ----------
    lake : LakeResource
    key : str
        Market key.
    gaps : DataFrame
        All gaps of the market.
    """
    from traderai_assets.domain.candles.gap_classes import believed
    from traderai_assets.domain.markets import Market
    from traderai_assets.domain.months import Month
    from traderai_assets.ingest.crossings import StoredCrossings
    from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
    from traderai_assets.schemas.price_decisions import PRICE_DECISIONS

    found = []
    absent = int(gaps.loc[~believed(gaps), "absent_bars"].sum())
    if absent:
        found.append(
            f"absent bars that nobody believes yet: {absent}, "
            f'"traderai candles gaps {key}" says when they are asked for again'
        )
    candles = lake.snapshot(CANDLES)
    crossings = StoredCrossings(candles, lake.snapshot(CANDLE_GAPS), lake.snapshot(PRICE_DECISIONS))
    months = sorted(candles.content_hashes(key))[-MONTHS_READ:]
    steps = sum(len(crossings.steps(Market.parse(key), Month.parse(month))) for month in months)
    if steps:
        found.append(
            f"bars since {months[0]} with prices that nobody can have traded to: {steps}, "
            f'"traderai candles steps {key}" lists them'
        )
    return found
