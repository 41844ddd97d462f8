"""When faults strike: counts, chances, matching, order, and revisions that stay."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from traderai_assets.sandbox.fault_rules import FaultRule, Revision, Rules
from traderai_assets.sandbox.faults import Answer, Faults

KLINES = "/api/v3/klines"
START = datetime(2024, 3, 1, tzinfo=UTC)
PAGE = Answer(
    KLINES, "BTCUSDT", "5m", [int(START.timestamp() * 1000) + 300_000 * row for row in range(3)]
)


def kinds(faults, answer=PAGE):
    return [strike.rule.kind for strike in faults.falling(answer)]


def test_a_rule_strikes_once_unless_told_otherwise():
    faults = Faults()
    faults.add(FaultRule(kind="html"))
    assert [kinds(faults) for _ in range(2)] == [["html"], []]


def test_a_rule_without_count_never_ends():
    faults = Faults()
    faults.add(FaultRule(kind="html", count=None))
    assert all(kinds(faults) == ["html"] for _ in range(50))


def test_wire_faults_strike_one_at_a_time_in_the_order_given():
    faults = Faults()
    faults.add(FaultRule(kind="status", status=429, count=2), FaultRule(kind="stall"))
    assert [kinds(faults) for _ in range(4)] == [["status"], ["status"], ["stall"], []]


def test_row_faults_strike_together_with_one_wire_fault():
    faults = Faults()
    faults.add(*(FaultRule(kind=kind) for kind in ("missing", "drip", "duplicate", "html")))
    assert kinds(faults) == ["missing", "drip", "duplicate"]


def test_answers_may_pass_before_a_rule_strikes():
    faults = Faults()
    faults.add(FaultRule(kind="empty", skip=2))
    assert [kinds(faults) for _ in range(4)] == [[], [], ["empty"], []]


def test_a_chance_is_drawn_from_the_rules_own_seed():
    def struck(seed):
        faults = Faults()
        faults.add(FaultRule(kind="empty", probability=0.3, count=None, seed=seed))
        return [bool(kinds(faults)) for _ in range(1000)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert sum(struck(1)) == pytest.approx(300, abs=60)  # 4 standard deviations


@pytest.mark.parametrize(
    ("condition", "matches"),
    [
        ({"endpoint": KLINES}, True),
        ({"endpoint": "/api/v3/time"}, False),
        ({"symbol": "BTC/USDT"}, True),
        ({"symbol": "BTCUSDT"}, True),
        ({"symbol": "ETH/USDT"}, False),
        ({"timeframe": "5m"}, True),
        ({"timeframe": "1h"}, False),
        ({"since": START + timedelta(minutes=10)}, True),
        ({"since": START + timedelta(minutes=11)}, False),
        ({"until": START}, False),
        ({"until": START + timedelta(minutes=1)}, True),
    ],
)
def test_a_rule_strikes_only_what_it_names(condition, matches):
    faults = Faults()
    faults.add(FaultRule(kind="html", **condition))
    assert bool(kinds(faults)) == matches


def test_row_faults_pass_by_answers_without_rows_and_keep_their_strike():
    faults = Faults()
    faults.add(FaultRule(kind="missing"), FaultRule(kind="clock_skew", seconds=-60))
    assert kinds(faults, Answer("/api/v3/ping")) == []
    assert kinds(faults, Answer("/api/v3/time")) == ["clock_skew"]
    assert kinds(faults) == ["missing"]


def test_clearing_lifts_rules_and_keeps_revisions():
    faults = Faults()
    revision = Revision(symbol="BTC/USDT", timeframe="5m", open_time=START, values={"close": 101.5})
    faults.add(FaultRule(kind="html"), revision)
    faults.clear()
    assert kinds(faults) == []
    assert faults.revised("BTCUSDT", "5m", PAGE.open_times[0]) == {"close": 101.5}
    assert faults.revised("BTCUSDT", "1h", PAGE.open_times[0]) == {}


def test_the_report_tells_what_is_left():
    faults = Faults()
    faults.add(FaultRule(kind="html", count=3))
    kinds(faults)
    assert faults.report() == [{"kind": "html", "count": 3, "left": 2}]


@pytest.mark.parametrize(
    "rule",
    [
        '{"kind": "explode"}',
        '{"kind": "html", "cuont": 2}',
        '{"kind": "html", "count": 0}',
        '{"kind": "status", "status": 200}',
        '{"kind": "stall", "seconds": -1}',
        '{"kind": "html", "since": "2024-03-01T00:00:00"}',
        '{"kind": "revise", "symbol": "BTC/USDT", "timeframe": "5m"}',
    ],
)
def test_a_rule_that_says_nothing_sensible_is_refused(rule):
    with pytest.raises(ValidationError):
        Rules.validate_json(f"[{rule}]")
