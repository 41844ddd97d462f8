"""Features of one market and month, from its candles and those of the warm-up before them."""

from traderai_assets.domain.features.month import month_features, undefined_rows
from traderai_assets.making.feature_page import feature_metadata
from traderai_assets.plan import reach
from traderai_assets.runs.crossings import kept_apart
from traderai_assets.runs.partition import Partition
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.settings import Settings


def put_features(part: Partition, settings: Settings) -> None:
    """Put the features of a month, with what its page tells."""
    read = reach(settings).features(part.market.bar)
    candles = part.read_candles(*read.months(part.month))
    frame = month_features(candles, month=part.month, bar=part.market.bar)
    silent = int(undefined_rows(frame).sum())
    cuts, is_over = kept_apart(candles, silent), part.is_over(CANDLES)
    part.put(frame, feature_metadata(frame, cuts, title=part.title, is_over=is_over))
