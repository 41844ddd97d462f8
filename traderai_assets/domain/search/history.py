"""The history a sampler learns from: the ended trials, as an Optuna study in memory.

It holds what `trials` holds and nothing else, so that it is the same for a search that was
killed and resumed. What survives a kill is in trial_store.py.
"""

from typing import TYPE_CHECKING

from traderai_assets.domain.search.space import Parameters, Space
from traderai_assets.domain.search.trials import COMPLETE, FAILED, TrialRecord

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler


class History:
    """Trials so far, in their order."""

    def __init__(self, space: Space) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.records: list[TrialRecord] = []
        self._space = space
        self._distributions = space.distributions()
        self._study = optuna.create_study(direction="maximize")

    def add(self, record: TrialRecord) -> None:
        """Learn of one more."""
        from optuna.trial import TrialState, create_trial

        self.records.append(record)
        if record.state == FAILED:  # No sampler learns anything from it
            return
        self._study.add_trial(
            create_trial(
                state=TrialState.COMPLETE if record.state == COMPLETE else TrialState.PRUNED,
                value=record.value,
                params=dict(record.parameters),
                distributions=self._distributions,
                intermediate_values=dict(enumerate(record.fold_values)),
            )
        )

    def ask(self, sampler: "BaseSampler") -> Parameters:
        """What the sampler would try next."""
        from optuna.trial import TrialState

        self._study.sampler = sampler
        trial = self._study.ask(self._distributions)
        # It must not be seen by the next sampler: its outcome is added as a trial of its own
        self._study.tell(trial, state=TrialState.FAIL)
        return {name: trial.params[name] for name in self._distributions}

    def copy(self) -> "History":
        """One that learns on its own from here."""
        copied = History(self._space)
        for record in self.records:
            copied.add(record)
        return copied
