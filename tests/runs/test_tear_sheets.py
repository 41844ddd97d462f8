"""Each page names the command of its tear sheet, which a live tick does not carry."""

import dagster as dg
import pytest

from traderai_assets.cli.report import command as report
from traderai_assets.definitions import build_definitions
from traderai_assets.runs.tear_sheets import REPORT, command_of_asset, command_of_event
from traderai_assets.settings import Settings
from traderai_assets.work_classes import ALL_ASSETS, JOBS, LIVE_JOB

MARKET = "binance.BTC-USDT.5m"
MODEL = {"model_id": "0123456789abcdef0123456789abcdef"}


@pytest.mark.parametrize(
    ("key", "told", "command"),
    [
        (["verdict"], {}, "traderai report strategy default"),
        (["patient", "record"], {}, "traderai report strategy patient"),
        (["patient", "models"], MODEL, "traderai report model 0123456789ab"),
        (["backtests"], MODEL, "traderai report model 0123456789ab"),
        # Of a month without a model there is the strategy's page
        (["patient", "backtests"], {}, "traderai report strategy patient"),
        (["champions"], {}, f"traderai report market {MARKET}"),
        (
            ["patient", "drift_metrics"],
            {},
            f"traderai report market {MARKET} --strategy patient",
        ),
    ],
)
def test_an_event_names_its_tear_sheet_with_all_names_filled_in(key, told, command):
    assert command_of_event(key, MARKET, told) == {REPORT: command}


def test_what_a_live_tick_tells_carries_no_byte_of_it():
    for asset in JOBS[LIVE_JOB]:
        assert command_of_event(["patient", asset], MARKET, MODEL) == {}


@pytest.mark.parametrize("asset", sorted(ALL_ASSETS))
def test_every_command_that_is_named_is_one_that_there_is(asset):
    of_event = command_of_event(["patient", asset], MARKET, MODEL).get(REPORT, "")
    for command in filter(None, (of_event, command_of_asset(["patient", asset]))):
        program, group, kind, name, *options = command.split()
        assert (program, group) == ("traderai", "report")
        given = report.commands[kind].make_context(kind, [name, *options])
        assert name in given.params.values()


def test_descriptions_of_what_is_told_at_every_bar_name_it(tmp_path):
    settings = Settings(home=tmp_path, strategies={"patient": {}, "quick": {}})
    specs: dict[str, dg.AssetSpec] = {
        one.key.to_user_string(): one
        for one in build_definitions(settings=settings).resolve_all_asset_specs()
    }
    told = {key: spec.description for key, spec in specs.items()}
    assert "As one HTML page: `traderai report market MARKET`." in told["candles"]
    command = "traderai report market MARKET --strategy quick"
    assert f"As one HTML page: `{command}`." in told["quick/signals"]
    assert "As one HTML page" not in told["features"]
