"""The registry of learners. A third one is registered by putting it in under its name."""

from traderai_assets.domain.training.learner import Learner
from traderai_assets.domain.training.lightgbm_learner import LightGBMLearner
from traderai_assets.domain.training.xgboost_learner import XGBoostLearner

_BUILT_IN: tuple[Learner, ...] = (LightGBMLearner(), XGBoostLearner())

LEARNERS: dict[str, Learner] = {learner.name: learner for learner in _BUILT_IN}
