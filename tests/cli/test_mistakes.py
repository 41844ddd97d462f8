"""The mistakes that people make: each is told in one line, with its value and a way out."""

import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import dagster as dg
import pandas as pd
import pytest

from tests.domain.training.conftest import _small_plan, _train, planted
from tests.registry.hand_made import NOON, desk_at, put, rows_of
from traderai_assets.cli.dev.home_lock import LOCK_FILE, home_lock
from traderai_assets.cli.main import COMMANDS
from traderai_assets.domain.models.model import encode_model
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.predictions import PREDICTIONS

__all__ = ["_small_plan", "_train", "planted"]
MARKET = "binance:BTC/USDT"
FAILED, USAGE = 1, 2
APART = ("dev runs", "port taken", "broken file", "a model", "a model in use")


class Mistake(NamedTuple):
    """What was typed, what of it is named, and what would do."""

    typed: list[str]
    code: int
    names: str
    way_out: str
    prepare: str = ""


MISTAKES = {
    "a market without its exchange": Mistake(
        ["markets", "add", "BTC/USDT"], FAILED, "'BTC/USDT'", "such as binance:BTC/USDT"
    ),
    "a symbol without its slash": Mistake(
        ["words", "binance:BTCUSDT"], FAILED, "'BTCUSDT'", "for example BTC/USDT"
    ),
    "a market that is not stored": Mistake(
        ["words", "binance:DOGE/USDT"],
        FAILED,
        "binance.DOGE-USDT.1h",
        '"traderai markets add binance:DOGE/USDT" has them fetched',
    ),
    "an exchange that does not exist": Mistake(
        ["markets", "add", "binanc:BTC/USDT"], FAILED, "'binanc'", "near it are binance"
    ),
    "a timeframe that is not served": Mistake(
        ["status"],
        FAILED,
        "'7m'",
        "expected one of 1m, ",
        prepare="TRADERAI_TIMEFRAME=7m",
    ),
    "a strategy that does not exist": Mistake(
        ["strategies", "show", "fsat"], FAILED, "'fsat'", "the settings make default"
    ),
    "a model that does not exist": Mistake(
        ["models", "show", "deadbeef"], FAILED, "deadbeef", '"traderai models list"'
    ),
    "a model id that is too short": Mistake(
        ["models", "show", "12"],
        FAILED,
        "'12'",
        'as "traderai models list" shows them',
    ),
    "a run that does not exist": Mistake(
        ["runs", "logs", "deadbeef"], FAILED, "deadbeef", '"traderai runs list" names the newest'
    ),
    "a day that is none": Mistake(
        ["backfill", MARKET, "--since", "2026-13-01"],
        USAGE,
        "'2026-13-01'",
        '"traderai backfill --help"',
    ),
    "a day that is still to come": Mistake(
        ["backfill", MARKET, "--since", "2999-01-01"], USAGE, "2999-01-01", "is not before"
    ),
    "a month that is none": Mistake(
        ["walk-forward", "--since", "2026-1"], USAGE, "'2026-1'", "YYYY-MM"
    ),
    "a moment that is none": Mistake(
        ["signals", "as-of", "noon"], FAILED, "'noon'", "expected one such as 2026-03-01T12:00"
    ),
    "a moment that is still to come": Mistake(
        ["signals", "as-of", "2999-01-01T12:00"], FAILED, "2999-01-01 12:00 UTC", "leave it out"
    ),
    "a folder that is not the project's": Mistake(
        ["status"], FAILED, "no dagster.yaml", "start traderai in the project's folder", "elsewhere"
    ),
    "the home of another installation": Mistake(
        ["status"], FAILED, "is the instance of another home", "unset DAGSTER_HOME", "another home"
    ),
    "dev that runs already": Mistake(
        ["dev"], FAILED, 'is in use by "traderai dev"', "stop it with Ctrl-C", "dev runs"
    ),
    "a port that is taken": Mistake(
        ["dev", "--port", "PORT"], FAILED, "is taken", "name another with --port", "port taken"
    ),
    "a setting that does not exist": Mistake(
        ["status"],
        FAILED,
        "TRADERAI_HISTORY_DAY is no setting",
        "did you mean TRADERAI_HISTORY_DAYS?",
        prepare="TRADERAI_HISTORY_DAY=3",
    ),
    "a setting of the wrong kind": Mistake(
        ["status"],
        FAILED,
        "history_days (TRADERAI_HISTORY_DAYS)",
        "valid integer",
        prepare="TRADERAI_HISTORY_DAYS=many",
    ),
    "a file of candles that nobody can read": Mistake(
        ["sandbox", "--candles", "FOLDER"],
        FAILED,
        "binance__BTC_USDT__5m.parquet is no Parquet file that can be read",
        "fetch it again",
        "broken file",
    ),
    "a file to write of another kind": Mistake(
        ["candles", "export", MARKET, "--to", "btc.xls"],
        FAILED,
        "btc.xls",
        "expected .parquet or .csv",
    ),
    "SQL that writes": Mistake(["sql", "DELETE FROM candles"], FAILED, "DELETE", "SELECT"),
    "SQL of a table that does not exist": Mistake(
        ["sql", "SELECT * FROM candels"], FAILED, "candels", "candles"
    ),
    "a model that may not speak": Mistake(
        ["models", "promote", "MODEL", "--reason", "I like it"],
        FAILED,
        "of strategy default does not speak here: ",
        '"traderai strategies verdict" says what the strategy lacks',
        "a model",
    ),
    "deleting a model that is in use": Mistake(
        ["models", "delete", "MODEL", "--reason", "old", "--yes"],
        FAILED,
        "is not deleted, since these refer to it: predictions (1 rows)",
        '"traderai reset" ends audit and all',
        "a model in use",
    ),
    "a reset while runs are at work": Mistake(
        ["reset", "--drift", "--yes", "drift"], FAILED, "run", '"traderai runs cancel', "at work"
    ),
    "a reset of nothing": Mistake(["reset"], FAILED, "say what is to go", "--everything"),
    "a web server that is not there": Mistake(
        ["backfill", MARKET, "--since", "2026-01-01", "--url", "http://127.0.0.1:9"],
        FAILED,
        "http://127.0.0.1:9",
        'start it with "make dev"',
    ),
    "a command with a slip": Mistake(["stauts"], USAGE, "'stauts'", "'status'"),
    "a command below another with a slip": Mistake(
        ["models", "lst"], USAGE, "'lst'", "Did you mean 'list'?"
    ),
    "an option with a slip": Mistake(
        ["status", "--jsno"], USAGE, "'--jsno'", "Did you mean '--json'?"
    ),
    "an argument that was forgotten": Mistake(
        ["words"], USAGE, "'MARKET'", '"traderai words --help"'
    ),
}


