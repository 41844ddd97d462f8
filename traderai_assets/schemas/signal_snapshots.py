"""What is stored of signal snapshots: what we would have said, and what would have become of it."""

import numpy as np
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.domain.signals.outcomes import STATUSES
from traderai_assets.schemas.signals import SignalRows
from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class SignalSnapshots(SignalRows):
    """Signals of the model of a past month at bars it never saw, beside how each ended.

    Unlike live outcomes they stand with their signal, in the month of its bar: nothing waits for
    them, and the candles after the month are long known.
    """

    status: Series[str] = pa.Field(isin=list(STATUSES), description="How it ended, or 'open'.")
    ended_at: Series[Time] = pa.Field(
        nullable=True, description="Close of the bar that ended it; null while open."
    )
    entry_price: Series[float] = pa.Field(
        gt=0,
        lt=np.inf,
        nullable=True,
        description="Open it was entered at, before costs, in quote; with the distances it gives "
        "the exact levels; null if never entered or interrupted, and in snapshots made before.",
    )
    gross_return: Series[float] = pa.Field(
        gt=-np.inf,
        lt=np.inf,
        nullable=True,
        description="Before costs, fraction of the entry price; null while open.",
    )

    class Config:
        """Refuse undeclared columns."""

        strict = True


SIGNAL_SNAPSHOTS = Table("signal_snapshots", SignalSnapshots.to_schema(), of_strategy=True)
