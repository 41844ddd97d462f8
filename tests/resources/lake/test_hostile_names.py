import random
import unicodedata

import pytest

from traderai_assets.domain.errors import InvalidInput, InvalidMarket, InvalidMonth
from traderai_assets.domain.markets import Market

NASTY = [*"%'\"\\~ aAzZ09éÉß\u0131", "..", "~2f", "%2F", "\U0001f4a9", "e\u0301", "=", "&", ";"]


def hostile_markets(count):
    """Markets whose symbols do their worst and are symbols all the same."""
    chance = random.Random(20260301)
    found = {}
    while len(found) < count:
        base, quote = ("".join(chance.choices(NASTY, k=chance.randint(1, 6))) for _ in range(2))
        settle = chance.choice(["", f":{quote}", f":{quote}-260327-100-C"])
        try:
            market = Market("binance", f"{base}/{quote}{settle}", "5m")
        except InvalidMarket:
            continue
        found[market.key] = market
    return sorted(found)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_hostile_markets_stay_inside_the_root_and_apart(lake, bars, month_of_bars, tmp_path):
    markets = hostile_markets(60)
    frames = {
        (market, "2026-03"): month_of_bars("2026-03", rows=1, first_close=number + 1.0)
        for number, market in enumerate(markets)
    }
    (tmp_path / "beside").write_text("untouched")
    lake.snapshot(bars).publish(frames, run_id="r", code_version="1")
    assert names(tmp_path) == ["beside", "lake", "lake-versions"]
    assert names(tmp_path / "lake") == ["bars"]
    folders = [name for name in names(tmp_path / "lake" / "bars") if name != "_delta_log"]
    assert len({unicodedata.normalize("NFKC", name).casefold() for name in folders}) == 60
    assert max(len(name.encode()) for name in folders) <= 255, "what ext4 takes"
    snapshot = lake.snapshot(bars)
    assert snapshot.markets() == markets
    for (market, month), frame in frames.items():
        assert snapshot.read(market, [month])["close"].tolist() == frame["close"].tolist()


def test_replacing_one_hostile_market_replaces_that_one(lake, bars, month_of_bars):
    markets = hostile_markets(30)
    frames = {(market, "2026-03"): month_of_bars("2026-03", rows=2) for market in markets}
    lake.snapshot(bars).publish(frames, run_id="r", code_version="1")
    for market in markets[::10]:
        frame = month_of_bars("2026-03", rows=1)
        done = lake.snapshot(bars).publish(
            {(market, "2026-03"): frame}, run_id="r", code_version="1"
        )
        assert done.changed == ((market, "2026-03"),)
    snapshot = lake.snapshot(bars)
    rows = [snapshot.summary(market, "2026-03").rows for market in markets]
    assert rows == [1 if number % 10 == 0 else 2 for number in range(30)]


@pytest.mark.parametrize(
    ("market", "month", "refusal"),
    [
        ("../../../etc.BTC-USDT.5m", "2026-03", InvalidMarket),
        ("binance.BTC-USDT\0.5m", "2026-03", InvalidMarket),
        ("binance." + "B" * 300 + "-USDT.5m", "2026-03", InvalidMarket),
        ("binance.btc-usdt.5m", "2026-03", InvalidMarket),
        ("Binance.BTC-USDT.5m", "2026-03", InvalidMarket),
        ("binance.BTC-USDT.5m", "../2026-03", InvalidMonth),
        ("binance.BTC-USDT.5m", "2026-03\0", InvalidMonth),
        ("binance.BTC-USDT.5m", "\uff12\uff10\uff12\uff16-03", InvalidMonth),
        ("binance.BTC-USDT.5m", "2026-03' OR '1'='1", InvalidMonth),
    ],
)
def test_a_key_outside_the_allow_list_touches_no_file(
    lake, bars, month_of_bars, tmp_path, market, month, refusal
):
    snapshot = lake.snapshot(bars)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(refusal) as raised:
        snapshot.publish({(market, month): month_of_bars("2026-03")}, run_id="r", code_version="1")
    assert isinstance(raised.value, InvalidInput)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_run_id_and_inputs_of_any_text_are_only_text(lake, bars, month_of_bars):
    text = "'; DROP TABLE bars; --\n\"}\u2028\0"
    key = ("binance.BTC-USDT.5m", "2026-03")
    lake.snapshot(bars).publish(
        {key: month_of_bars("2026-03")}, run_id=text, code_version=text, inputs={key: {text: text}}
    )
    (entry,) = lake.history(bars, *key)
    assert (entry.run_id, entry.code_version, entry.inputs) == (text, text, {text: text})
