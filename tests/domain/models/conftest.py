"""The planted market of the trainings, and one small training of it."""

from tests.domain.training.conftest import _small_plan, _train, planted

__all__ = ["_small_plan", "_train", "planted"]
