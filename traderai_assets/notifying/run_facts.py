"""Facts of runs: backfills that failed for good; and whether a run may have made other facts."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import dagster as dg

from traderai_assets.domain.notifications.facts import Fact
from traderai_assets.domain.notifications.kinds import BACKFILL_FAILED
from traderai_assets.instance.run_states import as_utc
from traderai_assets.status.run_errors import first_error
from traderai_assets.status.run_facts import market_of_run, short
from traderai_assets.work_classes import BACKFILL, CLASS_TAG

# A run may be stored a little later than its own time says: facts have names, so that one that is
# read twice is told once
OVERLAP = timedelta(seconds=30)
MOST_READ = 200
# What they make are verdicts, changes of state and drift metrics
MAKE_FACTS = frozenset({"judge", "monitor_drift"})
_WILL_RETRY = "dagster/will_retry"


class RunNews(NamedTuple):
    """What runs that ended lately came to.

    Attributes
    ----------
    facts : list of Fact
    until : datetime
        Up to where was read.
    makers : list of str
        Names of those that may have made facts that are rows of a table.
    """

    facts: list[Fact]
    until: datetime
    makers: list[str]


def run_news(instance: dg.DagsterInstance, since: datetime) -> RunNews:
    """Read the runs that ended since; one query where none did."""
    asked = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE],
        updated_after=since - OVERLAP,
    )
    records = instance.get_run_records(
        asked, limit=MOST_READ, order_by="update_timestamp", ascending=True
    )
    facts = [_fact(instance, one) for one in records if _is_lost_backfill(one.dagster_run)]
    until = max([since, *(as_utc(one.update_timestamp) for one in records)])
    ended = (one.dagster_run for one in records)
    makers = [f"ended:{run.run_id}" for run in ended if run.job_name in MAKE_FACTS]
    return RunNews(facts, until, makers)


def _is_lost_backfill(run: dg.DagsterRun) -> bool:
    """Whether a run of that class failed, and nothing tries it again by itself."""
    failed = run.status is dg.DagsterRunStatus.FAILURE
    of_class = run.tags.get(CLASS_TAG) == BACKFILL.name
    return failed and of_class and run.tags.get(_WILL_RETRY) != "true"


def _fact(instance: dg.DagsterInstance, record: dg.RunRecord) -> Fact:
    run = record.dagster_run
    _, error = first_error(instance, run.run_id)
    ended = record.end_time
    at = as_utc(record.update_timestamp) if ended is None else datetime.fromtimestamp(ended, UTC)
    about = market_of_run(run) or short(run.run_id)
    return Fact(
        f"run:{run.run_id}",
        BACKFILL_FAILED.name,
        about,
        f"backfill {short(run.run_id)} of {about} failed: {error or 'its worker died'}",
        f'"traderai runs logs {short(run.run_id)}" says more',
        at,
    )
