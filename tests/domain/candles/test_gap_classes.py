"""THE table of gap classes, and the one in the docs."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from traderai_assets.domain.candles.gap_classes import GAP_CLASSES, believed, uncrossable
from traderai_assets.schemas.candles import CANDLE_GAPS

START = datetime(2024, 4, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def gaps(**lengths):
    rows = [
        {"start": START + place * 90 * DAY, "end": START + place * 90 * DAY + length}
        for place, length in enumerate(lengths.values())
    ]
    frame = pd.DataFrame(rows).assign(absent_bars=1, flat_bars=0, kind=list(lengths))
    return frame.astype(CANDLE_GAPS.dtypes)


def shown(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 24 * 60 else f"{minutes // (24 * 60)} d"


def test_the_table_in_the_docs_is_the_table(repository):
    text = (repository / "docs" / "architecture.md").read_text()
    for row in GAP_CLASSES.values():
        crossed = (
            "yes"
            if row.longest_crossed == timedelta.max
            else (f"up to {shown(row.longest_crossed)}")
        )
        cells = (
            f"`{row.name}`",
            "yes" if row.believed else "no",
            crossed if row.learning_may_cross else "no",
            ", ".join(map(shown, row.asked_again)),
            shown(row.then_every) if row.then_every else "never",
        )
        assert f"| {' | '.join(cells)} |" in text


def test_every_class_is_met_by_all_lengths_of_fault():
    for row in GAP_CLASSES.values():
        waits = row.asked_again
        assert list(waits) == sorted(waits)
        assert min(waits) <= HOUR <= DAY <= sum(waits, timedelta())
        assert row.meaning.endswith(".")


def test_learning_crosses_neither_silence_nor_what_is_out_of_reach():
    found = uncrossable(gaps(silence=HOUR, outage=50 * DAY, unreachable=HOUR, not_listed=DAY))
    assert found["start"].tolist() == [START, START + 180 * DAY]


@pytest.mark.parametrize("kind", ["unheard", "fetch_failure"])
def test_one_bar_that_nobody_believes_in_silences_no_market(kind):
    assert uncrossable(gaps(**{kind: 12 * HOUR})).empty
    assert len(uncrossable(gaps(**{kind: 13 * HOUR}))) == 1
    assert not believed(gaps(**{kind: HOUR})).any()
