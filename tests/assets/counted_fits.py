"""Counting: how many fits trainings in this process make."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from traderai_assets.domain.training.fitting import Fit, FitTask, Fitter, ReportRounds


class Fits:
    """How many fits were made since it was last asked."""

    def __init__(self) -> None:
        self.made = 0

    def since(self) -> int:
        made, self.made = self.made, 0
        return made


@contextmanager
def counted(patch: pytest.MonkeyPatch) -> Iterator[Fits]:
    fits, fit = Fits(), Fitter.fit

    def counting(self: Fitter, task: FitTask, report: ReportRounds) -> Fit:
        fits.made += 1
        return fit(self, task, report)

    with patch.context() as patched:
        patched.setattr(Fitter, "fit", counting)
        yield fits
