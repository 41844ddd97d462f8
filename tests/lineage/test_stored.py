"""Lineage of a platform that was lived in, backward and forward, against what is really made."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.lineage.of_candle import CandleUses
from traderai_assets.lineage.of_signal import OTHER, SAME, SignalLineage
from traderai_assets.lineage.origins import Origins
from traderai_assets.lineage.stored_ranges import stored_only
from traderai_assets.lineage.stored_rows import LoadedTables
from traderai_assets.plan import reach
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.strategies import strategies_of

CHANGED = datetime(2024, 5, 23, 5, tzinfo=UTC)


def back(platform: InProcessPlatform, opened: datetime) -> list[dict]:
    tables = LoadedTables(platform.lake)
    origins = Origins(tables, platform.instance)
    return SignalLineage(tables, origins, reach(platform.settings), platform.market, opened).rows()


def forward(platform: InProcessPlatform, opened: datetime) -> list[dict]:
    [strategy] = strategies_of(platform.settings)
    horizon = platform.settings.training.horizon_bars
    settings = reach(platform.settings)
    uses = CandleUses(platform.lake, strategy, settings, horizon, platform.market, opened)
    return stored_only([*uses.shared(), *uses.of_strategy()])


def last_signal(platform: InProcessPlatform) -> datetime:
    return platform.rows(SIGNALS, "2024-06")["open_time"].iloc[-1].to_pydatetime()


def test_a_signal_leads_to_its_model_its_look_back_and_the_candles_with_their_hashes(old_platform):
    rows = back(old_platform, last_signal(old_platform))
    model_id = old_platform.rows(SIGNALS, "2024-06")["model_id"].iloc[-1]
    [model] = [row for row in rows if row["of"].startswith("models ")]
    assert model["told"].startswith(model_id)
    assert sum(row["what"] == "fold" for row in rows) == 4
    learned = [row for row in rows if row["what"] == "look-back" and row["of"]]
    assert {"features 2024-05", "labels 2024-06", "candles 2024-05"} <= {
        row["of"] for row in learned
    }
    stored = old_platform.hashes(CANDLES)
    seen = {row["of"]: row for row in rows if row["what"] == "features"}
    assert seen["candles 2024-06"]["hash"] == stored["2024-06"]
    assert seen["candles 2024-06"]["state"] == SAME
    assert seen["candles 2024-05"]["run"]
    # The look-back ended when June had 12 days; the partition has grown since
    june = next(row for row in learned if row["of"] == "features 2024-06")
    assert june["state"] == OTHER


def test_a_bar_of_which_nobody_spoke_has_no_lineage_back(old_platform):
    with pytest.raises(InvalidInput, match=r"nothing was said of binance\.BTC-USDT\.1h"):
        back(old_platform, CHANGED)


def test_a_corrupted_candle_changes_no_partition_that_lineage_has_not_named(old_platform):
    named = forward(old_platform, CHANGED)
    before = old_platform.lake_state()
    rows = {table.name: old_platform.rows(table, "2024-05") for table in (FEATURES, LABELS)}
    candles = old_platform.rows(CANDLES, "2024-05").set_index("open_time")
    was = candles.loc[CHANGED]
    revised = {"high": was["high"] * 1.003, "close": was["close"] * 1.002, "volume": 9_999.0}
    old_platform.revise(CHANGED, **{name: float(one) for name, one in revised.items()})
    old_platform.fetch("2024-05", refetch=True)
    old_platform.run_everything()
    after = old_platform.lake_state()
    changed = {
        (name, month)
        for name, (_, hashes) in after.items()
        for month, found in hashes.items()
        if before[name][1].get(month) != found
    }
    beside = {"candle_quarantine", "champions"}  # The superseded row; a choice by other models
    told = {(row["table"], row["month"]) for row in named}
    assert {one for one in changed if one[0] not in beside} <= told
    assert {("candles", "2024-05"), ("features", "2024-05"), ("models", "2024-06")} <= changed
    for table in (FEATURES, LABELS):
        now = old_platform.rows(table, "2024-05")
        other = rows[table.name].merge(now, how="outer", indicator=True)
        moments = other.loc[other["_merge"] != "both", "open_time"]
        [span] = [
            (row["first"], row["until"])
            for row in named
            if (row["table"], row["month"]) == (table.name, "2024-05")
        ]
        assert len(moments) > 0
        assert span[0] <= moments.min()
        assert moments.max() < span[1]


def test_what_was_said_is_named_and_told_to_be_kept(old_platform):
    rows = forward(old_platform, last_signal(old_platform) - timedelta(days=20))
    kept = {row["table"] for row in rows if not row["made_anew"]}
    assert {"predictions", "signals", "record"} <= kept
    assert {"features", "labels", "models", "signal_snapshots"} <= {
        row["table"] for row in rows if row["made_anew"]
    }
