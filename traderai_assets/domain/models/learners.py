"""The registry of learners: ours, and those found in a user's `traderai_learners`.

A third learner is one file: a module in a folder `traderai_learners` anywhere on Python's path,
with a `LEARNER` that does what `learner.Learner` says. Every process finds it there, those that
fit folds too.
"""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.models.learner import Learner
from traderai_assets.domain.models.lightgbm_learner import LightGBMLearner
from traderai_assets.domain.models.xgboost_learner import XGBoostLearner

USER_LEARNERS = "traderai_learners"


def registered() -> dict[str, Learner]:
    """Gather all learners by name; raise InvalidSettings where two share one."""
    learners: dict[str, Learner] = {}
    ours: list[Learner] = [LightGBMLearner(), XGBoostLearner()]
    for learner in [*ours, *_of_users()]:
        if learner.name in learners:
            raise InvalidSettings(
                f"learner {learner.name!r} of {USER_LEARNERS} has the name of another; rename it"
            )
        learners[learner.name] = learner
    return learners


def _of_users() -> list[Learner]:
    found = find_spec(USER_LEARNERS)
    if found is None or found.submodule_search_locations is None:
        return []
    names = sorted(module.name for module in iter_modules(found.submodule_search_locations))
    return [import_module(f"{USER_LEARNERS}.{name}").LEARNER for name in names]


LEARNERS = registered()
