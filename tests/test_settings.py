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
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, named):
    with pytest.raises(InvalidSettings, match=named.replace("(", r"\(")):
        load_settings(written(tmp_path, text))


def test_a_bomb_is_refused_before_it_is_parsed(tmp_path):
    with pytest.raises(InvalidSettings, match="at most 100000"):
        load_settings(written(tmp_path, "a = " + "[" * 200_000))
