"""What a learner is: the small interface behind which each boosting library stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.models.sample import Sample


@dataclass(frozen=True)
class FitSettings:
    """How long and from which seed one learner is fitted; see TrainingPlan for the meaning.

    `parameters` are the learner's own, all that its `translate` gives. No fit ends early before
    `least_rounds`.
    """

    rounds: int
    early_stopping_rounds: int
    report_every: int
    seed: int
    least_rounds: int = 0
    parameters: Mapping[str, float] = field(default_factory=dict)


class FittedLearner(Protocol):
    """A model, fitted or read back."""

    @property
    def rounds(self) -> int:
        """Trees it is made of."""
        ...

    @property
    def best_rounds(self) -> int:
        """Trees with which the loss on held-out rows was least; all where none were held out."""
        ...

    def predict(self, features: FloatArray, rounds: int | None = None) -> FloatArray:
        """Log odds of up, not calibrated, from features of shape (n_rows, n_features).

        By the first `rounds` trees; by all of them without.
        """
        ...

    def gain(self) -> FloatArray:
        """Loss saved by each feature's splits, of shape (n_features,)."""
        ...

    def contributions(self, features: FloatArray) -> FloatArray:
        """SHAP values: what each feature adds to a row's log odds, (n_rows, n_features)."""
        ...

    def to_bytes(self) -> bytes:
        """The model in the library's own portable form; equal for equal inputs."""
        ...


class Learner(Protocol):
    """A library that can be fitted. No state: what it needs comes as arguments.

    Attributes
    ----------
    name : str
        Key in `LEARNERS` and in the model's card.
    limits : mapping of str to (float, float)
        Parameters a plan may set, with least and most.
    """

    name: str
    limits: Mapping[str, tuple[float, float]]

    def version(self) -> str:
        """Version of the library."""
        ...

    def translate(self, parameters: Mapping[str, float]) -> dict[str, float]:
        """Say the parameters of `parameters.LEARNER_SPACE` in the library's words."""
        ...

    def bins(self, train: Sample, validation: Sample | None, like: Any = None) -> Any:
        """Prepare samples once for many fits; edges are cut from `train` alone.

        `like` is what this gave for older rows of the same features: to take its edges instead
        saves cutting them anew.
        """
        ...

    def fit(self, bins: Any, settings: FitSettings, report: Callable[[int], None]) -> FittedLearner:
        """Fit on the training bins; call `report` with rounds done.

        End early once the loss on the rows held out has not fallen for so many rounds, and keep all
        trees; where there are none, fit all rounds.
        """
        ...

    def from_bytes(self, content: bytes) -> FittedLearner:
        """Read back what `to_bytes` wrote."""
        ...
