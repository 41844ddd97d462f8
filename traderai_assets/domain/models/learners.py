"""The registry of learners: ours, and those found in a user's `traderai_learners`.

A third learner is one file: a module in a folder `traderai_learners` anywhere on Python's path,
with a `LEARNER` that does what `learner.Learner` says. Every process finds it there, those that
fit folds too. A module whose name begins with an underscore is shared code and holds none.
"""

import hashlib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module

from traderai_assets.domain.defaults import USER_LEARNERS as USER_LEARNERS
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.models.learner import Learner
from traderai_assets.domain.models.lightgbm_learner import LightGBMLearner
from traderai_assets.domain.models.xgboost_learner import XGBoostLearner
from traderai_assets.domain.sources import file_of, modules_in, source_of

_MEMBERS = ("name", "limits", "version", "translate", "bins", "fit", "from_bytes")


def registered() -> dict[str, Learner]:
    """Gather all learners by name.

    Raises
    ------
    InvalidSettings
        If two share a name, or a user's file holds no learner; names the file.
    """
    learners: dict[str, Learner] = {
        learner.name: learner for learner in (LightGBMLearner(), XGBoostLearner())
    }
    for module in modules_in(USER_LEARNERS):
        learner = _learner_of(module)
        if learner.name in learners:
            raise InvalidSettings(
                f"learner {learner.name!r} of {file_of(module)} has the name of another; rename it"
            )
        learners[learner.name] = learner
    return learners


def check_learners(names: Sequence[str]) -> None:
    """Refuse names that are no learners, none at all, and one twice.

    Raises
    ------
    InvalidSettings
        Naming what is wrong, the nearest right name, and the learners there are.
    """
    if not names or len(set(names)) != len(names):
        raise InvalidSettings(
            f"learners = {list(names)} must name each learner once, and one at least"
        )
    for name in names:
        if name not in LEARNERS:
            near = get_close_matches(name, LEARNERS, n=1)
            there_are = f"did you mean {near[0]!r}? There are" if near else "there are"
            raise InvalidSettings(
                f"learner {name!r} is not registered; {there_are} {', '.join(LEARNERS)}, and one "
                f"of your own is a file in a folder {USER_LEARNERS} on Python's path"
            )


def own_parameters(
    learner: str,
    parameters: Mapping[str, float],
    overrides: Mapping[str, Mapping[str, float]],
) -> dict[str, float]:
    """Say shared parameters in a learner's words; what `overrides` sets, by learner, wins."""
    translated = LEARNERS[learner].translate(parameters)
    # What is whole stays whole
    return translated | {
        name: type(translated.get(name, value))(value)
        for name, value in overrides.get(learner, {}).items()
    }


def learner_version(name: str) -> str:
    """Version of what a learner fits with; of a user's learner also the digest of its file.

    An edited file makes another model, so it must not count as the same.
    """
    version = LEARNERS[name].version()
    for module in modules_in(USER_LEARNERS):
        if _learner_of(module).name == name:
            digest = hashlib.sha256((source_of(module) or "").encode()).hexdigest()
            return f"{version}+{digest[:12]}"
    return version


def _learner_of(module: str) -> Learner:
    file = file_of(module)
    try:
        learner: Learner = import_module(module).LEARNER
    except (ImportError, AttributeError) as error:
        raise InvalidSettings(
            f"{file} has no readable LEARNER ({error}); begin its name with an underscore if it "
            "only holds shared code"
        ) from error
    absent = [member for member in _MEMBERS if not hasattr(learner, member)]
    if absent:
        raise InvalidSettings(
            f"LEARNER of {file} lacks {', '.join(absent)}; models/learner.py says what each does"
        )
    return learner


LEARNERS = registered()
