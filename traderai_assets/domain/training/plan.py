"""The plan: every setting of a training, and its limits. Nothing is trained here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import timedelta
from itertools import product
from typing import Any, Self

from traderai_assets.domain import defaults
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.labels.barriers import MINIMUM_WIDTH, check_label_settings
from traderai_assets.domain.limits import (
    MAX_CONFIDENCE,
    MAX_EVENT_THRESHOLD,
    MAX_LABELLINGS,
    MAX_LOOKBACK_DAYS,
    MAX_ROUND_TRIP,
    MAX_ROWS,
    MAX_SEED,
    MIN_CONFIDENCE,
    MIN_LOOKBACK_DAYS,
    check_number,
    check_silences,
    check_whole,
)
from traderai_assets.domain.models.learners import LEARNERS, check_learners
from traderai_assets.domain.numbers import shown
from traderai_assets.domain.training.labelling import Labelling
from traderai_assets.domain.training.search_plan import SearchPlan
from traderai_assets.domain.validation.folds import FoldSizes

MAX_ROUNDS = 5_000
MAX_EMBARGO = timedelta(days=30)


@dataclass(frozen=True)
class TrainingPlan:
    """What to train and how; refused whole, before any work, if a setting is beyond its limit.

    Parameters
    ----------
    horizon_bars, multiple, minimum_width
        How the labels are made (see domain/labels/barriers.py) unless the search tries others.
    costs : Costs
        What a trade pays.
    lookback_days : int
        Days of history the rows were taken from.
    expanding_from_days : int
        Days of history with which a look-back is learned from that has not all of them yet; 0 where
        it must be whole.
    n_folds : int
        Walk-forward test slices.
    rounds, early_stopping_rounds : int
        Trees at most, and trees without gain on its test that end a fit.
    report_every : int
        Rounds between two reports of progress.
    learners : tuple of str
        Names in `LEARNERS`; their calibrated probabilities are averaged.
    seed : int
        Seed of every random choice.
    embargo : timedelta
        Time between the end of a label and the next slice, beyond purging.
    minimum_rows : int
        Rows each slice must keep.
    most_rows : int
        Rows that a fit learns from at most: of more every second, third ... bar, with the newest.
    event_threshold : float
        Moves of the market, in widths of its label, at which a bar may be fitted on
        (labels/events.py); 0 lets every bar.
    uniqueness : bool
        Whether a row counts by how little its label overlaps others (labels/weights.py).
    half_life_days : float
        Age at which a row counts half; 0 lets all count alike.
    confidence : float
        With which a decision counts on its return, whichever of the policies tried it was.
    outlier_rate, expire_days : float
        Share of held-out rows that are outliers (models/novelty.py), 0 for no such thing, and days
        after the last label it learned from: beyond either the model says nothing.
    parameters : mapping of str to mapping of str to float
        Overrides of a learner's own parameters, by learner; names and limits are the learner's.
        What is set here is not searched.
    search : SearchPlan
        What is tried, and how often.

    Raises
    ------
    InvalidSettings
        Naming the setting, its value and its limit.
    """

    horizon_bars: int = defaults.HORIZON_BARS
    multiple: float = defaults.BARRIER_MULTIPLE
    minimum_width: float = MINIMUM_WIDTH
    costs: Costs = field(default_factory=Costs)
    lookback_days: int = defaults.LOOKBACK_DAYS
    expanding_from_days: int = defaults.EXPANDING_FROM_DAYS
    n_folds: int = defaults.FOLDS
    rounds: int = 300
    early_stopping_rounds: int = 20
    report_every: int = 50
    learners: tuple[str, ...] = defaults.DEFAULT_LEARNERS
    seed: int = defaults.SEED
    embargo: timedelta = timedelta(0)
    minimum_rows: int = defaults.MINIMUM_ROWS
    most_rows: int = defaults.MOST_ROWS
    event_threshold: float = defaults.EVENT_THRESHOLD
    uniqueness: bool = defaults.UNIQUENESS
    half_life_days: float = defaults.HALF_LIFE_DAYS
    confidence: float = defaults.CONFIDENCE
    outlier_rate: float = defaults.OUTLIER_RATE
    expire_days: float = defaults.EXPIRE_DAYS
    parameters: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    search: SearchPlan = field(default_factory=SearchPlan)

    def __post_init__(self) -> None:
        check_label_settings(self.horizon_bars, self.multiple, self.minimum_width)
        check_whole("lookback_days", self.lookback_days, MIN_LOOKBACK_DAYS, MAX_LOOKBACK_DAYS)
        if self.expanding_from_days != 0:
            days, least = self.expanding_from_days, MIN_LOOKBACK_DAYS
            check_whole("expanding_from_days, where it is not 0,", days, least, self.lookback_days)
        check_whole("rounds", self.rounds, 1, MAX_ROUNDS)
        check_whole("early_stopping_rounds", self.early_stopping_rounds, 1, MAX_ROUNDS)
        check_whole("report_every", self.report_every, 1, MAX_ROUNDS)
        check_whole("most_rows", self.most_rows, self.minimum_rows, MAX_ROWS)
        check_number("event_threshold", self.event_threshold, 0.0, MAX_EVENT_THRESHOLD)
        check_number("half_life_days", self.half_life_days, 0.0, MAX_LOOKBACK_DAYS)
        check_number("confidence", self.confidence, MIN_CONFIDENCE, MAX_CONFIDENCE)
        check_silences(self.outlier_rate, self.expire_days)
        check_whole("seed", self.seed, 0, MAX_SEED)
        if self.costs.round_trip > MAX_ROUND_TRIP:
            raise InvalidSettings(
                f"costs = {self.costs} take {shown(self.costs.round_trip)} of the price a round "
                f"trip, more than {MAX_ROUND_TRIP}; 12 basis points are 0.0012"
            )
        if not timedelta(0) <= self.embargo <= MAX_EMBARGO:
            raise InvalidSettings(f"embargo = {self.embargo!r} is not from 0 to {MAX_EMBARGO}")
        self._check_learners()
        for labelling in self.labellings:
            check_label_settings(*labelling, self.minimum_width)
        if len(self.labellings) > MAX_LABELLINGS:
            raise InvalidSettings(
                f"horizons {self._horizons} with multiples {self._multiples}, those asked for "
                f"among them, are {len(self.labellings)} ways to label; at most {MAX_LABELLINGS} "
                "can be tried"
            )
        _ = self.fold_sizes

    @property
    def fold_sizes(self) -> FoldSizes:
        """How the look-back is cut."""
        return FoldSizes(n_folds=self.n_folds, minimum_rows=self.minimum_rows)

    @property
    def labelling(self) -> Labelling:
        """The labels asked for."""
        return Labelling(self.horizon_bars, float(self.multiple))

    @property
    def labellings(self) -> tuple[Labelling, ...]:
        """All labels that may be tried, those asked for first.

        The search varies horizon and multiple each for itself: what is asked for and what is to be
        tried meet in every combination.
        """
        asked = self.search.horizons or self._horizons, self.search.multiples or self._multiples
        pairs = [*product(*asked), *product(self._horizons, self._multiples)]
        tried = [Labelling(bars, float(wide)) for bars, wide in pairs]
        return tuple(dict.fromkeys([self.labelling, *tried]))

    @property
    def _horizons(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys([self.horizon_bars, *self.search.horizons]))

    @property
    def _multiples(self) -> tuple[float, ...]:
        return tuple(dict.fromkeys(map(float, [self.multiple, *self.search.multiples])))

    def settings(self) -> dict[str, Any]:
        """Every setting as JSON can hold it; `from_settings` reads it back."""
        return {
            **asdict(self),
            "embargo": self.embargo.total_seconds(),
            "learners": list(self.learners),
            "parameters": {name: dict(overrides) for name, overrides in self.parameters.items()},
            "search": self.search.settings(),
        }

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Read back what `settings` wrote, as it stands in a model's card.

        Raises
        ------
        InvalidSettings
            If a setting is not known here, or beyond its limit.
        """
        unknown = sorted(set(settings) - {part.name for part in fields(cls)})
        if unknown:
            raise InvalidSettings(
                f"plan settings {', '.join(unknown)} are not known here; the model was made by "
                "another version of the code"
            )
        return cls(
            **{
                **settings,
                "embargo": timedelta(seconds=settings["embargo"]),
                "learners": tuple(settings["learners"]),
                "costs": Costs(**settings["costs"]),
                "search": SearchPlan.from_settings(settings["search"]),
            }
        )

    def _check_learners(self) -> None:
        check_learners(self.learners)
        if self.parameters:
            check_learners(tuple(self.parameters))
        for name, overrides in self.parameters.items():
            limits = LEARNERS[name].limits
            for parameter, value in overrides.items():
                if parameter not in limits:
                    raise InvalidSettings(
                        f"{name} parameter {parameter!r} may not be set; expected some of "
                        f"{', '.join(limits)}"
                    )
                least, most = limits[parameter]
                if not least <= value <= most:
                    raise InvalidSettings(
                        f"{name} parameter {parameter} = {value!r} is not from {least} to {most}"
                    )
