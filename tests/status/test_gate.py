"""What the gate before training found is told as it was kept, market by market."""

import json
from datetime import UTC, datetime, timedelta

from traderai_assets.domain.freshness.training_data import Refusal
from traderai_assets.domain.freshness.waiting import GateFinding, WaitingMarket
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.instance.gate_notes import note_gate_finding
from traderai_assets.instance.market_notes import write_notes

NOW = datetime(2026, 4, 20, 12, tzinfo=UTC)
BTC = Market("binance", "BTC/USDT", "5m").key
SMALL, DATED = "binance.~6bPEPE-USDC_USDC.5m", "binance.1000SHIB-USDT_USDT+260327.5m"


def waiting(market, *months, found="bars are neither stored nor known gaps"):
    missing = {Month.parse(month): 12 for month in months}
    window = LookBack(NOW - timedelta(days=90), NOW)
    return WaitingMarket.of(
        Refusal(market, Month.parse("2026-05"), found, window, missing, present=NOW)
    )


def test_of_each_market_that_waits_the_months_and_the_commands_are_told(traderai, instance):
    markets = (waiting(BTC, "2026-01", "2026-02", "2026-04"), waiting(DATED, "2026-03"))
    note_gate_finding(instance, GateFinding(NOW, markets))
    assert json.loads(traderai("status", "--json").out)["gate"] == {
        "as_of": "2026-04-20 12:00:00Z",
        "markets": [
            {
                "market": BTC,
                "months": ["2026-01", "2026-02", "2026-04"],
                "reason": "bars are neither stored nor known gaps",
                "commands": [
                    f"traderai backfill {BTC} --since 2026-01-01 --until 2026-02-28",
                    f"traderai backfill {BTC} --since 2026-04-01",
                ],
            },
            {
                "market": DATED,
                "months": ["2026-03"],
                "reason": "bars are neither stored nor known gaps",
                "commands": [f"traderai backfill {DATED} --since 2026-03-01 --until 2026-03-31"],
            },
        ],
    }
    told = traderai("status").out
    assert "Waiting for data, as of 2026-04-20 12:00:00Z:\n" in told
    assert f"traderai backfill {BTC} --since 2026-01-01 --until 2026-02-28" in told


def test_a_key_with_any_sign_and_a_reason_with_any_words_come_back_as_they_were(instance, traderai):
    fault = f'{BTC} has no model, but "traderai backfill {BTC}" of 2026-01; and 3 markets more'
    rows = [waiting(SMALL, "2026-03"), waiting(DATED, "2026-02"), waiting(BTC, found=fault)]
    note_gate_finding(instance, GateFinding(NOW, tuple(rows)))
    told = json.loads(traderai("status", "--json").out)["gate"]["markets"]
    assert [row["market"] for row in told] == [SMALL, DATED, BTC]
    assert [row["commands"] for row in told] == [
        [f"traderai backfill {SMALL} --since 2026-03-01 --until 2026-03-31"],
        [f"traderai backfill {DATED} --since 2026-02-01 --until 2026-02-28"],
        [],
    ]
    assert (told[2]["months"], told[2]["reason"]) == ([], fault)


def test_what_another_version_of_the_code_kept_or_nobody_is_no_finding(instance, traderai):
    assert json.loads(traderai("status", "--json").out)["gate"] == {"as_of": None, "markets": []}
    write_notes(instance, {"traderai/gate": '{"version": 2, "waits": "other"}'})
    assert json.loads(traderai("status", "--json").out)["gate"] == {"as_of": None, "markets": []}
    assert "Waiting for data" not in traderai("status").out


def test_a_market_that_waits_no_longer_is_gone_with_the_next_finding(instance, traderai):
    note_gate_finding(instance, GateFinding(NOW, (waiting(BTC, "2026-03"),)))
    note_gate_finding(instance, GateFinding(NOW + timedelta(minutes=1), ()))
    gate = json.loads(traderai("status", "--json").out)["gate"]
    assert gate == {"as_of": "2026-04-20 12:01:00Z", "markets": []}
