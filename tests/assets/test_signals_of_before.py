"""Signals stored before there were distances: read as they are, held to the prices they said."""

from datetime import timedelta

import numpy as np
import pandas as pd
from pandera.pandas import DataFrameSchema

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform, never_written
from traderai_assets.domain.signals.identity import with_identity
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.tables import Table
from traderai_assets.status.words import words_between
from traderai_assets.strategies import strategies_of

JUNE = "2024-06"
HOUR = timedelta(hours=1)
LEVELS = ["entry_price", "target_price", "stop_price"]


def of_before(table: Table, *new: str) -> Table:
    """Make the table as it was declared without the new columns."""
    columns = {name: one for name, one in table.schema.columns.items() if name not in new}
    return Table(table.name, DataFrameSchema(columns))


def test_signals_and_outcomes_of_before_are_read_and_end_as_they_were_said(
    old_platform: InProcessPlatform,
):
    given, ended = old_platform.rows(SIGNALS, JUNE), old_platform.rows(SIGNAL_OUTCOMES, JUNE)
    # Levels that no market reached, and that no distance would give
    first, rest = given.index == 0, given.index > 0
    given["target_price"] *= np.where(first, 1.0, 1 + 0.5 * given["side"])
    given["stop_price"] *= np.where(first, 1.0, 1 - 0.5 * given["side"])
    for table, new, rows in (
        (SIGNALS, ["target", "stop"], given),
        (SIGNAL_OUTCOMES, LEVELS, ended),
    ):
        never_written(old_platform.home, table.name)
        old_platform.store(of_before(table, *new), JUNE, rows.drop(columns=new))
    read = old_platform.rows(SIGNALS, JUNE)
    pd.testing.assert_frame_equal(read, given.assign(target=np.nan, stop=np.nan))
    assert old_platform.rows(SIGNAL_OUTCOMES, JUNE)[LEVELS].isna().all().all()

    old_platform.run("generate_signals", JUNE)
    pd.testing.assert_frame_equal(old_platform.rows(SIGNALS, JUNE), read)
    old_platform.run("expire_signals", JUNE)
    now = old_platform.rows(SIGNAL_OUTCOMES, JUNE)
    entered = now["entry_price"].notna()
    opens = old_platform.rows(CANDLES, JUNE).set_index("open_time")["open"]
    entry = opens.loc[now.loc[entered, "open_time"] + old_platform.market.bar]
    assert now.loc[entered, "entry_price"].tolist() == entry.tolist()
    assert now.loc[entered, "target_price"].tolist() == given.loc[entered, "target_price"].tolist()
    assert set(now.loc[rest, "status"]) <= {"expired", "open"}
    assert "expired" in set(now["status"])


def test_what_was_said_before_there_were_words_and_ids_stays_and_has_both_all_the_same(
    old_platform: InProcessPlatform,
):
    said, given = old_platform.rows(PREDICTIONS, JUNE), old_platform.rows(SIGNALS, JUNE)
    ended = old_platform.rows(SIGNAL_OUTCOMES, JUNE)
    assert (ended["status"] == "open").any()
    for table, new, rows in (
        (PREDICTIONS, ["word"], said),
        (SIGNALS, ["signal_id", "valid_from"], given),
        (SIGNAL_OUTCOMES, ["signal_id"], ended),
    ):
        never_written(old_platform.home, table.name)
        old_platform.store(of_before(table, *new), JUNE, rows.drop(columns=new))
    assert old_platform.rows(PREDICTIONS, JUNE)["word"].isna().all()

    old_platform.now_is(LATER + HOUR)
    for job in ("update_latest", "generate_signals", "expire_signals"):
        old_platform.run(job, JUNE)
    predictions, signals = old_platform.rows(PREDICTIONS, JUNE), old_platform.rows(SIGNALS, JUNE)
    assert predictions["word"].isna().tolist() == [True] * len(said) + [False]
    assert signals["signal_id"].isna().sum() == len(given)
    outcomes = old_platform.rows(SIGNAL_OUTCOMES, JUNE)
    assert outcomes["signal_id"].isna().sum() == len(given)
    [strategy] = strategies_of(old_platform.settings)
    again = with_identity(signals, strategy=strategy.name, market=old_platform.market)
    assert again["signal_id"][: len(given)].tolist() == given["signal_id"].tolist()
    found = words_between(
        old_platform.lake,
        old_platform.settings,
        strategy,
        old_platform.market,
        said["open_time"].iloc[0],
        said["open_time"].iloc[-1] + HOUR,
    )
    assert ((found["word"] == "signal") == (said["side"] != 0)).all()
    assert set(found["word"]) <= {"signal", "below_threshold", "width_unknown"}
