"""A declared warm-up is enough, and one that is not is found."""

from dataclasses import replace
from datetime import timedelta

from tests.domain.features.warm_up import find_short_warm_ups
from traderai_assets.domain.features.catalogue import CATALOGUE

BAR = timedelta(minutes=5)
BY_NAME = {spec.name: spec for spec in CATALOGUE}


def test_every_declared_warm_up_is_enough(wander):
    assert (
        find_short_warm_ups(wander("2026-03-01", 1600, bar=BAR, absent_share=0.02), bar=BAR) == []
    )


def test_a_window_longer_than_its_warm_up_is_found(wander):
    short = replace(BY_NAME["deviation_48"], warm_up_bars=24)
    candles = wander("2026-03-01", 1600, bar=BAR)
    catalogue = (BY_NAME["deviation_12"], short)
    assert find_short_warm_ups(candles, bar=BAR, catalogue=catalogue) == ["deviation_48"]


def test_a_memory_that_has_not_faded_is_found(wander):
    short = replace(BY_NAME["ema_distance_48"], warm_up_bars=48)
    candles = wander("2026-03-01", 1600, bar=BAR)
    assert find_short_warm_ups(candles, bar=BAR, catalogue=(short,)) == ["ema_distance_48"]


def test_what_counts_from_the_first_bar_there_is_has_no_warm_up(wander):
    counting = replace(
        BY_NAME["gap_bars"], name="age", compute=lambda bars: bars.close.cumsum(), warm_up_bars=300
    )
    candles = wander("2026-03-01", 1600, bar=BAR)
    assert find_short_warm_ups(candles, bar=BAR, catalogue=(counting,)) == ["age"]
