"""Labels of one market and month: those that became known in it."""

from traderai_assets.domain.labels.month import month_labels
from traderai_assets.making.label_page import label_metadata
from traderai_assets.plan import reach
from traderai_assets.runs.partition import Partition
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.settings import Settings


def put_labels(part: Partition, settings: Settings) -> None:
    """Put the labels of a month, with what its page tells."""
    candles = part.read_candles(*reach(settings).labels(part.market.bar).months(part.month))
    frame = month_labels(
        candles,
        month=part.month,
        bar=part.market.bar,
        horizon_bars=settings.training.horizon_bars,
        multiple=settings.training.barrier_multiple,
    )
    is_over = part.is_over(CANDLES)
    part.put(frame, label_metadata(frame, title=part.title, is_over=is_over))
