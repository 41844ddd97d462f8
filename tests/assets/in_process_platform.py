"""A whole platform in one process: sandbox exchange, lake, Dagster instance, every definition.

Everything is real but the pace: requests do not wait for the allowance of a real venue. A month
holds some 720 bars of an hour, about the least a model can be made of.
"""

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from traderai_assets.definitions import build_definitions
from traderai_assets.partitions import MARKETS, partition_key, partition_range_tags
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.fault_rules import Revision
from traderai_assets.sandbox.feed import Feed
from traderai_assets.sandbox.request_log import KlineQuery
from traderai_assets.sandbox.server import SandboxServer
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.schemas.tables import ALL_MONTHS, Table
from traderai_assets.settings import load_settings

_CANDLES_UNCHECKED = dg.AssetSelection.assets("candles").without_checks()


class UnhurriedExchange(ExchangeResource):
    """The exchange resource as it is; only the pauses between requests are left out."""

    def _open(self, exchange_id: str, market_kind: str) -> Any:
        client = super()._open(exchange_id, market_kind)
        client.rateLimit = 0
        return client


class InProcessPlatform:
    """The platform of one market.

    Parameters
    ----------
    home : Path
        Holds the lake; a copy of another platform's home is a platform with the same past.
    sandbox : SandboxServer
        The exchange, running; its clock is the time in the platform.
    instance : DagsterInstance
        Remembers what was materialized.
    patience : mapping
        Fields of the exchange resource that differ.
    settings
        Of `traderai.toml`, by name, where they differ from a platform of small, quick models.
    """

    def __init__(
        self,
        home: Path,
        sandbox: SandboxServer,
        instance: dg.DagsterInstance,
        *,
        patience: dict[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        small = {
            "markets": ("binance:BTC/USDT",),
            "timeframe": "1h",
            # Short trades: of longer ones a month holds too few to be priced by
            "training": {"folds": 2, "horizon_bars": 3},
            "search": {
                "learner_trials": 2,
                "policy_trials": 3,
                # No model needs what was before its own look-back
                "every_months": 1,
                "horizon_bars": (),
                "combinatorial_groups": 0,
            },
            # Sensors are asked one by one, and stale_candles for bars that close
            "live": {"shard_markets": 0},
            # A few hundred bars prove nothing
            "champions": {"allow_unproven": True},
        }
        self.home, self.sandbox, self.instance = home, sandbox, instance
        self.settings = load_settings(
            home / "none.toml", home=home, exchange_url=sandbox.url, **(small | settings)
        )
        self.market = self.settings.market_list()[0]
        self.lake = LakeResource(root=self.settings.lake_root)
        self.exchange = UnhurriedExchange(
            url=sandbox.url,
            state_folder=str(home / "exchange"),
            **({"first_wait_seconds": 0.01} | (patience or {})),
        )
        self.definitions = dg.Definitions.merge(
            build_definitions(settings=self.settings, resources={"exchange": self.exchange}),
            dg.Definitions(jobs=[dg.define_asset_job("fetch", selection=_CANDLES_UNCHECKED)]),
        )
        instance.add_dynamic_partitions(MARKETS, [self.market.key])

    def run(
        self,
        job: str,
        *months: str,
        only: Collection[str] = (),
        refetch: bool = False,
        raise_on_error: bool = True,
    ) -> dg.ExecuteInProcessResult:
        """Run a job over the months from the first to the last; without any, over what it has."""
        asked = self.definitions.resolve_job_def(job)
        whole = None if asked.partitions_def is None else self.market.key
        return asked.execute_in_process(
            run_config={"ops": {"candles": {"config": {"refetch": True}}}} if refetch else None,
            instance=self.instance,
            asset_selection=[dg.AssetKey(name) for name in only] or None,
            partition_key=None if months else whole,
            tags=partition_range_tags(map(self.key, months)) if months else None,
            raise_on_error=raise_on_error,
        )

    def run_everything(self) -> None:
        """Run every job that makes something, over the months of a lived-in platform."""
        self.run("backfill", "2024-03", "2024-06")
        self.run("train", "2024-05", "2024-07")
        self.run("judge")
        self.run("choose_champion")
        self.run("generate_signals", "2024-06")
        self.run("expire_signals", "2024-06")
        self.run("replay_history", "2024-05", "2024-06")
        self.run("monitor_drift", "2024-06")

    def fetch(self, *months: str, refetch: bool = False) -> None:
        """Materialize candles alone, unchecked: the cheapest run there is."""
        self.run("fetch", *months, refetch=refetch)

    def key(self, month: str) -> str:
        """Dagster's key of a month of the market."""
        return partition_key(self.market.key, month)

    def rows(self, table: Table, *months: str) -> pd.DataFrame:
        """Stored rows."""
        return self.lake.snapshot(table).read(self.market.key, months or [ALL_MONTHS])

    def store(self, table: Table, month: str, frame: pd.DataFrame) -> None:
        """Publish rows past every asset, as no run of ours would."""
        key = (self.market.key, month)
        self.lake.snapshot(table).publish({key: frame}, run_id="by hand", code_version="1")

    def hashes(self, table: Table) -> dict[str, str]:
        """Content hash of each month that has rows."""
        return self.lake.snapshot(table).content_hashes(self.market.key)

    def lake_state(self) -> dict[str, tuple[int, dict[str, str]]]:
        """Version of every table, one more with each commit, and every content hash in it."""
        return {
            table.name: (self.lake.snapshot(table).version, self.hashes(table)) for table in TABLES
        }

    def revise(self, opened_at: datetime, **values: float) -> None:
        """Let the exchange correct one candle for good."""
        symbol, timeframe = self.market.symbol, self.market.timeframe
        self.sandbox.faults.add(
            Revision(symbol=symbol, timeframe=timeframe, open_time=opened_at, values=values)
        )

    def asked(self) -> list[KlineQuery]:
        """What the exchange was asked for candles since this was last called."""
        queries = self.sandbox.requests.klines
        self.sandbox.requests.clear()
        return queries

    def now_is(self, now: datetime) -> None:
        """Set the clock of the exchange, forwards or backwards."""
        self.sandbox.clock.set(now)


@contextmanager
def opened(
    home: Path,
    feed: Feed,
    now: datetime,
    *,
    instance: dg.DagsterInstance | None = None,
    **options: Any,
) -> Iterator[InProcessPlatform]:
    """Open a platform with an exchange of its own; its instance forgets all unless one is given."""
    with (
        SandboxServer(feed, clock=Clock(now)) as sandbox,
        instance or dg.DagsterInstance.ephemeral() as memory,
    ):
        yield InProcessPlatform(home, sandbox, memory, **options)


def damage(platform: InProcessPlatform, table: Table, month: str) -> None:
    """Flip one byte among the values in a stored month's file; its second half is statistics."""
    folder = Path(platform.settings.lake_root, table.name, f"market={platform.market.key}")
    content_hash = platform.hashes(table)[month]
    [path] = (folder / f"month={month}" / f"content_hash={content_hash}").glob("*.parquet")
    content = bytearray(path.read_bytes())
    content[len(content) // 10] ^= 0xFF
    path.write_bytes(content)


def never_written(home: Path, table: str) -> None:
    """Remove a table, and what is remembered of it: it was never written, and is not lost."""
    shutil.rmtree(home / "lake" / table)
    (home / "lake-versions" / f"{table}.json").unlink()
