"""The walk forward makes what is lacking, and nothing that is there and made of what is stored."""

from datetime import UTC, datetime

from tests.assets.in_process_platform import InProcessPlatform
from tests.assets.strategy_records import only_strategy
from traderai_assets.domain.months import Month
from traderai_assets.registry.walk_forward import WalkForward, stretches

APRIL, MAY, JUNE = (Month(2024, month) for month in (4, 5, 6))


def lacking(platform: InProcessPlatform, *months: Month) -> list[Month]:
    walk = WalkForward(platform.lake, platform.instance, only_strategy(platform))
    return walk.lacking(platform.market, months)


def test_months_behind_a_look_back_can_be_served(old_platform: InProcessPlatform):
    walk = WalkForward(old_platform.lake, old_platform.instance, only_strategy(old_platform))
    assert walk.months(old_platform.market, look_back_days=30) == [APRIL, MAY, JUNE]
    assert walk.months(old_platform.market, look_back_days=32) == [MAY, JUNE]
    assert walk.months(old_platform.market, look_back_days=360) == []


def test_what_is_made_is_not_lacking_until_something_it_was_made_of_is_another(
    old_platform: InProcessPlatform,
):
    # The instance of a copied home knows nothing: what nobody remembers is made sure of
    assert lacking(old_platform, APRIL, MAY, JUNE) == [APRIL, MAY, JUNE]
    versions = old_platform.lake_state()
    old_platform.run("train", "2024-05", "2024-06")
    assert lacking(old_platform, APRIL, MAY, JUNE) == [APRIL]
    assert old_platform.lake_state() == versions
    old_platform.revise(datetime(2024, 5, 20, 3, tzinfo=UTC), high=1e6)
    old_platform.run("backfill", "2024-05", refetch=True)
    assert lacking(old_platform, MAY, JUNE) == [MAY]
    old_platform.run("train", "2024-05")
    assert lacking(old_platform, MAY, JUNE) == []


def test_a_month_whose_training_is_refused_is_made_all_the_same(old_platform: InProcessPlatform):
    old_platform.run("extend_record", "2024-04")
    assert lacking(old_platform, APRIL) == []


def test_months_that_follow_on_each_other_are_one_run():
    july = JUNE.shift(1)
    assert list(stretches([july, APRIL, MAY])) == [[APRIL, MAY], [july]]
    assert list(stretches([])) == []
