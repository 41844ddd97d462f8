"""The page of each asset: the numbers first, a trend and a table without a click, hashes last."""

import dagster as dg
import pytest

from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.domain.pictures.sparkline import MOST_CHARACTERS
from traderai_assets.runs.page import OVERVIEW, PICTURE, TREND

# What a person checks first of each asset, before anything is drawn
FIRST = {
    "candles": ["absent_bars", "doubted_bars", "close", "month_return_percent"],
    "features": ["undefined_share", "features"],
    "labels": ["up_share", "mean_gross_return_percent"],
    "models": ["fault", "auc", "log_loss", "brier"],
    "backtests": ["walk_forward_total_return"],
    "record": ["net_return_percent", "buy_and_hold_return_percent", "trades"],
    "verdict": ["state", "sentence"],
    "champions": ["speaks", "strategy", "champion"],
    "signals": ["longs", "shorts", "bars_spoken_of"],
    "signal_snapshots": [],
    "signal_outcomes": [],
    "drift_metrics": ["alarm", "drifted", "worst_psi"],
}
# Of all that is told of an open month at every bar, nothing is drawn whole
AT_EVERY_BAR = {"candles", "features", "signals", "signal_outcomes"}
MAY, JUNE = "2024-05", "2024-06"


@pytest.fixture
def told(old_platform: InProcessPlatform) -> dict[str, list[dg.AssetMaterialization]]:
    """The events of each asset of a platform in which everything was made anew, newest first."""
    old_platform.run_everything()
    return {asset: events_of(old_platform, asset) for asset in FIRST}


def events_of(platform: InProcessPlatform, asset: str) -> list[dg.AssetMaterialization]:
    asked = dg.AssetRecordsFilter(dg.AssetKey(asset))
    found = platform.instance.fetch_materializations(asked, limit=100).records
    events = [one.asset_materialization for one in found]
    return [event for event in events if "content_hash" in event.metadata]


def shown(events: list[dg.AssetMaterialization]) -> dg.AssetMaterialization | None:
    """The newest event that tells more than a reason for nothing."""
    return next((one for one in events if "reason" not in one.metadata), None)


def of_month(events: list[dg.AssetMaterialization], month: str) -> dg.AssetMaterialization:
    return next(one for one in events if (one.partition or "").endswith(month))


def test_every_page_begins_with_its_numbers_and_ends_with_what_machines_compare(told):
    for asset, events in told.items():
        event = shown(events)
        if event is None:  # Of a record that is too short nothing is judged, and the page says so
            continue
        keys = list(event.metadata)
        assert keys[: len(FIRST[asset])] == FIRST[asset], asset
        assert keys[-3:] == ["inputs", "content_hash", "table_version"], asset
        drawn = [keys.index(name) for name in (TREND, OVERVIEW) if name in keys]
        assert drawn == sorted(drawn), asset
        assert all(at < keys.index("dagster/row_count") for at in drawn), asset


def test_trends_and_tables_stand_on_the_page_without_a_click_and_pictures_behind_one(told):
    seen: dict[str, set[str]] = {}
    for asset, events in told.items():
        for event in events:
            texts = {
                name: value.value
                for name, value in event.metadata.items()
                if isinstance(value, dg.MarkdownMetadataValue)
            }
            seen.setdefault(asset, set()).update(texts)
            for name in (TREND, OVERVIEW):
                assert len(texts.get(name, "")) <= MOST_CHARACTERS, (asset, name)
            for name in texts.keys() & {PICTURE, "account"}:
                assert texts[name].startswith("![")
    always = ("candles", "features", "labels", "models", "backtests", "record")
    for asset in always:
        assert {TREND, OVERVIEW, PICTURE} <= seen[asset], asset
    assert OVERVIEW in seen["champions"]
    assert TREND in seen["signals"]


def test_an_open_month_that_is_told_at_every_bar_is_not_drawn_whole(told):
    for asset in AT_EVERY_BAR:
        assert PICTURE not in of_month(told[asset], JUNE).metadata, asset
    for asset in ("candles", "features", "labels"):
        assert PICTURE in of_month(told[asset], MAY).metadata, asset


def test_the_same_rows_make_the_same_page(old_platform: InProcessPlatform, told):
    old_platform.run_everything()
    for asset, before in told.items():
        again = events_of(old_platform, asset)[0]
        same = next(one for one in before if one.partition == again.partition)
        changing = {"table_version", "changed", "inputs"}
        for name in again.metadata.keys() - changing:
            assert again.metadata[name] == same.metadata[name], (asset, name)


def test_what_is_plotted_over_partitions_is_a_number(told):
    record, candles = (shown(told[asset]).metadata for asset in ("record", "candles"))
    for value in (record["net_return_percent"], candles["close"], candles["volume"]):
        assert isinstance(value, dg.FloatMetadataValue)


def test_an_event_names_the_command_of_its_tear_sheet_and_one_of_a_live_tick_does_not(told):
    model, record, verdict = (told[asset][0].metadata for asset in ("models", "record", "verdict"))
    assert model["report"].value == f"traderai report model {model['model_id'].value[:12]}"
    assert record["report"].value == verdict["report"].value == "traderai report strategy default"
    assert not any("report" in event.metadata for name in AT_EVERY_BAR for event in told[name])
