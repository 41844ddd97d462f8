"""What `traderai doctor` finds of one thing, with its cure."""

from dataclasses import dataclass

OK, WARNING, BROKEN = "ok", "warning", "broken"


@dataclass(frozen=True)
class Finding:
    """What was found of one thing.

    Attributes
    ----------
    thing : str
    state : {'ok', 'warning', 'broken'}
    found : str
        In a sentence.
    cure : str
        What to do; empty where all is well.
    """

    thing: str
    state: str
    found: str
    cure: str = ""
