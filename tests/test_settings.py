import json
import subprocess
import sys
import traceback

import pytest

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.settings import load_settings


def written(tmp_path, text):
    file = tmp_path / "traderai.toml"
    file.write_text(text)
    return file


def test_the_shipped_file_is_valid_and_is_what_the_code_defaults_to(repository, tmp_path):
    shipped = load_settings(repository / "traderai.toml")
    assert shipped.model_dump() == load_settings(tmp_path / "absent.toml").model_dump()


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADERAI_COSTS__FEE_RATE", "0.002")
    settings = load_settings(written(tmp_path, "[costs]\nfee_rate = 0.001\nslippage_rate = 0.0"))
    assert (settings.costs.fee_rate, settings.costs.slippage_rate) == (0.002, 0.0)


def test_a_market_is_written_as_exchange_and_symbol_or_as_a_key():
    settings = load_settings()
    assert settings.market("binance:BTC/USDT").key == "binance.BTC-USDT.5m"
    assert settings.market("okx.BTC-USDT_USDT.1h").symbol == "BTC/USDT:USDT"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("history_days = 1000000000", "history_days"),
        ("[training]\nlookback_days = 0", "training.lookback_days"),
        ("[training]\nfolds = 1000000", "training.folds"),
        ("[training]\nseed = -1", "training.seed"),
        ("[costs]\nfee_rate = nan", "costs.fee_rate"),
        ("[costs]\nfee_rate = inf", "costs.fee_rate"),
        ("[costs]\nfees = 1", "costs.fees"),
        ('markets = ["binance"]', "market key 'binance'"),
        ('markets = ["binance:BTC/USDT", "binance:BTC/USDT"]', "more than once"),
        ('timeframe = "7m"', "timeframe '7m'"),
        ('exchange_url = "ftp://x"', "exchange_url"),
        ("history_days = ", "traderai.toml cannot be read"),
        ("[search]\nhorizon_bars = [12, 0]", "search.horizon_bars.1"),
        ("[search]\nbarrier_multiples = [0]", "search.barrier_multiples.0"),
        ('home = ""', "): is empty; expected a folder of its own"),
        ("markets = 'x'", 'expected a list such as ["binance:BTC/USDT"'),
        ("costs = 1", "; expected a section such as {"),
        ("[costs]\nfee-rate = 1", "'costs.fee-rate' is no setting; did you mean costs.fee_rate?"),
        ("fee_rate = 0.1", "'fee_rate' is no setting; did you mean costs.fee_rate?"),
        (
            "[costs]\nhistory_days = 9",
            "'costs.history_days' is no setting; did you mean history_days (above the first [sec",
        ),
        ("[cost]\nfee_rate = 0.1", "'cost' is no setting"),
        ("qwertz = 1", "'qwertz' is no setting; expected one of markets, timeframe"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, monkeypatch, text, named):
    monkeypatch.delenv("TRADERAI_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidSettings) as refused:
        load_settings(written(tmp_path, text))
    assert named in str(refused.value)


def test_a_bomb_is_refused_before_it_is_parsed(tmp_path):
    with pytest.raises(InvalidSettings, match="at most 100000"):
        load_settings(written(tmp_path, "a = " + "[" * 200_000))


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        (
            "TRADERAI_COSTS_FEE_RATE",
            "0.01",
            "is no setting; did you mean TRADERAI_COSTS__FEE_RATE?",
        ),
        ("TRADERAI_FEE_RATE", "0.01", "is no setting; did you mean TRADERAI_COSTS__FEE_RATE?"),
        ("TRADERAI_HISTORY_DAY", "90", "is no setting; did you mean TRADERAI_HISTORY_DAYS?"),
        ("traderai_history_day", "90", "is no setting; did you mean TRADERAI_HISTORY_DAYS?"),
        ("TRADERAI_COSTS__FEES", "1", "is no setting; did you mean TRADERAI_COSTS__FEE_RATE?"),
        ("TRADERAI_HISTORY_DAYS__X", "1", "is no setting; did you mean TRADERAI_HISTORY_DAYS?"),
        ("TRADERAI_QWERTZ", "1", "is no setting; expected one of markets, timeframe"),
        ("TRADERAI_MARKETS", "binance:BTC/USDT", 'is not JSON; expected a list such as ["binance:'),
        ("TRADERAI_MARKETS", "", 'is not JSON; expected a list such as ["binance:'),
        ("TRADERAI_MARKETS", "[" * 50_000, "is not JSON; expected a list"),
        ("TRADERAI_SEARCH__HORIZON_BARS", "12", "expected a list such as [12] (got '12')"),
        ("TRADERAI_COSTS", "0.1", 'is no JSON object; expected a section such as {"fee_rate": '),
        ("TRADERAI_COSTS", '{"fee": 1}', "'costs.fee' is no setting; did you mean costs.fee_rate"),
        ("TRADERAI_HISTORY_DAYS", "", "valid integer"),
        ("TRADERAI_HISTORY_DAYS", "ninety", "valid integer"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_with_the_form_expected(
    tmp_path, monkeypatch, variable, value, says
):
    monkeypatch.setenv(variable, value)
    with pytest.raises(InvalidSettings) as refused:
        load_settings(tmp_path / "absent.toml")
    assert variable in str(refused.value)
    assert says in str(refused.value)


def test_a_variable_and_its_twin_in_other_letters_are_both_named(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADERAI_HISTORY_DAYS", "90")
    monkeypatch.setenv("traderai_history_days", "80")
    with pytest.raises(InvalidSettings, match="TRADERAI_HISTORY_DAYS and traderai_history_days"):
        load_settings(tmp_path / "absent.toml")


def test_variables_of_the_tests_are_no_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADERAI_TEST_CANDLES", "/somewhere")
    assert load_settings(tmp_path / "absent.toml").history_days == 540


def test_a_section_may_be_json_and_one_of_its_settings_a_variable_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("TRADERAI_COSTS", '{"fee_rate": 0.002}')
    monkeypatch.setenv("TRADERAI_COSTS__SLIPPAGE_RATE", " 0 ")
    costs = load_settings(written(tmp_path, "[costs]\nfunding_rate = 0.001")).costs
    assert (costs.fee_rate, costs.slippage_rate, costs.funding_rate) == (0.002, 0, 0.001)


def test_a_mark_that_editors_put_before_the_text_is_no_fault(tmp_path):
    file = tmp_path / "traderai.toml"
    file.write_bytes(b"\xef\xbb\xbfhistory_days = 90\r\n")
    assert load_settings(file).history_days == 90


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("history_days = 90".encode("utf-16"), "is written in UTF-16; save it as UTF-8"),
        (b"# \xe4\nhistory_days = 90", "is not UTF-8: byte 2 is 0xe4; save it as UTF-8"),
        (b"a = " + b"[" * 50_000, "nested too deeply"),
    ],
)
def test_a_file_in_another_form_is_named_with_the_way_out(tmp_path, content, says):
    file = tmp_path / "traderai.toml"
    file.write_bytes(content)
    with pytest.raises(InvalidSettings, match=f"{file} .*{says}"):
        load_settings(file)


def test_what_is_no_file_is_refused_and_not_taken_for_absent(tmp_path):
    (tmp_path / "link.toml").symlink_to(tmp_path / "gone.toml")
    for path in (tmp_path, tmp_path / "link.toml"):
        with pytest.raises(InvalidSettings, match=f"{path} is no file"):
            load_settings(path)


@pytest.mark.parametrize(
    "text",
    [
        'password = "sesame"',
        '[costs]\npassword = "sesame"',
        'studies = ["sesame"]',
        'exchange = "https://user:sesame@host"',
        'costs = {token = "sesame"}',
    ],
)
def test_a_value_that_may_be_secret_is_not_repeated(tmp_path, monkeypatch, text):
    file = written(tmp_path, text)
    monkeypatch.setenv("TRADERAI_TOKEN", "sesame")
    with pytest.raises(InvalidSettings) as refused:
        load_settings(file)
    assert "TRADERAI_TOKEN is no setting" in str(refused.value)
    monkeypatch.delenv("TRADERAI_TOKEN")
    with pytest.raises(InvalidSettings) as of_file:
        load_settings(file)
    for found in (refused.value, of_file.value):
        # All that a code location shows of it
        assert "sesame" not in "".join(traceback.format_exception(found))


@pytest.mark.processes
def test_to_load_the_settings_imports_nothing_that_trains(repository):
    program = (
        "import json, sys; from traderai_assets.settings import load_settings; load_settings(); "
        "print(json.dumps(sorted(sys.modules)))"
    )
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=repository
    )
    heavy = {"lightgbm", "xgboost", "numba", "optuna", "sklearn", "scipy", "dagster", "talib"}
    assert heavy & set(json.loads(told.stdout)) == set()


