"""THE table of words: of each closed bar a strategy says a signal, or exactly one reason for none.

Here: the words, what they mean, what tells them, which goes before which. How a bar comes to its
word: signals/decisions, signals/lateness, champions/silence, and of all that is stored
signals/bar_words.
"""

from dataclasses import dataclass
from typing import Final, Literal

Source = Literal["predictions", "signals", "candles", "champions", "features"]


@dataclass(frozen=True)
class Word:
    """One word: what it means for a person, and which stored table tells it."""

    name: str
    meaning: str
    told_by: Source


MODEL_EXPIRED, OUTLIER = "model_expired", "outlier"
WIDTH_UNKNOWN, BELOW_THRESHOLD = "width_unknown", "below_threshold"
TOO_LATE, SIGNAL = "too_late", "signal"
GAP, WARM_UP, PENDING = "gap", "warm_up", "pending"
RETIRED, SUSPENDED, VETOED, NO_MODEL = "retired", "suspended", "vetoed", "no_model"
ANOTHER_SPEAKS, NONE_PERMITTED = "another_speaks", "no_strategy_permitted"

WORDS: Final = (
    Word(
        MODEL_EXPIRED,
        "The model is older than `expire_days`; a successor is asked for.",
        "predictions",
    ),
    Word(OUTLIER, "The bar is unlike all that the model has learned from.", "predictions"),
    Word(WIDTH_UNKNOWN, "The volatility is not known, so target and stop are not.", "predictions"),
    Word(
        BELOW_THRESHOLD,
        "What the model expects does not pay the costs and the margin asked for.",
        "predictions",
    ),
    Word(
        TOO_LATE,
        "Its signal would have been over when it came to be said, or a later bar was spoken of "
        "before.",
        "predictions",
    ),
    Word(SIGNAL, "The strategy takes a side: the bar has a signal.", "signals"),
    Word(GAP, "No candle of the bar is stored.", "candles"),
    Word(ANOTHER_SPEAKS, "Another strategy speaks for the market.", "champions"),
    Word(RETIRED, "Nobody speaks: a person retired the strategy.", "champions"),
    Word(SUSPENDED, "Nobody speaks: the strategy is suspended by its own rule.", "champions"),
    Word(VETOED, "Nobody speaks: the market's own results veto the strategy.", "champions"),
    Word(NO_MODEL, "Nobody speaks: the strategy has no model that is sane.", "champions"),
    Word(
        NONE_PERMITTED,
        "Nobody speaks: nobody was chosen yet, or what the strategy did proves nothing yet.",
        "champions",
    ),
    Word(WARM_UP, "No feature of the bar is defined, as after a cut.", "features"),
    Word(PENDING, "The bar has closed and is spoken of next.", "features"),
)
"""Where more than one would do, the earlier one is the word; what was said goes before all."""

OF_MODELS: Final = (MODEL_EXPIRED, OUTLIER, WIDTH_UNKNOWN, BELOW_THRESHOLD, SIGNAL)
"""What a model says of a bar by itself."""

OF_PREDICTIONS: Final = (MODEL_EXPIRED, OUTLIER, WIDTH_UNKNOWN, BELOW_THRESHOLD, TOO_LATE, SIGNAL)
"""What is stored beside a prediction."""
