"""Judging: the verdict on one strategy, of what is stored, into what is stored.

Looks are stored before the changes of state that follow from them, and the verdict comes last. A
run that is killed in between leaves looks that are made; the next one finds them, makes none of
them again, and draws the same from them.
"""

from resources.lake.resource import LakeResource
from traderai_assets.domain.strategies.looks import LookCalendar
from traderai_assets.domain.strategies.pool import pool_days
from traderai_assets.domain.strategies.revisions import strategy_record
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.domain.strategies.verdict_rows import (
    Row,
    calendar_of,
    change_rows,
    changes_of,
    is_the_same,
    look_rows,
    looks_of,
    verdict_row,
    veto_rows,
)
from traderai_assets.registry.stored_records import (
    by_market,
    judged_until,
    read_peers,
    record_hash,
    rows_under_all_names,
    with_rows,
)
from traderai_assets.registry.verdict_page import verdict_metadata
from traderai_assets.runs.publication import Partition, Publication
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.strategies import STRATEGIES
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS, Table
from traderai_assets.schemas.verdict import LOOKS, STATE_CHANGES, VERDICTS, VETOES


def judge_record(
    part: Partition, publication: Publication, lake: LakeResource, strategy: Strategy
) -> None:
    """Judge a strategy by its whole record and hold what must be stored of it.

    Parameters
    ----------
    part : Partition
        The one there is.
    publication : Publication
        Of `VERDICTS`, from the record, the registry and candles, beside looks, changes and vetoes.
    lake : LakeResource
        Of the strategy; the records of others are read from it.
    strategy : Strategy
    """
    from traderai_assets.domain.strategies.verdict import judge_strategy

    days = by_market(part.read_all(RECORD_DAYS))
    until = judged_until(days, strategy.id, publication.source(CANDLES))
    stored = part.published()
    if until is None:
        part.put(stored, {"reason": f"strategy {strategy.name} has no record yet"})
        return
    registry = publication.source(STRATEGIES).read(ALL_MARKETS, [ALL_MONTHS])
    made = rows_under_all_names(lake, registry, LOOKS, strategy.id, "number")
    changed = rows_under_all_names(lake, registry, STATE_CHANGES, strategy.id, "number")
    record = strategy_record(days, strategy.id)
    pool = pool_days(record.before(until))
    calendar = calendar_of(made) or LookCalendar(until if pool.empty else pool["day"].iloc[0])
    found = judge_strategy(
        record,
        now=until.to_pydatetime(),
        calendar=calendar,
        looks=looks_of(made),
        changes=changes_of(changed),
        peers=read_peers(lake, registry, strategy.id, until),
    )
    own = stored[stored["strategy_id"] == strategy.id]
    before: list[Row] = [
        {str(name): value for name, value in row.items()} for row in own.to_dict("records")
    ]
    row = verdict_row(
        found,
        number=len(before) + 1,
        judged_until=until,
        record=record_hash(publication.source(RECORD_DAYS)),
    )
    metadata = verdict_metadata(found, pool, until)
    _put_beside(part, LOOKS, strategy.id, look_rows(found.looks, strategy.id, calendar))
    _put_beside(part, STATE_CHANGES, strategy.id, change_rows(found.changes, strategy.id))
    if before and is_the_same(before[-1], row):
        part.put(stored, metadata)
        return
    said = part.published_beside(VETOES)
    # Of a verdict that was not stored before its run was killed
    kept = said[(said["strategy_id"] != strategy.id) | (said["verdict"] < row["number"])]
    part.put_beside(
        VETOES, with_rows(kept, VETOES, veto_rows(found.vetoes, strategy.id, row["number"]))
    )
    part.put(with_rows(stored, VERDICTS, [row]), metadata)


def _put_beside(part: Partition, table: Table, strategy: str, rows: list[Row]) -> None:
    """Hold all of a strategy's rows; those of other ids under the same name stay as they are."""
    stored = part.published_beside(table)
    part.put_beside(table, with_rows(stored[stored["strategy_id"] != strategy], table, rows))