def test_what_a_home_says_goes_over_the_file_and_the_environment_over_both(tmp_path, monkeypatch):
    file = written(
        tmp_path,
        f"""home = "{tmp_path / "home"}"
history_days = 90
[costs]
fee_rate = 0.001
funding_rate = 0.0001
[strategies.mine]
""",
    )
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "traderai.toml").write_text(
        "history_days = 100\n[costs]\nfee_rate = 0.002\n[strategies.fast]\n[strategies.slow]\n"
    )
    monkeypatch.delenv("TRADERAI_HOME", raising=False)
    settings = load_settings(file)
    assert (settings.history_days, settings.costs.fee_rate) == (100, 0.002)
    assert settings.costs.funding_rate == 0.0001
    assert sorted(settings.strategies) == ["fast", "slow"]
    monkeypatch.setenv("TRADERAI_COSTS__FEE_RATE", "0.003")
    assert load_settings(file).costs.fee_rate == 0.003
    monkeypatch.setenv("TRADERAI_HOME", str(tmp_path / "other"))
    assert load_settings(file).history_days == 90


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("history_day = 1", r"home/traderai.toml: 'history_day' is no setting"),
        ("history_days = 0", r"history_days \(.*home/traderai.toml\)"),
        ('home = "elsewhere"', "a home does not say where it is; take 'home' out"),
        ("[", r"home/traderai.toml cannot be read"),
    ],
)
def test_what_is_wrong_in_a_home_is_named_with_its_file(tmp_path, text, named):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "traderai.toml").write_text(text)
    with pytest.raises(InvalidSettings, match=named):
        load_settings(tmp_path / "absent.toml", home=tmp_path / "home")
