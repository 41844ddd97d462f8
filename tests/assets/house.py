"""A whole house in one process: sandbox exchange, lake, Dagster instance, every definition.

Everything is real except the pace: the exchange's rate limit is left out, as a sandbox has none.
A month of the market holds 720 bars of an hour, which is the least a model can be trained on.
"""

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from traderai_assets.definitions import build_definitions
from traderai_assets.domain.months import Month, months_between
from traderai_assets.partitions import MARKETS, partition_key, partition_range_tags
from traderai_assets.sandbox.ledger import KlineQuery
from traderai_assets.sandbox.server import SandboxServer
from traderai_assets.schemas.registry import TABLES
from traderai_assets.schemas.tables import Table
from traderai_assets.settings import load_settings


class UnhurriedExchange(ExchangeResource):
    """The exchange as it is, but that no request waits for the allowance of a real venue."""

    def _open(self, exchange_id: str, market_kind: str) -> Any:
        client = super()._open(exchange_id, market_kind)
        client.rateLimit = 0
        return client


class House:
    """One market's house.

    Parameters
    ----------
    home : Path
        Holds the lake; a copy of another house's home is a house with the same past.
    sandbox : SandboxServer
        The exchange, running; its clock is the time of the house.
    instance : DagsterInstance
        Knows what was materialised.
    settings
        Of `traderai.toml`, by name, where they differ from a house of small, quick models.
    """

    def __init__(
        self, home: Path, sandbox: SandboxServer, instance: dg.DagsterInstance, **settings: Any
    ) -> None:
        self.home = home
        self.sandbox = sandbox
        self.instance = instance
        self.settings = load_settings(
            home / "no.toml",
            **{
                "home": home,
                "exchange_url": sandbox.url,
                "markets": ("binance:BTC/USDT",),
                "timeframe": "1h",
                "training": {"folds": 2, "horizon_bars": 12},
                **settings,
            },
        )
        self.market = self.settings.market_list()[0]
        self.lake = LakeResource(root=self.settings.lake_root)
        self.exchange = UnhurriedExchange(
            url=sandbox.url,
            state_folder=str(home / "exchange"),
            attempts=self.settings.exchange.attempts,
            deadline_seconds=self.settings.exchange.deadline_seconds,
            request_timeout_seconds=self.settings.exchange.request_timeout_seconds,
            tail_bars=self.settings.exchange.tail_bars,
            first_wait_seconds=0.01,
        )
        self.definitions = build_definitions(
            settings=self.settings, resources={"exchange": self.exchange}
        )
        instance.add_dynamic_partitions(MARKETS, [self.market.key])

    def run(
        self, job: str, *months: str, only: Iterable[str] = (), refetch: bool = False, **options: Any
    ) -> dg.ExecuteInProcessResult:
        """Run a job from the first of `months` to the last, or for the market alone."""
        definition = self.definitions.resolve_job_def(job)
        config = {"ops": {"candles": {"config": {"refetch": True}}}} if refetch else None
        if months:
            keys = [partition_key(self.market.key, month) for month in months]
            options["tags"] = partition_range_tags(keys)
        else:
            options["partition_key"] = self.market.key
        return definition.execute_in_process(
            run_config=config,
            instance=self.instance,
            asset_selection=[dg.AssetKey(name) for name in only] or None,
            **options,
        )
