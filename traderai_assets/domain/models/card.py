"""The card: all that is known of a model besides its bytes, as JSON.

It is hashed together with the bytes into the model id, so it holds nothing that two trainings on
the same inputs would not share: no clock, no host, no run. What stands in it: training/evidence.
"""

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.features.catalogue import FEATURE_CODE_VERSION
from traderai_assets.domain.models.learners import learner_version
from traderai_assets.domain.search.samplers import libraries_of

Card = dict[str, Any]


def canonical_json(card: Mapping[str, Any]) -> str:
    """The one text of a card: keys sorted, no spaces, no NaN."""
    return json.dumps(card, sort_keys=True, separators=(",", ":"), allow_nan=False)


def code_versions() -> dict[str, str]:
    """Versions of our own code that has a say in a model."""
    return {"features": FEATURE_CODE_VERSION, "training": version_of("models")}


def library_versions(learners: Sequence[str], sampler: str) -> dict[str, str]:
    """Versions of every library that has a say in a model of these learners, by its name."""
    names = ["numpy", "pandas", "scipy", "optuna", "numba", *libraries_of(sampler)]
    libraries = {name: version(name) for name in names}
    return libraries | {name: learner_version(name) for name in learners}
