"""Early stopping: which round was best on held-out rows, and whether to go on."""

import math

# To ask for the loss takes about as long as a round; a few rounds change it little
ROUNDS_BETWEEN_LOOKS = 5


class BestRound:
    """The round of the least loss, looked for every few rounds.

    Parameters
    ----------
    patience : int
        Rounds without a lower loss that end a fit.
    least_rounds : int
        No fit ends before.
    """

    def __init__(self, patience: int, least_rounds: int) -> None:
        self._patience = patience
        self._least_rounds = least_rounds
        self._loss = math.inf
        self.rounds = 1

    def is_due(self, done: int) -> bool:
        """Whether the loss is to be looked at after so many rounds."""
        return done == 1 or done % ROUNDS_BETWEEN_LOOKS == 0

    def is_over(self, done: int, loss: float) -> bool:
        """Take note of a loss; say whether the fit is to end."""
        if loss < self._loss:
            self._loss, self.rounds = loss, done
        return done >= self._least_rounds and done - self.rounds >= self._patience
