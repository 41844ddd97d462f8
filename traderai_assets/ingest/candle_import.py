"""Import: the candles of a file laid month by month beside what the exchange served.

They pass the same judge, the same ledgers and the same commits as fetched ones; a file never goes
over what is stored unless that is asked for, and what it lacks stays to be asked for. A kill leaves
whole months behind, and the same import again finishes the rest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import dagster as dg
import pandas as pd

from resources.candle_files.reading import FileOfCandles
from resources.exchange.paging import CandlePage
from resources.lake.resource import LakeResource
from traderai_assets.domain.arrays import milliseconds
from traderai_assets.domain.candles.importing import Comparison, compare
from traderai_assets.domain.candles.judging import Judgement, judge_rows
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.limits import FIRST_MONTH
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.ingest.candle_month import MonthIngest
from traderai_assets.ingest.ledgers import Ledgers
from traderai_assets.partitions import partition_key
from traderai_assets.runs.publication import Partition, Publication
from traderai_assets.schemas.candle_imports import CANDLE_IMPORTS
from traderai_assets.schemas.candles import CANDLES

RUN_ID, SOURCE = "traderai candles import", "import"


@dataclass(frozen=True)
class ImportedMonth:
    """What came of one month of a file."""

    month: str
    in_file: int
    refused: int
    absent_bars: int
    compared: Comparison


class ImportSide:
    """What a publication asks of its run, where a command makes partitions; no run does.

    Parameters
    ----------
    instance : DagsterInstance
    assets_def : AssetsDefinition
        Of the candles.
    partition_keys : sequence of str
        Dagster's keys of the months.
    """

    def __init__(
        self,
        instance: dg.DagsterInstance,
        assets_def: dg.AssetsDefinition,
        partition_keys: Sequence[str],
    ) -> None:
        self.instance = instance
        self.assets_def = assets_def
        self.partition_keys = partition_keys
        self.run = dg.DagsterRun(job_name=SOURCE, run_id=RUN_ID)

    @property
    def asset_key(self) -> dg.AssetKey:
        """Dagster's key of the asset."""
        return self.assets_def.key

    def log_event(self, event: dg.AssetMaterialization) -> None:
        """Tell Dagster's event log."""
        self.instance.report_runless_asset_event(event)


def judged(file: FileOfCandles, market: Market, now: datetime) -> Judgement:
    """Judge the rows of a file as those of an exchange's answer are.

    Raises
    ------
    InvalidInput
        If no row of it is a candle; says what is wrong with the first ones.
    """
    rows = file.rows
    if file.may_end_open:
        at = milliseconds(now)
        newest = max((_opened(row, at) for row in rows), default=-1)
        rows = [row for row in rows if _opened(row, at) != newest or newest < 0]
    found = judge_rows(rows, market_bar=market.bar, start=FIRST_MONTH, end=now, closed_before=now)
    if found.candles.empty:
        refused = found.quarantined.head(3)
        told = "; ".join(f"{row.raw:.80} is {row.reason}" for row in refused.itertuples())
        raise InvalidInput(
            f"no row of {file.path} is a closed candle of {market.timeframe} since "
            f"{FIRST_MONTH:%Y-%m}: {told or 'all are older, or later than now'}"
        )
    return found


