"""Each rule names the violation that was planted, and nothing beside it."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from traderai_assets.audit.rules.bars import misplaced, unaccounted
from traderai_assets.audit.rules.champions import broken_history, unpermitted
from traderai_assets.audit.rules.made_of import other_bars, unknown_futures
from traderai_assets.audit.rules.measured import foreign_windows, of_late_models, repeated_days
from traderai_assets.audit.rules.models import not_stored, outside
from traderai_assets.audit.rules.noted import Stretch, holds_of, otherwise_noted, too_many
from traderai_assets.audit.rules.outcomes import impossible_prices, unknown_signals, wrong_ends
from traderai_assets.audit.rules.speaking import misshapen, out_of_turn, unpredicted
from traderai_assets.audit.rules.verdicts import broken_states, overspent
from traderai_assets.domain.candles.gap_classes import OUTAGE
from traderai_assets.domain.champions.history import TYPES
from traderai_assets.domain.months import Month
from traderai_assets.domain.spans.look_back import LookBack
from traderai_assets.domain.strategies.states import LOOK_PASSED
from traderai_assets.work_classes import HOLDS_TAG, WRITES_TAG

BAR = timedelta(hours=1)
MARCH = Month(2024, 3)
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
ME, OTHER = "a" * 32, "b" * 32


def at(hours: float) -> pd.Timestamp:
    return pd.Timestamp(NOON + timedelta(hours=hours)).as_unit("ms")


def times(*hours: float) -> pd.Series:
    return pd.Series([at(one) for one in hours], dtype="datetime64[ms, UTC]")


def places(found) -> list[pd.Timestamp]:
    return [one for one, _ in found]


def test_a_bar_that_stands_twice_off_the_grid_in_april_or_in_the_future_is_named():
    opened = times(0, 1, 1, 1.5, 27 * 24)
    found = list(misplaced(opened, MARCH, BAR, MARCH.end + timedelta(days=2)))
    assert places(found) == [at(1), at(1.5), at(27 * 24)]
    assert places(misplaced(times(0, 1, 2), MARCH, BAR, at(2).to_pydatetime())) == [at(2)]
    assert list(misplaced(times(0, 1, 2), MARCH, BAR, at(3).to_pydatetime())) == []


def test_a_bar_that_is_no_candle_no_gap_and_not_asked_for_is_named():
    candles = pd.DataFrame({"open_time": times(0, 1, 5)})
    gaps = pd.DataFrame({"start": times(2), "end": times(3), "kind": [OUTAGE.name]})
    asks = pd.DataFrame({"start": times(3), "end": times(4)})
    stretch = {"start": at(0).to_pydatetime(), "until": at(6).to_pydatetime(), "bar": BAR}
    assert unaccounted(candles, gaps, asks, **stretch) == [at(4)]


def test_features_without_a_candle_and_candles_without_features_are_named():
    features = pd.DataFrame({"open_time": times(0, 1, 2)})
    candles = pd.DataFrame({"open_time": times(1, 2, 3)})
    assert places(other_bars(features, candles)) == [at(0), at(3)]


def test_a_label_of_a_future_that_was_not_known_is_named():
    labels = pd.DataFrame(
        # Rightly; before its entry's bar closed; later than 1 + 2 x 3 bars; after the last candle
        {"open_time": times(0, 1, 2, 19), "label_end": times(2, 2, 11, 21)}
    )
    known = at(20).to_pydatetime()
    found = places(unknown_futures(labels, MARCH, BAR, 3, known))
    assert sorted(found) == [at(1), at(2), at(19)]
    april = places(unknown_futures(labels.iloc[:1], MARCH.shift(1), BAR, 3, known))
    assert april == [at(0)]


def test_a_model_that_saw_its_month_or_more_than_its_look_back_is_named():
    window = LookBack(at(0).to_pydatetime(), at(48).to_pydatetime())
    row = {"trained_from": at(0), "trained_until": at(48)}
    assert list(outside(row, Month(2024, 4), [window])) == []
    assert len(list(outside(row, MARCH, [window]))) == 1
    late = row | {"trained_until": at(49)}
    assert "after its look-back" in next(outside(late, Month(2024, 4), [window]))
    early = row | {"trained_from": at(-1)}
    assert "before its look-back" in next(outside(early, Month(2024, 4), [window]))


def test_a_model_that_rows_name_and_nobody_stored_is_named_with_their_number():
    assert not_stored(pd.Series([ME, OTHER, OTHER]), {ME}) == {OTHER: 2}


def history(*events: tuple[float, str | None]) -> pd.DataFrame:
    before, rows = None, []
    for number, (hours, model_id) in enumerate(events, 1):
        rows.append(
            {
                "number": number,
                "changed_at": at(hours),
                "action": "speaks" if model_id else "silenced",
                "model_id": model_id,
                "served_month": "2024-04" if model_id else None,
                "previous_model_id": before,
                "challenger_id": None,
                "reason": "",
                "evidence": "{}",
                "strategy": "fast" if model_id else None,
                "strategy_id": "0" * 16 if model_id else None,
                "state": "candidate" if model_id else None,
                "paper": bool(model_id),
            }
        )
        before = model_id
    return pd.DataFrame(rows, columns=list(TYPES)).astype(TYPES)


def test_who_speaks_before_its_time_or_after_it_is_named():
    said = pd.DataFrame({"open_time": times(-1, 0, 4, 5), "model_id": [ME] * 4})
    # Champion from bars that close after 12:00 until 17:00, and another from then on
    found = places(out_of_turn(said, history((0, ME), (5, OTHER)), "fast", BAR))
    assert found == [at(-1), at(5)]
    assert len(places(out_of_turn(said, history((-9, ME)), "slow", BAR))) == 4


def test_a_signal_that_stands_twice_is_late_or_ends_between_bars_is_named():
    signals = pd.DataFrame(
        {
            "open_time": times(0, 0, 2, 4),
            "decided_at": times(1, 1, 4, 5),
            "valid_until": times(3, 3, 6, 6.5),
        }
    )
    assert places(misshapen(signals, BAR)) == [at(0), at(2), at(4)]


def test_a_signal_that_nobody_predicted_and_a_side_without_a_signal_are_named():
    signals = pd.DataFrame({"open_time": times(0, 1), "model_id": [ME] * 2, "side": [1, -1]})
    said = pd.DataFrame({"open_time": times(0, 2, 3), "model_id": [ME] * 3, "side": [1, 1, 0]})
    assert sorted(places(unpredicted(signals, said))) == [at(1), at(2)]


def outcomes(**changes: list) -> pd.DataFrame:
    rows = {
        "open_time": times(0),
        "model_id": [ME],
        "side": [1],
        "status": ["target"],
        "ended_at": times(3),
        "entry_price": [101.0],
        "exit_price": [103.0],
    }
    return pd.DataFrame(rows | changes)


SIGNALS = pd.DataFrame(
    {
        "open_time": times(0),
        "model_id": [ME],
        "side": [1],
        "decided_at": times(1),
        "valid_until": times(4),
    }
)
BARS = pd.DataFrame(
    {
        "open_time": times(0, 1, 2, 3, 5),
        "open": [100.0, 101, 102, 103, 104],
        "low": [99.0, 100, 101, 102, 103],
        "high": [101.0, 102, 103, 104, 105],
    }
)


def test_an_outcome_of_no_signal_is_named():
    assert places(unknown_signals(outcomes(), SIGNALS)) == []
    assert places(unknown_signals(outcomes(side=[-1]), SIGNALS)) == [at(0)]


def test_a_second_end_and_an_end_too_early_or_too_late_are_named():
    assert places(wrong_ends(outcomes(), SIGNALS, BARS, BAR)) == []
    twice = pd.concat([outcomes(), outcomes()], ignore_index=True)
    assert places(wrong_ends(twice, SIGNALS, BARS, BAR)) == [at(0)]
    assert places(wrong_ends(outcomes(ended_at=times(1)), SIGNALS, BARS, BAR)) == [at(0)]
    # The bar of 15:00 closes at 16:00, where it was over; without it the next one tells
    late = outcomes(ended_at=times(6))
    assert places(wrong_ends(late, SIGNALS, BARS, BAR)) == [at(0)]
    gap = BARS[BARS["open_time"] != at(3)]
    assert places(wrong_ends(late, SIGNALS, gap, BAR)) == []


def test_an_exit_outside_of_its_bar_and_an_entry_at_no_open_are_named():
    # Ended at 15:00 by the bar of 14:00, from 101 to 103; entered at the open of 13:00, 101
    assert places(impossible_prices(outcomes(), BARS, BAR)) == []
    assert places(impossible_prices(outcomes(exit_price=[103.5]), BARS, BAR)) == [at(0)]
    assert places(impossible_prices(outcomes(entry_price=[100.0]), BARS, BAR)) == [at(0)]


def test_a_hole_a_step_back_and_a_wrong_forerunner_in_a_history_are_named():
    right = history((0, ME), (5, OTHER), (9, None))
    assert list(broken_history(right)) == []
    assert places(broken_history(right.assign(number=[1, 3, 4]))) == [3, 4]
    assert places(broken_history(right.iloc[[0, 2]].assign(number=[1, 2]))) == [2]
    assert places(broken_history(history((5, ME), (0, OTHER)))) == [2]


def changes(hours: float) -> pd.DataFrame:
    row = {
        "strategy_id": "0" * 16,
        "number": 1,
        "day": at(hours),
        "before": "insufficient",
        "after": "candidate",
        "cause": LOOK_PASSED,
    }
    return pd.DataFrame([row])


def test_who_speaks_without_leave_or_louder_than_permitted_is_named():
    spoken, judged = history((5, ME)), {"fast": changes(0)}
    assert list(unpermitted(spoken, judged, allow_unproven=False)) == []
    assert places(unpermitted(spoken, {"fast": changes(6)}, allow_unproven=False)) == [1]
    assert places(unpermitted(spoken.assign(paper=False), judged, allow_unproven=False)) == [1]
    unproven = spoken.assign(state="insufficient")
    assert places(unpermitted(unproven, judged, allow_unproven=False)) == [1]
    assert list(unpermitted(unproven, judged, allow_unproven=True)) == []
    suspended = spoken.assign(state="suspended")
    assert len(places(unpermitted(suspended, judged, allow_unproven=True))) == 2


def test_a_verdict_that_no_change_led_to_and_a_change_from_nowhere_are_named():
    told = pd.DataFrame({"strategy_id": ["0" * 16], "number": [1], "state": ["candidate"]})
    assert list(broken_states(changes(0), told, "0" * 16)) == []
    assert len(list(broken_states(changes(0).iloc[:0], told, "0" * 16))) == 1
    strange = changes(0).assign(before="promoted")
    assert "does not follow" in next(broken_states(strange, told, "0" * 16))


def test_a_look_that_spent_more_than_its_share_is_named():
    # Of 0.05 over one strategy: by all of the information all of it, by half of it some 0.0056
    looks = pd.DataFrame(
        {
            "strategy_id": ["0" * 16] * 2,
            "number": [1, 2],
            "first_day": [at(0)] * 2,
            "fraction": [0.5, 1.0],
            "strategies": [1, 1],
            "alpha_spent": [0.005, 0.05],
        }
    )
    assert list(overspent(looks, "0" * 16, 0.05)) == []
    [told] = overspent(looks.assign(alpha_spent=[0.006, 0.05]), "0" * 16, 0.05)
    assert told.startswith("look 1 has spent 0.006")
    assert len(list(overspent(looks.assign(number=[1, 3]), "0" * 16, 0.05))) == 1


def test_a_day_that_is_told_twice_or_before_it_was_over_is_named():
    day = pd.Timestamp(datetime(2024, 3, 5, tzinfo=UTC))
    days = pd.DataFrame(
        {
            "strategy_id": ["0" * 16] * 2,
            "day": [day] * 2,
            "revision": [1, 2],
            "recorded_at": [day + pd.Timedelta(days=1), day + pd.Timedelta(days=2)],
        }
    )
    assert list(repeated_days(days, MARCH)) == []
    assert places(repeated_days(days.assign(revision=[1, 1]), MARCH)) == [day]
    early = days.assign(recorded_at=[day + pd.Timedelta(hours=23), day + pd.Timedelta(days=2)])
    assert places(repeated_days(early, MARCH)) == [day]


def test_drift_of_a_model_that_did_not_speak_is_named():
    metrics = pd.DataFrame({"window_end": times(5, 6), "model_id": [ME, ME]})
    assert places(foreign_windows(metrics, history((0, ME), (5, OTHER)), "fast")) == [at(6)]


def test_a_snapshot_of_a_model_that_had_seen_the_month_is_named():
    snapshots = pd.DataFrame({"model_id": [ME, OTHER]})
    models = pd.DataFrame({"model_id": [ME], "trained_until": [at(0)]})
    assert places(of_late_models(snapshots, models, Month(2024, 4))) == [OTHER]
    assert places(of_late_models(snapshots, models, MARCH)) == [ME, OTHER]


def test_a_partition_whose_event_tells_of_other_rows_is_named():
    stored = {"m|2024-03": "x", "m|2024-04": "y", "m|2024-05": "z"}
    found = list(otherwise_noted({"m|2024-03": "x", "m|2024-04": "w"}, stored))
    assert [key for key, _ in found] == ["m|2024-04", "m|2024-05"]


def test_a_fourth_run_at_once_and_a_second_writer_are_named():
    def run(name: str, start: float, end: float, *holds: str) -> Stretch:
        return Stretch(name, start, end, frozenset(holds))

    three = [run("a", 0, 10), run("b", 1, 10), run("c", 2, 5)]
    assert list(too_many([*three, run("d", 5, 6)])) == []
    assert [name for name, _ in too_many([*three, run("d", 4, 6)])] == ["d"]
    writers = [run("a", 0, 10, "candles/m"), run("b", 9, 12, "candles/m")]
    assert [name for name, _ in too_many(writers)] == ["b"]
    after = [run("a", 0, 10, "candles/m"), run("b", 10, 12, "candles/m")]
    assert list(too_many(after)) == []


def test_what_a_run_writes_is_told_by_both_kinds_of_its_tags():
    tags = {f"{WRITES_TAG}models": "m", f"{HOLDS_TAG}candles/n": "true", "other": "x"}
    assert holds_of(tags) == {"models/m", "candles/n"}
