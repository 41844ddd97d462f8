"""Runs of the jobs by which people change models: each is for the one market its config names."""

from collections.abc import Mapping
from typing import Any

from dagster import DagsterRun

from traderai_assets.domain.queue.hand_jobs import HAND_JOBS


def is_by_hand(run: DagsterRun) -> bool:
    """Whether the run changes models as a person asks."""
    return run.job_name in HAND_JOBS


def hand_market(run: DagsterRun) -> str:
    """Return the key of the market a change by hand is for; "" where its config names none."""
    told: Any = run.run_config
    for name in ("ops", HAND_JOBS[run.job_name], "config", "market"):
        told = told.get(name) if isinstance(told, Mapping) else None
    return told if isinstance(told, str) else ""
