"""A platform for sensors to read: a real lake, a real exchange, an instance; frames by the row."""

import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import dagster as dg
import pandas as pd
import pytest
from dagster._core.definitions.partitions.context import partition_loading_context

from resources.exchange.resource import ExchangeResource
from resources.lake.resource import LakeResource
from tests.any_value import ANY_VALUE
from traderai_assets.domain.champions.choice import Contender, choose_speaker
from traderai_assets.domain.champions.history import empty_history, with_choice
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.states import INSUFFICIENT, PROMOTED
from traderai_assets.domain.strategies.strategy import DEFAULT, Strategy
from traderai_assets.instance.market_notes import SCOPES, note_answered, write_notes
from traderai_assets.partitions import MARKETS
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.server import SandboxServer
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.tables import ALL_MONTHS, Table
from traderai_assets.settings import Settings
from traderai_assets.strategies import strategy_named

BTC = Market("binance", "BTC/USDT", "1h")
ETH = Market("binance", "ETH/USDT", "1h")
MARCH = Month(2026, 3)
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NEVER = datetime(2100, 1, 1, tzinfo=UTC)


class Tick(NamedTuple):
    """What one tick of a sensor came to; `log` is what it says beside its requests."""

    requests: list[dg.RunRequest]
    reason: str
    log: str

    @property
    def request(self) -> dg.RunRequest:
        [request] = self.requests
        return request

    @property
    def months(self) -> tuple[str, str]:
        """First and last month of the only request, as partition keys."""
        tags = self.request.tags
        return tuple(tags[f"dagster/asset_partition_range_{end}"] for end in ("start", "end"))


class SensorPlatform:
    """Everything a sensor can see, and ways to put things there."""

    def __init__(self, definitions, instance, lake, exchange, sandbox, settings) -> None:
        self.definitions: dg.Definitions = definitions
        self.instance: dg.DagsterInstance = instance
        self.lake: LakeResource = lake
        self.exchange: ExchangeResource = exchange
        self.sandbox: SandboxServer = sandbox
        self.settings: Settings = settings
        self.cursors: dict[str, str | None] = {}  # Of each sensor, as its last tick left it

    def tick(self, name: str, *, exchange: Any = None) -> Tick:
        """Evaluate the real sensor once."""
        from sensors.build import build_sensors  # Late: Dagster's beta warnings are errors here

        [sensor] = [one for one in build_sensors(self.settings) if one.name == name]
        resources = {"lake": self.lake, "exchange": exchange or self.exchange}
        said = io.StringIO()
        with (
            partition_loading_context(dynamic_partitions_store=self.instance),
            dg.build_sensor_context(
                self.instance,
                definitions=self.definitions,
                resources=resources,
                cursor=self.cursors.get(name),
            ) as context,
        ):
            context.log.addHandler(logging.StreamHandler(said))
            found = sensor.evaluate_tick(context)
        self.cursors[name] = found.cursor
        return Tick(list(found.run_requests), found.skip_message or "", said.getvalue())

    def configure(self, **changes: Any) -> None:
        self.settings = self.settings.model_copy(update=changes)

    def put(self, table: Table, month: Month | None, frame: pd.DataFrame, market=BTC) -> None:
        key = (market.key, month.key if month else ALL_MONTHS)
        inputs = {key: self._candles_of(market, month)} if table in (FEATURES, LABELS) else {}
        self.lake.snapshot(table).publish(
            {key: frame}, run_id="test", code_version="1", inputs=inputs
        )

    def _candles_of(self, market: Market, month: Month) -> dict[str, str]:
        """What features and labels made now are made of."""
        candles = self.lake.snapshot(CANDLES)
        months = (month.shift(-1).key, month.key)
        return {f"candles/{key}": candles.content_hash(market.key, key) for key in months}

    def put_bars(self, start: datetime, end: datetime, *tables: Table, market=BTC) -> None:
        """Store the bars of [start, end) month by month; of what is made of them, the last row."""
        times = pd.date_range(start, end, freq=market.bar, inclusive="left").as_unit("ms")
        for table in tables or (CANDLES, FEATURES, LABELS):
            for month, opened in times.to_series().groupby(times.strftime("%Y-%m")):
                kept = opened if table is CANDLES else opened[-1:]
                self.put(table, Month.parse(month), rows(table, open_time=kept.to_numpy()), market)

    @property
    def strategy(self) -> Strategy:
        """The one there is."""
        return strategy_named(self.settings, DEFAULT)

    def crown(self, model_id: str, *since: datetime, promote: bool = True) -> None:
        """Have the strategy speak by a model from then on, and where told so be silenced again."""
        history = empty_history()
        for turn, moment in enumerate(since):
            state = PROMOTED if promote and turn % 2 == 0 else INSUFFICIENT
            speaker = Contender(
                DEFAULT, self.strategy.id, state, model_id=model_id, served_month=MARCH.key
            )
            history = with_choice(history, choose_speaker([speaker]), changed_at=moment)
        self.put(CHAMPIONS, None, history)

    def run(self, request: dg.RunRequest, status: dg.DagsterRunStatus) -> None:
        """Make the run of a request, as the daemon and the run coordinator would have."""
        market = request.partition_key or request.tags.get("dagster/asset_partition_range_start")
        of_market = {"traderai/market": market.partition("|")[0]} if market else {}
        self.instance.add_run(
            dg.DagsterRun(
                job_name=request.job_name,
                run_config=request.run_config,
                status=status,
                tags={**request.tags, "dagster/run_key": request.run_key, **of_market},
            )
        )


