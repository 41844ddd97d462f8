"""Stored trials: a search as an Optuna study in a storage, so that it outlives its process.

One trial of the study is one attempt at an ordinal. An attempt that its process did not live to
end is recorded as failed, `interrupted`, and its ordinal is tried again with the same parameters.
The storage is an argument; which file or database that is, is not known here.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from traderai_assets.domain.errors import InvalidSettings, LakeError, WriteConflict
from traderai_assets.domain.search.samplers import Suggestion
from traderai_assets.domain.search.space import Space
from traderai_assets.domain.search.trials import COMPLETE, FAILED, PRUNED, TrialRecord

if TYPE_CHECKING:
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial

OWNER = "owner"
PLAN = "plan"
INTERRUPTED = "interrupted"
OUTCOME = "outcome"


class TrialStore:
    """One study of a storage, taken over from whoever wrote it before.

    Whoever opened it last owns it. An earlier owner that is still at work is refused at its next
    write; should both write in the same instant, an ordinal is evaluated twice and the first
    attempt to end counts.

    Parameters
    ----------
    storage : BaseStorage
        Optuna's.
    name : str
        Of the study.
    space : Space
        What is searched.
    plan : mapping
        Whatever else decides what trial n tries, as JSON; it must be the one the study began with.

    Raises
    ------
    InvalidSettings
        If a study of that name searched by another plan.
    """

    def __init__(
        self, storage: "BaseStorage", name: str, space: Space, plan: Mapping[str, Any]
    ) -> None:
        self._storage = storage
        self._name = name
        self._space = space
        self._owner = uuid.uuid4().hex
        self._distributions = space.distributions()
        self.ended: dict[int, TrialRecord] = {}
        self.interrupted: dict[int, Suggestion] = {}
        self.seconds_spent = 0.0
        with self._answering():
            self._study = self._open(json.dumps({**plan, "space": repr(space)}, sort_keys=True))
            self._read()

    def begin(self, ordinal: int, suggestion: Suggestion) -> int:
        """Write down that an ordinal is now tried; return the attempt's id."""
        from optuna.trial import TrialState, create_trial

        attempt = create_trial(
            state=TrialState.RUNNING,
            params=dict(suggestion.parameters),
            distributions=self._distributions,
            user_attrs={
                "ordinal": ordinal,
                "sampler": suggestion.sampler,
                "sampler_seconds": suggestion.seconds,
            },
        )
        self.check_own()
        with self._answering():
            return int(self._storage.create_new_trial(self._study, attempt))

    def check_own(self) -> None:
        """Raise WriteConflict if somebody else has opened the study since."""
        with self._answering():
            if self._storage.get_study_user_attrs(self._study).get(OWNER) != self._owner:
                raise self._taken_over()

    def end(self, attempt: int, record: TrialRecord) -> None:
        """Write down how an attempt ended."""
        from optuna.trial import TrialState

        states = {
            COMPLETE: TrialState.COMPLETE,
            PRUNED: TrialState.PRUNED,
            FAILED: TrialState.FAIL,
        }
        values = None if record.value is None else [record.value]
        # All in one: every write to a storage waits for a disk
        outcome = {
            "fold_values": list(record.fold_values),
            "reason": record.reason,
            "facts": dict(record.facts),
        }
        with self._answering():
            self._storage.set_trial_user_attr(attempt, OUTCOME, outcome)
            self._storage.set_trial_state_values(attempt, states[record.state], values)

    def _open(self, plan: str) -> int:
        from optuna.exceptions import DuplicatedStudyError
        from optuna.study import StudyDirection

        try:
            study = self._storage.create_new_study([StudyDirection.MAXIMIZE], self._name)
        except DuplicatedStudyError:
            study = self._storage.get_study_id_from_name(self._name)
        # In this order: a study that nobody owns may be without its plan
        stored_plan = self._storage.get_study_user_attrs(study).get(PLAN)
        if stored_plan not in (None, plan):
            raise InvalidSettings(
                f"study {self._name} has searched by another plan or space; a search that differs "
                "needs a name that differs"
            )
        if stored_plan is None:
            self._storage.set_study_user_attr(study, PLAN, plan)
        self._storage.set_study_user_attr(study, OWNER, self._owner)
        return int(study)

    def _read(self) -> None:
        from optuna.exceptions import UpdateFinishedTrialError
        from optuna.trial import TrialState

        for trial in self._storage.get_all_trials(self._study):
            if trial.state == TrialState.RUNNING:
                with suppress(UpdateFinishedTrialError):  # Its process just ended it after all
                    self._interrupt(trial)
        for trial in self._storage.get_all_trials(self._study):
            ordinal = trial.user_attrs["ordinal"]
            self.seconds_spent += trial.user_attrs["sampler_seconds"]
            if INTERRUPTED in trial.user_attrs or not trial.state.is_finished():
                parameters = {name: trial.params[name] for name in self._distributions}
                self.interrupted[ordinal] = Suggestion(parameters, trial.user_attrs["sampler"])
            else:
                self.ended.setdefault(ordinal, self._record(trial))

    def _interrupt(self, trial: "FrozenTrial") -> None:
        from optuna.trial import TrialState

        attempt = self._storage.get_trial_id_from_study_id_trial_number(self._study, trial.number)
        self._storage.set_trial_user_attr(attempt, INTERRUPTED, True)
        self._storage.set_trial_state_values(attempt, TrialState.FAIL)

    def _record(self, trial: "FrozenTrial") -> TrialRecord:
        from optuna.trial import TrialState

        state = {TrialState.COMPLETE: COMPLETE, TrialState.PRUNED: PRUNED}.get(trial.state, FAILED)
        outcome = trial.user_attrs[OUTCOME]
        return TrialRecord(
            ordinal=trial.user_attrs["ordinal"],
            state=state,
            parameters={name: trial.params[name] for name in self._distributions},
            fold_values=tuple(outcome["fold_values"]),
            value=trial.value if state == COMPLETE else None,
            sampler=trial.user_attrs["sampler"],
            reason=outcome["reason"],
            facts=outcome["facts"],
        )

    @contextmanager
    def _answering(self) -> Iterator[None]:
        from optuna.exceptions import StorageInternalError, UpdateFinishedTrialError

        try:
            yield
        except (UpdateFinishedTrialError, KeyError) as error:  # KeyError: the study is gone
            raise self._taken_over() from error
        except StorageInternalError as error:
            raise LakeError(
                f"the storage of study {self._name} does not answer; run the search again: it "
                "goes on where it stood"
            ) from error

    def _taken_over(self) -> WriteConflict:
        return WriteConflict(
            f"study {self._name} was taken over by another process, or removed; this search "
            "stops, and the other one counts"
        )
