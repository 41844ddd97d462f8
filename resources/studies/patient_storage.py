"""Optuna's storage on PostgreSQL, made to outlast a restart of the server. Imported when opened.

A search writes a few rows a trial, over hours; without this a server that is away for a second at
the wrong moment ends a training.
"""

from collections.abc import Sequence

from optuna.exceptions import UpdateFinishedTrialError
from optuna.storages import BaseStorage, RDBStorage
from optuna.trial import TrialState

from resources.database.retry import RETRY_SECONDS, patient_with, wait_out


@patient_with(BaseStorage)
class PatientStorage(RDBStorage):  # type: ignore[misc]
    """`RDBStorage` of which every call waits until the server is back.

    An attempt whose beginning was stored and not answered is begun twice: the search ends one of
    the two, and whoever reads the study next tells the other as interrupted.
    """

    retry_seconds = RETRY_SECONDS

    def set_trial_state_values(
        self, trial_id: int, state: TrialState, values: Sequence[float] | None = None
    ) -> bool:
        """End an attempt; one that has ended so after a lost answer was ended by us."""

        def end() -> bool:
            return bool(super(PatientStorage, self).set_trial_state_values(trial_id, state, values))

        def end_unless_ended() -> bool:
            try:
                return end()
            except UpdateFinishedTrialError:
                if self.get_trial(trial_id).state != state:
                    raise
                return True

        return wait_out(self.retry_seconds, end, end_unless_ended)
