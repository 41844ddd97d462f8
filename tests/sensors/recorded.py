"""Records and verdicts in the lake of a platform for sensors."""

from datetime import datetime

import pandas as pd

from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.verdict import VERDICTS

_ID = "1" * 16


def put_days(platform, rows_of, first: datetime, last: datetime, market, net: float = 0.0) -> None:
    """Record the days from the first to the last, month by month."""
    days = pd.date_range(first, last, freq="D").as_unit("ms")
    for month, found in days.to_series().groupby(days.strftime("%Y-%m")):
        said = {"cause": "first", "state": "served", "origin": "live", "strategy_id": _ID}
        frame = rows_of(RECORD_DAYS, day=found.to_numpy(), net=net, **said)
        key = (market.key, str(month))
        platform.lake.snapshot(RECORD_DAYS).publish({key: frame}, run_id="test", code_version="1")


def put_verdict(platform, rows_of, record: str) -> None:
    """Store a verdict on the record of that hash."""
    frame = rows_of(VERDICTS, strategy_id=_ID, number=[1], state="insufficient", record=record)
    platform.lake.snapshot(VERDICTS).publish(
        {("all", "all"): frame}, run_id="test", code_version="1"
    )
