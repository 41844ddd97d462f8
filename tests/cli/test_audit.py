"""`traderai audit` and `traderai lineage` on an empty home: what they say, and how they end."""

import json


def test_an_empty_home_violates_nothing_and_its_events_cannot_be_judged(traderai):
    code, out, _ = traderai("audit")
    assert code == 3
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert "cannot be judged: the instance remembers no event" in lines["events-tell-stored"]
    assert all(line.endswith(" ok") for name, line in lines.items() if name != "events-tell-stored")


def test_one_rule_is_asked_for_by_its_name_and_told_as_json(traderai):
    code, out, _ = traderai("audit", "bars-accounted", "--json")
    [told] = json.loads(out)
    assert (code, told["rule"], told["told"], told["violations"]) == (0, "bars-accounted", "ok", [])


def test_lineage_of_a_market_that_is_not_stored_says_how_to_have_it(traderai):
    code, _, err = traderai("lineage", "candle", "binance:BTC/USDT", "2026-03-20T12:00")
    assert code == 1
    assert "no candles of binance.BTC-USDT.1h are stored" in err
