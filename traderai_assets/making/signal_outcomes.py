"""Outcomes of the signals that ended in one month, or are still open at its last closed bar."""

import dagster as dg
import pandas as pd

from traderai_assets.domain.numbers import PRICE_DIGITS, percent, shown
from traderai_assets.domain.signals.identity import with_ids_of
from traderai_assets.domain.signals.outcomes import month_outcomes
from traderai_assets.plan import reach
from traderai_assets.runs.partition import Partition
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.settings import Settings

SOURCES = (SIGNALS, CANDLES)
_PRICES = ("entry_price", "target_price", "stop_price", "exit_price")


def put_outcomes(part: Partition, settings: Settings) -> None:
    """Put how signals ended in a month, with what its page tells."""
    months = reach(settings).outcomes(part.market.bar).months(part.month)
    signals, candles = part.read(SIGNALS, *months), part.read_candles(*months)
    frame = month_outcomes(signals, candles, month=part.month, bar=part.market.bar)
    part.put(with_ids_of(frame, signals), _metadata(frame))


def _metadata(outcomes: pd.DataFrame) -> dict[str, object]:
    """How many ended how, and the last of them, prices as the venue had them."""
    counts = outcomes["status"].value_counts()
    rows = [
        dg.TableRecord(
            {
                "open_time": str(outcome["open_time"]),
                "side": "long" if outcome["side"] > 0 else "short",
                "status": outcome["status"],
                **{name: shown(outcome[name], PRICE_DIGITS) for name in _PRICES},
                "gross_return": percent(outcome["gross_return"], 4),
            }
        )
        for outcome in outcomes.tail(10).iloc[::-1].to_dict("records")
    ]
    return {
        **{str(status): int(count) for status, count in counts.items()},
        **({"last_outcomes": dg.MetadataValue.table(rows)} if rows else {}),
    }
