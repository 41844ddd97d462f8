"""Why a strategy did not speak at a bar: another did, or what the choice had to say against it."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from traderai_assets.domain.champions.choice import Contender, choose_speaker
from traderai_assets.domain.champions.history import empty_history, with_choice
from traderai_assets.domain.champions.silence import silent_words

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def contender(name, state="candidate", **told):
    return Contender(
        **({"strategy": name, "strategy_id": f"{name * 16}"[:16], "state": state} | told)
    )


def able(name, state="candidate"):
    return contender(name, state, model_id="m" * 32, served_month="2026-03", annual_sharpe=1.0, t=3)


def history(*choices):
    """Choices an hour apart, the first at noon."""
    told = empty_history()
    for hours, contenders in enumerate(choices):
        told = with_choice(told, choose_speaker(contenders), changed_at=NOON + hours * HOUR)
    return told


def words(told, strategy, *hours):
    closes = pd.Series([NOON + one * HOUR for one in hours])
    return silent_words(told, strategy, closes).tolist()


def test_before_the_first_choice_nobody_is_permitted():
    assert words(empty_history(), "a", 0, 5) == ["no_strategy_permitted"] * 2
    assert words(history([able("a")]), "a", -1, 0, 1) == [
        "no_strategy_permitted",
        "no_strategy_permitted",  # Decided at the bars that close after the change
        "",
    ]


def test_while_one_speaks_the_other_has_that_as_its_word():
    told = history([able("a"), able("b", "suspended")])
    assert words(told, "a", 1) == [""]
    assert words(told, "b", 1) == ["another_speaks"]


def test_where_nobody_speaks_each_has_its_own_reason():
    told = history(
        [able("a"), able("b")],
        [
            able("a", "suspended"),
            able("b", "retired"),
            contender("c", veto="it lost 30 % from its peak", model_id="m" * 32),
            contender("d", fault="its calibration leans the wrong way"),
            able("e", "insufficient"),
        ],
    )
    said = {name: words(told, name, 2) for name in "abcdef"}
    assert said == {
        "a": ["suspended"],
        "b": ["retired"],
        "c": ["vetoed"],
        "d": ["no_model"],
        "e": ["no_strategy_permitted"],
        "f": ["no_strategy_permitted"],
    }
