"""Retirement: a person ends a strategy; nothing that was spent is forgotten or uncounted."""

import pandas as pd
import pytest

from tests.assets.conftest import NOW
from tests.assets.in_process_platform import InProcessPlatform, opened
from tests.assets.strategy_records import BTC, ETH, only_strategy, store_days
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.strategies.registered import ever_registered
from traderai_assets.registry.retirement import change_by_hand, is_retired
from traderai_assets.registry.strategy_registry import register
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.strategies import STRATEGIES
from traderai_assets.schemas.verdict import LOOKS, STATE_CHANGES, VERDICTS


def rows(platform: InProcessPlatform, table) -> pd.DataFrame:
    return platform.lake.snapshot(table).read("all", ["all"])


def by_hand(platform: InProcessPlatform, *, ends: bool):
    told = {"reason": "its venue closes", "by": "ada"}
    strategy = only_strategy(platform)
    return change_by_hand(platform.lake, platform.instance, strategy, ends=ends, **told)


@pytest.fixture
def candidate(platform: InProcessPlatform) -> InProcessPlatform:
    """A platform whose only strategy passed its first look."""
    register(platform.lake, only_strategy(platform), clock=lambda: NOW, run_id="by hand")
    for seed, market in enumerate((BTC, ETH), 1):
        store_days(platform, "2022-01-01", 500, mean=0.002, market=market, seed=seed)
    platform.run("judge")
    return platform


def test_what_was_never_judged_cannot_be_ended(platform: InProcessPlatform):
    with pytest.raises(InvalidInput, match="was never judged, so there is nothing to end"):
        by_hand(platform, ends=True)


def test_a_retired_strategy_stays_so_whatever_is_judged_and_says_who_ended_it_and_why(
    candidate: InProcessPlatform,
):
    looks = rows(candidate, LOOKS)
    change = by_hand(candidate, ends=True)
    assert (change.before, change.after) == ("candidate", "retired")
    assert is_retired(candidate.lake.snapshot(VERDICTS), only_strategy(candidate))
    said = rows(candidate, VERDICTS).sort_values("number").iloc[-1]
    assert said["state"] == "retired"
    assert said["sentence"].endswith("by ada: its venue closes")
    store_days(candidate, "2023-05-16", 30, mean=0.002, market=BTC, seed=3)
    store_days(candidate, "2023-05-16", 30, mean=0.002, market=ETH, seed=4)
    candidate.run("judge")
    assert is_retired(candidate.lake.snapshot(VERDICTS), only_strategy(candidate))
    pd.testing.assert_frame_equal(rows(candidate, LOOKS), looks)
    with pytest.raises(InvalidInput, match="is retired already"):
        by_hand(candidate, ends=True)


def test_registered_again_it_begins_anew_with_its_looks_spent(candidate: InProcessPlatform):
    with pytest.raises(InvalidInput, match="is candidate, not retired"):
        by_hand(candidate, ends=False)
    by_hand(candidate, ends=True)
    by_hand(candidate, ends=False)
    assert not is_retired(candidate.lake.snapshot(VERDICTS), only_strategy(candidate))
    changes = rows(candidate, STATE_CHANGES).sort_values("number")
    assert changes["after"].tolist() == ["candidate", "retired", "insufficient"]
    assert len(rows(candidate, LOOKS)) == 1


def test_one_that_was_killed_between_state_and_verdict_is_healed_by_the_same_command(
    candidate: InProcessPlatform, monkeypatch: pytest.MonkeyPatch
):
    from traderai_assets.registry import retirement

    publish, done = retirement._publish, []

    def killed(snapshot, frame):
        if done:
            raise KeyboardInterrupt
        done.append(publish(snapshot, frame))

    monkeypatch.setattr(retirement, "_publish", killed)
    with pytest.raises(KeyboardInterrupt):
        by_hand(candidate, ends=True)
    monkeypatch.undo()
    assert not is_retired(candidate.lake.snapshot(VERDICTS), only_strategy(candidate))
    by_hand(candidate, ends=True)
    assert is_retired(candidate.lake.snapshot(VERDICTS), only_strategy(candidate))
    assert rows(candidate, STATE_CHANGES)["after"].tolist() == ["candidate", "retired"]


def test_one_that_is_deleted_and_comes_back_is_found_or_counted(
    candidate: InProcessPlatform, feed: SimulatedFeed
):
    own, home = only_strategy(candidate), candidate.home
    with opened(home, feed, NOW, strategies={"again": {}}) as renamed:
        same = only_strategy(renamed)
        assert (same.name, same.id) == ("again", own.id)
        register(renamed.lake, same, clock=lambda: NOW, run_id="by hand")
        assert ever_registered(rows(renamed, STRATEGIES)) == 1
    other = {"again": {"training": {"horizon_bars": 4}}}
    with opened(home, feed, NOW, strategies=other) as changed:
        another = only_strategy(changed)
        assert another.id != own.id
        register(changed.lake, another, clock=lambda: NOW, run_id="by hand")
        assert ever_registered(rows(changed, STRATEGIES)) == 2
