"""The order for a search: on whose rows the learners are searched, and what is tried early.

Here: what the caller of a training knows of it. Not here: which month searches
(spans/search_months), the search itself (learner_search) and how its choice is used
(learner_choice).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class SearchStart:
    """What the search of an earlier search month chose, tried right after the defaults.

    Attributes
    ----------
    parameters : mapping
        A point of the space that is searched.
    month, model_id : str
        The search month, `YYYY-MM`, and its model, whose card says so.
    """

    parameters: Mapping[str, Any]
    month: str
    model_id: str

    def to_json(self) -> dict[str, Any]:
        """Write it as a card holds it."""
        return {
            "month": self.month,
            "model_id": self.model_id,
            "parameters": dict(self.parameters),
        }


@dataclass(frozen=True, eq=False)
class SearchRows:
    """The look-back of a search month, in rows as `train_model` takes them.

    Attributes
    ----------
    month : str
        The search month, `YYYY-MM`.
    look_back : str
        The look-back as a card names it.
    until : datetime
        Where it ends: nothing in the rows was known later.
    study : str
        Name of the study that all refits of the search month share with its own training.
    """

    month: str
    look_back: str
    until: datetime
    features: pd.DataFrame
    labels: pd.DataFrame
    candles: pd.DataFrame
    study: str


@dataclass(frozen=True, eq=False)
class SearchOrder:
    """How the learners of a model are chosen.

    Attributes
    ----------
    month, look_back : str
        The month served and its look-back, as a card names them; empty where nobody says.
    start : SearchStart or None
        What is tried right after the defaults.
    earlier : SearchRows or None
        What is searched in place of the model's own rows: the model is a refit then.
    because : str
        Why the model searches itself though its month is none to search; else empty.
    """

    month: str = ""
    look_back: str = ""
    start: SearchStart | None = None
    earlier: SearchRows | None = None
    because: str = ""
