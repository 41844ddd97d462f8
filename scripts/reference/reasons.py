"""The page of reasons: every word by which the platform says why something is not so."""

from collections.abc import Iterator

from scripts.reference.markdown import code, summary, table
from traderai_assets.domain import errors
from traderai_assets.domain.candles.gap_classes import GAP_CLASSES
from traderai_assets.domain.candles.judging import REASONS
from traderai_assets.domain.candles.merging import SUPERSEDED
from traderai_assets.domain.drift.alarm import SOURCES
from traderai_assets.domain.strategies.states import STRATEGY_STATES, TRANSITIONS
from traderai_assets.domain.words import WORDS

_HEAD = """# Reasons

"""
_PARTS = {
    "Why a bar has no signal": "Of each closed bar there is exactly one word; where more than one "
    "would do, the earlier one of this table ([signals](../signals.md), `traderai words`).",
    "Why a bar has no candle": "Classes of gaps "
    "([what is absent](../architecture.md#what-is-absent), `traderai candles gaps`). One that is "
    "not believed keeps trainings waiting.",
    "Why a row is no candle": "Reasons of the table `candle_quarantine`, in the order in which "
    "they go.",
    "Why a strategy speaks, or does not": "States ([strategies](../strategies.md), "
    "`traderai strategies list`).",
    "Why a strategy's state changes": "Nothing else changes it.",
    "Why a model is asked for again": "Kinds of drift ([drift](../drift.md)). Kinds that look at "
    "the same are no two witnesses.",
    "Why a command or a run says no": "Every error of ours. One that may pass can succeed later "
    "though nobody changes anything; what it says names the thing, its value and the way out.",
}


def reasons_page() -> str:
    """Return the page."""
    told = [_words(), _gaps(), _rows(), _states(), _transitions(), _drift(), _errors()]
    parts = zip(_PARTS.items(), told, strict=True)
    return _HEAD + "\n".join(f"## {name}\n\n{text}\n\n{rows}" for (name, text), rows in parts)


def every_error() -> Iterator[type[errors.TraderAIError]]:
    """Yield every class of the tree of errors, roots first."""

    def inside(kind: type[errors.TraderAIError]) -> Iterator[type[errors.TraderAIError]]:
        yield kind
        for child in kind.__subclasses__():
            if child.__module__ == errors.__name__:
                yield from inside(child)

    yield from inside(errors.TraderAIError)


def _words() -> str:
    rows = ([code(one.name), one.meaning, code(one.told_by)] for one in WORDS)
    return table(["word", "meaning", "told by"], rows)


def _gaps() -> str:
    rows = (
        [
            code(one.name),
            one.meaning,
            "yes" if one.believed else "no",
            "yes" if one.learning_may_cross else "no",
        ]
        for one in GAP_CLASSES.values()
    )
    return table(["class", "meaning", "believed", "learning may cross"], rows)


def _rows() -> str:
    later = "It was stored, and the venue, or a file by `--replace`, has another value since."
    rows = [*REASONS.items(), (SUPERSEDED, later)]
    return table(["reason", "meaning"], ([code(name), meaning] for name, meaning in rows))


def _states() -> str:
    rows = ([code(one.name), one.meaning, one.speaks] for one in STRATEGY_STATES)
    return table(["state", "meaning", "speaks"], rows)


def _transitions() -> str:
    rows = ([code(one.before), code(one.after), one.cause, one.who] for one in TRANSITIONS)
    return table(["from", "to", "cause", "who"], rows)


def _drift() -> str:
    return table(["kind", "looks at"], ([code(kind), source] for kind, source in SOURCES.items()))


def _errors() -> str:
    rows = (
        [code(one.__name__), summary(one.__doc__), "yes" if one.may_pass else "no"]
        for one in every_error()
    )
    return table(["error", "meaning", "may pass"], rows)