@pytest.fixture
def prepared(monkeypatch, tmp_path, run):
    """Bring about what makes it a mistake."""

    def elsewhere():
        monkeypatch.chdir(tmp_path)

    def another_home():
        other = tmp_path / "other" / "dagster"
        (other.parent / "lake").mkdir(parents=True)
        other.mkdir()
        (other / "dagster.yaml").symlink_to(Path("dagster.yaml").resolve())
        monkeypatch.setenv("DAGSTER_HOME", str(other))

    def at_work():
        run("monitor_drift", dg.DagsterRunStatus.STARTED)

    known: dict[str, Callable[[], None]] = {
        "elsewhere": elsewhere,
        "another home": another_home,
        "at work": at_work,
    }

    def prepare(what):
        if "=" in what:
            monkeypatch.setenv(*what.split("="))
        elif what:
            known[what]()

    return prepare


def typed_wrongly(traderai, mistake, typed):
    code, out, err = traderai(*typed)
    assert code == mistake.code
    assert len(err.splitlines()) == 1 or "cannot be used:\n" in err, err
    assert err.startswith("traderai: ")
    assert mistake.names in err
    assert mistake.way_out in err
    assert "Traceback" not in err + out


@pytest.mark.filterwarnings("ignore:Using variable_values:DeprecationWarning")  # of dagster_graphql
@pytest.mark.parametrize(
    "name", [name for name, one in MISTAKES.items() if one.prepare not in APART]
)
def test_a_mistake_is_told_in_one_line_with_its_way_out(name, traderai, prepared):
    mistake = MISTAKES[name]
    prepared(mistake.prepare)
    typed_wrongly(traderai, mistake, mistake.typed)


def test_dev_that_runs_already_is_named_with_how_to_stop_it(traderai, home):
    mistake = MISTAKES["dev that runs already"]
    with home_lock(home, "traderai dev"):
        assert json.loads((home.home / LOCK_FILE).read_text())["command"] == "traderai dev"
        typed_wrongly(traderai, mistake, mistake.typed)


@pytest.mark.usefixtures("instance")
def test_a_port_that_is_taken_is_named_with_the_option(traderai):
    mistake = MISTAKES["a port that is taken"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        typed_wrongly(traderai, mistake, [port if one == "PORT" else one for one in mistake.typed])


def test_a_file_of_candles_that_nobody_can_read_is_named(traderai, tmp_path):
    mistake = MISTAKES["a file of candles that nobody can read"]
    (tmp_path / "binance__BTC_USDT__5m.parquet").write_text("no Parquet")
    typed = [str(tmp_path) if one == "FOLDER" else one for one in mistake.typed]
    typed_wrongly(traderai, mistake, typed)


@pytest.fixture(scope="module")
def trained(planted, train):
    return encode_model(train(planted()))


@pytest.mark.parametrize("name", ["a model that may not speak", "deleting a model that is in use"])
def test_a_change_of_a_model_that_is_refused_says_why(name, traderai, home, instance, trained):
    mistake = MISTAKES[name]
    desk = desk_at(home.home, instance)
    columns = {name: list(trained[name]) for name in trained}
    put(desk, MODELS, rows_of(MODELS, **columns, generation=1))
    [model_id] = trained["model_id"]
    put(desk, CANDLES, rows_of(CANDLES, open_time=[pd.Timestamp(NOON)]))
    if mistake.prepare == "a model in use":
        frame = rows_of(PREDICTIONS, model_id=[model_id], open_time=[pd.Timestamp(NOON)])
        put(desk, PREDICTIONS, frame)
    typed = [model_id[:8] if one == "MODEL" else one for one in mistake.typed]
    typed_wrongly(traderai, mistake, typed)


def test_there_are_twenty_at_least():
    assert len(MISTAKES) >= 20


@pytest.mark.parametrize("name", COMMANDS)
def test_a_letter_left_out_of_a_command_finds_it(name, traderai):
    slip = name[:1] + name[2:]
    if slip in COMMANDS:
        pytest.skip(f"{slip} is one, too")
    code, _, err = traderai(slip)
    assert (code, len(err.splitlines())) == (USAGE, 1)
    assert f"'{name}'" in err


def test_a_moment_without_a_zone_is_utc_and_one_with_a_zone_is_not(traderai, home):  # noqa: ARG001
    from traderai_assets.cli.moments import moment_of

    assert moment_of("2026-03-01T12:00", "TIME") == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert moment_of("2026-03-01T12:00+02:00", "TIME") == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert traderai("signals", "as-of", "2026-03-01T12:00").out == "no signal holds then\n"
