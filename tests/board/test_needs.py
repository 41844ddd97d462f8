"""What needs a person is what nobody does by itself, the worst first."""

from traderai_assets.board.needs import needs_of, needs_of_verdicts

NOTHING = {
    "daemon": {"alive": True, "seen": "2026-10-06 00:00:00Z"},
    **dict.fromkeys(("sensors", "leftovers", "failed", "refused"), ()),
    "gate": {"markets": ()},
}


def failed(step):
    return {"run": "abc", "job": "train", "error": "it failed", "next": step}


def test_where_all_goes_on_by_itself_nobody_is_needed():
    assert needs_of(NOTHING) == []


def test_what_is_retried_or_resting_needs_nobody():
    resting = {"market": "a", "state": "refused", "since": "", "next_ask": "", "reason": ""}
    waits = {"market": "a", "reason": "its bars are fetched", "commands": []}
    status = NOTHING | {
        "failed": [failed("will be retried by itself"), failed("retried as 123 (queued)")],
        "refused": [resting],
        "gate": {"markets": [waits]},
    }
    assert needs_of(status) == []


def test_what_is_broken_stands_before_what_can_wait():
    status = NOTHING | {
        "failed": [failed("traderai runs retry abc")],
        "daemon": {"alive": False, "seen": None},
        "sensors": [{"sensor": "stale_models", "error": "no"}],
        "gate": {
            "markets": [{"market": "m", "reason": "gap", "commands": ["traderai backfill m"]}]
        },
    }
    found = needs_of(status)
    assert [one.what for one in found] == ["daemon", "sensor", "failed run", "data"]
    assert [one.tone for one in found] == ["bad", "bad", "warn", "warn"]
    assert [one.cure for one in found][2:] == ["traderai runs retry abc", "traderai backfill m"]
    assert "never seen" in found[0].why


def test_a_suspended_strategy_needs_a_person_and_a_promoted_one_does_not():
    verdicts = [
        {"strategy": "fast", "state": "suspended", "sentence": "it lost"},
        {"strategy": "slow", "state": "promoted", "sentence": "it won"},
    ]
    [need] = needs_of_verdicts(verdicts)
    assert (need.of, need.why) == ("fast", "it lost")
    assert "traderai strategies retire fast" in need.cure