class CandleImport:
    """One file's candles on their way into the lake.

    Parameters
    ----------
    file : FileOfCandles
    market : Market
    lake : LakeResource
    instance : DagsterInstance
    assets_def : AssetsDefinition
        Of the candles.
    replace : bool
        Whether bars that are stored with other values get those of the file.
    now : datetime
        By this machine.
    by : str
        Who imports it.
    """

    def __init__(
        self,
        file: FileOfCandles,
        market: Market,
        lake: LakeResource,
        instance: dg.DagsterInstance,
        assets_def: dg.AssetsDefinition,
        *,
        replace: bool,
        now: datetime,
        by: str,
    ) -> None:
        self._file, self._market, self._lake = file, market, lake
        self._replace, self._now, self._by = replace, now, by
        self._judgement = judged(file, market, now)
        opened = self._judgement.candles["open_time"]
        self._months = months_between(
            opened.iloc[0].to_pydatetime(), opened.iloc[-1].to_pydatetime() + market.bar
        )
        keys = [partition_key(market.key, month.key) for month in self._months]
        self._side = ImportSide(instance, assets_def, keys)

    def months(self) -> Iterator[ImportedMonth]:
        """Store month after month, and say what came of each; at the end all are told to Dagster.

        Months of which the file says nothing are left as they are.
        """
        with Publication(self._side, self._lake, CANDLES) as publication:
            ledgers = Ledgers(RUN_ID, publication.code_version, self._lake)
            for part in publication.partitions():
                candles, refused = self._of(part.month)
                if not candles.empty or not refused.empty:
                    yield self._store(MonthIngest(part, publication, ledgers), candles, refused)
            for _ in publication.publish():
                pass

    def _store(
        self, ingest: MonthIngest, candles: pd.DataFrame, refused: pd.DataFrame
    ) -> ImportedMonth:
        part, compared = ingest.part, compare(ingest.candles, candles)
        laid = [compared.new, compared.others] if self._replace else [compared.new]
        taken = pd.concat([one for one in laid if len(one)] or laid[:1], ignore_index=True)
        last = candles["open_time"].max()
        end = part.month.start if pd.isna(last) else last.to_pydatetime() + part.market.bar
        page = CandlePage(
            part.month.start, end, taken.sort_values("open_time", ignore_index=True), refused
        )
        ingest.take(page, SOURCE, self._now)
        part.metadata |= {"file": self._file.path.name, "file_sha256": self._file.sha256}
        done = ImportedMonth(
            part.month.key,
            len(candles),
            len(refused),
            int(ingest.gaps["absent_bars"].sum()),
            compared,
        )
        self._note(part, done)
        return done

    def _of(self, month: Month) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return what the file holds of a month; rows that name no month of it go to its first."""
        candles, refused = self._judgement.candles, self._judgement.quarantined
        inside = (candles["open_time"] >= month.start) & (candles["open_time"] < month.end)
        first, last = self._months[0], self._months[-1]
        opened = refused["open_time"]
        of_month = (opened >= month.start) & (opened < month.end)
        if month == first:
            of_month |= opened.isna() | (opened < first.start)
        if month == last:
            of_month |= opened >= last.end
        return candles[inside].reset_index(drop=True), refused[of_month].reset_index(drop=True)

    def _note(self, part: Partition, done: ImportedMonth) -> None:
        """Keep which file it was; last, so that what is noted is stored."""
        snapshot = self._lake.snapshot(CANDLE_IMPORTS)
        stored = snapshot.read(part.market, [part.month])
        added, other = len(done.compared.new), len(done.compared.others)
        replaced = other if self._replace else 0
        if self._file.sha256 in set(stored["sha256"]) and not added and not replaced:
            return
        row = {
            "imported_at": [self._now],
            "sha256": [self._file.sha256],
            "file": [self._file.path.name[-255:]],
            "form": [self._file.form],
            "in_file": [done.in_file],
            "added": [added],
            "replaced": [replaced],
            "left": [other - replaced],
            "refused": [done.refused],
            "imported_by": [self._by],
        }
        new = pd.DataFrame(row).astype(CANDLE_IMPORTS.dtypes)
        frame = pd.concat([stored, new], ignore_index=True) if len(stored) else new
        snapshot.publish({part.key: frame}, run_id=RUN_ID, code_version="1")


def _opened(row: object, latest: int) -> int:
    """Return when a row says that its bar opened, in ms; -1 where that is no time up to now."""
    first = row[0] if isinstance(row, list) and row else None
    return first if type(first) is int and 0 <= first <= latest else -1
