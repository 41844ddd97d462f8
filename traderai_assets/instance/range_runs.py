"""Runs over a range of partitions: what would have them make its first partition alone.

Of a backfill of a job Dagster takes the tags of the first partition for every run, and leaves out
one of them (`execution/job_backfill.py`; issues 28861, 30786 of dagster-io/dagster). Where there
are two dimensions, market and month, `dagster/partition/market` and `dagster/partition/month` stay,
and a run that has them makes that one partition, whatever its range, and succeeds.
"""

from dagster import DagsterInstance, DagsterRun
from dagster._core.storage.tags import MULTIDIMENSIONAL_PARTITION_PREFIX
from dagster._serdes import serialize_value

from traderai_assets.partitions import RANGE_START_TAG


def drop_first_partition(instance: DagsterInstance, run: DagsterRun) -> DagsterRun:
    """Return the run as it is stored without the tags of one partition, where it has a range.

    Dagster adds tags and removes none, so this is written where they are stored.
    """
    from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
    from dagster._core.storage.runs.sql_run_storage import SqlRunStorage

    stray = [tag for tag in run.tags if tag.startswith(MULTIDIMENSIONAL_PARTITION_PREFIX)]
    storage = instance.run_storage
    if RANGE_START_TAG not in run.tags or not stray or not isinstance(storage, SqlRunStorage):
        return run
    whole = run.with_tags({tag: value for tag, value in run.tags.items() if tag not in stray})
    own = RunTagsTable.c.run_id == run.run_id
    with storage.connect() as connection:
        connection.execute(
            RunsTable.update()
            .where(RunsTable.c.run_id == run.run_id)
            .values(run_body=serialize_value(whole))
        )
        connection.execute(RunTagsTable.delete().where(own & RunTagsTable.c.key.in_(stray)))
    return whole
