"""A run as its row holds it, with the names that Dagster's own has."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

_ENDED = frozenset({"SUCCESS", "FAILURE", "CANCELED"})


@dataclass(frozen=True)
class StoredStatus:
    """A status, by Dagster's name of it."""

    value: str


@dataclass(frozen=True)
class StoredKey:
    """The key of an asset."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class StoredRun:
    """What is asked of a run by who only looks."""

    run_id: str
    job_name: str
    status: StoredStatus
    tags: dict[str, str]
    asset_selection: frozenset[StoredKey] | None

    @property
    def is_finished(self) -> bool:
        """Whether it has ended, well or not."""
        return self.status.value in _ENDED


@dataclass(frozen=True)
class StoredRecord:
    """A run with its times: in UTC without saying so, or in seconds since 1970, as in Dagster."""

    dagster_run: StoredRun
    create_timestamp: datetime
    update_timestamp: datetime
    start_time: float | None
    end_time: float | None

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> Self:
        """Read a row of `COLUMNS`."""
        body, status, created, updated, started, ended = row
        told: dict[str, Any] = json.loads(body)
        run = StoredRun(
            told["run_id"],
            told["pipeline_name"],
            StoredStatus(status),
            dict(told["tags"] or {}),
            _keys(told["asset_selection"]),
        )
        return cls(
            run, datetime.fromisoformat(created), datetime.fromisoformat(updated), started, ended
        )


COLUMNS = "run_body, status, create_timestamp, update_timestamp, start_time, end_time"


def _keys(value: Any) -> frozenset[StoredKey] | None:
    """Read a set of keys as Dagster writes one; it writes a frozen set of frozen ones."""
    if value is None:
        return None
    keys = value if isinstance(value, list) else value.get("__frozenset__", value.get("__set__"))
    return frozenset(StoredKey(tuple(key["path"])) for key in keys)
