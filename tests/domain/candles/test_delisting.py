"""The end of a market in its ledger of gaps."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from traderai_assets.domain.candles.delisting import with_end, without_end
from traderai_assets.schemas.candles import CANDLE_GAPS
from traderai_assets.schemas.rows import validated_rows

DAY = datetime(2026, 3, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ledger(*rows):
    columns = ["start", "end", "absent_bars", "flat_bars", "kind"]
    if not rows:
        return CANDLE_GAPS.empty()
    return pd.DataFrame(rows, columns=columns).astype(CANDLE_GAPS.dtypes)


def test_what_was_silence_behind_the_last_candle_is_the_end_of_the_market():
    before = ledger(
        (DAY, DAY + HOUR, 1, 0, "outage"),
        (DAY + 4 * HOUR, DAY + 9 * HOUR, 3, 2, "outage"),  # Two flat bars, then nothing
    )
    after = with_end(before, DAY + 6 * HOUR, DAY + 10 * HOUR, HOUR)
    expected = ledger(
        (DAY, DAY + HOUR, 1, 0, "outage"),
        (DAY + 4 * HOUR, DAY + 6 * HOUR, 0, 2, "outage"),
        (DAY + 6 * HOUR, DAY + 10 * HOUR, 4, 0, "ended"),
    )
    pd.testing.assert_frame_equal(
        validated_rows(CANDLE_GAPS, after), validated_rows(CANDLE_GAPS, expected)
    )


def test_a_month_behind_the_end_is_one_row_and_grows_with_the_clock():
    first = with_end(ledger(), DAY, DAY + 2 * HOUR, HOUR)
    grown = with_end(first, DAY, DAY + 30 * HOUR, HOUR)
    assert list(grown["absent_bars"]) == [30]
    assert list(grown["kind"]) == ["ended"]
    assert without_end(grown).empty
    assert len(without_end(ledger((DAY, DAY + HOUR, 1, 0, "outage")))) == 1