def rows(table: Table, **columns: Any) -> pd.DataFrame:
    """Rows of a table; columns that are not given hold any value that will do."""
    given = {name: ANY_VALUE[dtype] for name, dtype in table.dtypes.items()}
    given |= {"barrier": "time", "label_end": NEVER} if table is LABELS else {}
    given |= {"word": "below_threshold"} if table is PREDICTIONS else {}
    given |= {"strategy_state": "candidate"} if table is SIGNALS else {}
    given |= {"signal_id": "0" * 16} if table in (SIGNALS, SIGNAL_OUTCOMES) else {}
    given |= columns
    return pd.DataFrame(given)[list(table.dtypes)].astype(table.dtypes)


@pytest.fixture(scope="session")
def exchange_at_noon() -> Iterator[SandboxServer]:
    with SandboxServer(clock=Clock(NOON)) as server:
        yield server


@pytest.fixture(scope="session")
def definitions() -> dg.Definitions:
    """Assets and jobs; the sensors are built for the settings of each test."""
    from traderai_assets.definitions import build_definitions

    return build_definitions(settings=Settings())


@pytest.fixture(scope="session")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def platform(tmp_path, exchange_at_noon, definitions, instance) -> Iterator[SensorPlatform]:
    exchange_at_noon.clock.set(NOON)
    settings = Settings(
        markets=("binance:BTC/USDT",),
        timeframe="1h",
        history_days=40,
        home=tmp_path,
        # A run a market; with shards live_ticks asks in the place of stale_candles
        live={"shard_markets": 0},
    )
    exchange = ExchangeResource(
        url=exchange_at_noon.url, state_folder=str(tmp_path / "exchange"), attempts=1
    )
    lake = LakeResource(root=str(tmp_path / "lake"))
    yield SensorPlatform(definitions, instance, lake, exchange, exchange_at_noon, settings)
    for key in {BTC.key, ETH.key, *instance.get_dynamic_partitions(MARKETS)}:
        note_answered(instance, key, *SCOPES)
        write_notes(instance, {f"traderai/kept/{key}": ""})
    for run in instance.get_runs():
        instance.delete_run(run.run_id)
    for key in instance.get_dynamic_partitions(MARKETS):
        instance.delete_dynamic_partition(MARKETS, key)


@pytest.fixture
def unreachable(tmp_path) -> ExchangeResource:
    return ExchangeResource(url="http://127.0.0.1:9", state_folder=str(tmp_path / "exchange"))


@pytest.fixture
def rows_of():
    return rows


@pytest.fixture
def kept(platform):
    """Keep these markets as well."""

    def keep(*keys: str) -> None:
        platform.instance.add_dynamic_partitions(MARKETS, keys)

    return keep
