"""Samplers by name: what trial n tries is a function of the trials before it, the seed and n.

No sampler keeps anything between two trials: a search that was killed and goes on proposes what
it would have proposed. (But for a Gaussian process that ran into its time cap: which trial that
is depends on the machine, and the trial's record says it.)
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from traderai_assets.domain.defaults import SamplerName
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.limits import (
    MAX_SAMPLER_SECONDS,
    MAX_SEED,
    check_number,
    check_whole,
)
from traderai_assets.domain.search.history import History
from traderai_assets.domain.search.space import Parameters, Space

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler

SAMPLERS: tuple[str, ...] = get_args(SamplerName)
DEFAULT = "default"
# What an earlier search chose, tried after the defaults
EARLIER = "earlier"
# Module that a sampler cannot do without, and how to get it
NEEDED = {
    "gp": ("torch", 'pip install "traderai[gp]"'),
    "cmaes": ("cmaes", "pip install cmaes"),
}


def libraries_of(sampler: str) -> list[str]:
    """Name what a sampler runs on besides Optuna."""
    return [NEEDED[sampler][0]] if sampler in NEEDED else []


@dataclass(frozen=True)
class Suggestion:
    """What a trial is to try, who proposed it, and the seconds that took (0 where uncounted)."""

    parameters: Parameters
    sampler: str
    seconds: float = 0.0


class Proposer:
    """Proposes the parameters of each trial.

    Parameters
    ----------
    sampler : str
        One of `SAMPLERS`.
    space : Space
        What is searched.
    n_trials, seed : int
        How many there will be at most, and what seeds the choices.
    sampler_seconds : float
        What the Gaussian process may spend on itself, all trials together; then TPE takes over.
    stopwatch : callable
        Seconds since any fixed moment.
    start : mapping, optional
        A point that is tried right after the defaults; a grid has its own points and leaves it out.

    Raises
    ------
    InvalidSettings
        If there is no such sampler, it lacks its library, or cannot search this space; if the start
        is no point of it.
    """

    def __init__(
        self,
        sampler: str,
        space: Space,
        n_trials: int,
        seed: int,
        sampler_seconds: float,
        stopwatch: Callable[[], float],
        start: Parameters | None = None,
    ) -> None:
        check_sampler(sampler)
        check_whole("seed", seed, 0, MAX_SEED)
        check_number("sampler_seconds", sampler_seconds, 0.0, MAX_SAMPLER_SECONDS)
        self._sampler = sampler
        self._space = space
        self._seed = seed
        self._seconds_left = sampler_seconds
        if start is not None:
            space.check(start)
        # In the order of the space, as every other proposal
        self._start = start and {name: start[name] for name in space.defaults}
        self._stopwatch = stopwatch
        self._grid = grid_points(space, n_trials, seed) if sampler == "grid" else []
        if sampler == "cmaes":
            from traderai_assets.domain.search.evolution import check_space

            check_space(space)

    def spent(self, seconds: float) -> None:
        """Count what an earlier process spent."""
        self._seconds_left -= seconds

    def propose(
        self, history: History, ordinal: int, waiting: Callable[[], None]
    ) -> Suggestion | None:
        """Propose trial `ordinal`; None where a grid is used up.

        `waiting` is called about every second while that takes longer.
        """
        if ordinal == 0:
            return Suggestion(self._space.defaults, DEFAULT)
        if self._sampler == "grid":
            points = self._grid[ordinal - 1 : ordinal]
            return Suggestion(points[0], "grid") if points else None
        if ordinal == 1 and self._start is not None:
            return Suggestion(self._start, EARLIER)
        seed = trial_seed(self._seed, ordinal)
        if self._sampler == "cmaes":
            from traderai_assets.domain.search.evolution import propose

            drawn = propose(self._space, history.records, seed)
            return Suggestion(self._space.rounded(drawn), "cmaes")
        seconds = 0.0
        if self._sampler == "gp" and self._seconds_left > 0.0:
            parameters, seconds = self._by_gaussian_process(history, seed, waiting)
            self._seconds_left -= seconds
            if parameters is not None:
                return Suggestion(self._space.rounded(parameters), "gp", seconds)
        name = "random" if self._sampler == "random" else "tpe"
        asked = history.ask(build_sampler(name, seed))
        return Suggestion(self._space.rounded(asked), name, seconds)

    def _by_gaussian_process(
        self, history: History, seed: int, waiting: Callable[[], None]
    ) -> tuple[Parameters | None, float]:
        from traderai_assets.domain.search.timeout import run_within

        # On a copy: a fit that is given up goes on by itself for a while
        copy = history.copy()
        sampler = build_sampler("gp", seed)
        return run_within(lambda: copy.ask(sampler), self._seconds_left, waiting, self._stopwatch)


def check_sampler(name: str) -> None:
    """Raise InvalidSettings unless there is such a sampler and it has its library."""
    if name not in SAMPLERS:
        raise InvalidSettings(
            f"sampler = {name!r} is not known; expected one of {', '.join(SAMPLERS)}"
        )
    module, cure = NEEDED.get(name, ("", ""))
    if module and find_spec(module) is None:
        raise InvalidSettings(f"sampler {name!r} needs {module}, which is not installed; {cure}")


def trial_seed(seed: int, ordinal: int) -> int:
    """The seed of one trial's sampler."""
    return int(np.random.SeedSequence([seed, ordinal]).generate_state(1)[0])


def build_sampler(name: str, seed: int) -> "BaseSampler":
    """Optuna's sampler, new."""
    from optuna import samplers

    kinds: dict[str, Any] = {
        "tpe": samplers.TPESampler,
        "gp": samplers.GPSampler,
        "random": samplers.RandomSampler,
    }
    return kinds[name](seed=seed)


def grid_points(space: Space, n_trials: int, seed: int) -> list[Parameters]:
    """The finest grid of at most `n_trials` points, or the coarsest in a random order.

    The point of all defaults is left out: it is the first trial anyway.
    """
    # Refused here, before its size is asked for often
    coarsest = space.grid(2)
    finer = bisect_right(range(3, n_trials + 1), n_trials, key=space.grid_size)
    grid = space.grid(2 + finer) if finer else coarsest
    points = [point for point in grid if point != space.defaults]
    if len(points) < n_trials:
        return points
    order = np.random.default_rng(seed).permutation(len(points))
    return [points[place] for place in order]
