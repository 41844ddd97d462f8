"""Outcomes of the signals that ended in one month, or are still open at its last closed bar."""

from traderai_assets.domain.signals.identity import with_ids_of
from traderai_assets.domain.signals.outcomes import month_outcomes
from traderai_assets.making.outcome_page import outcome_metadata
from traderai_assets.plan import reach
from traderai_assets.runs.partition import Partition
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.settings import Settings

SOURCES = (SIGNALS, CANDLES)


def put_outcomes(part: Partition, settings: Settings) -> None:
    """Put how signals ended in a month, with what its page tells."""
    months = reach(settings).outcomes(part.market.bar).months(part.month)
    signals, candles = part.read(SIGNALS, *months), part.read_candles(*months)
    frame = month_outcomes(signals, candles, month=part.month, bar=part.market.bar)
    title, is_over = part.title, part.is_over(CANDLES)
    part.put(with_ids_of(frame, signals), outcome_metadata(frame, title=title, is_over=is_over))
