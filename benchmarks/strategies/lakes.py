"""Lakes of planted markets, through the real assets: from candles to the verdicts on strategies.

A lake is a platform in one process, its exchange the sandbox, which replays planted candles. Its
markets are made one after the other; what a killed run left behind is not made again.
"""

import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from benchmarks.planted import Edge, planted_market
from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.revisions import newest_revisions
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.partitions import MARKETS, partition_range_tags
from traderai_assets.sandbox.clock import Clock
from traderai_assets.sandbox.replay import ReplayFeed
from traderai_assets.sandbox.server import SandboxServer
from traderai_assets.schemas.record import RECORD_DAYS
from traderai_assets.schemas.verdict import LOOKS, VERDICTS
from traderai_assets.strategies import strategies_of

TIMEFRAME = "1h"
FIRST_DAY = pd.Timestamp("2023-01-01", tz="UTC")
# A look-back, and the bars that features look back on
MONTHS_BEFORE = 3
_CANDLES_A_DAY = 288
_ONE_SEARCH = {
    "learner_trials": 1,
    "policy_trials": 2,
    "every_months": 12,
    "horizon_bars": (),
    "barrier_multiples": (),
}
# Made of each market, in that order. Whether features look ahead is proved in tests of their own.
_MATERIAL = dg.AssetSelection.from_string('key:"candles" or key:"features" or key:"*labels"')
_MODELS = dg.AssetSelection.from_string(
    " or ".join(f'key:"*{name}"' for name in ("models", "backtests", "record"))
)


@dataclass(frozen=True)
class Plan:
    """What lakes of one kind are made of.

    Attributes
    ----------
    name : str
    edge : Edge
        Of every market.
    markets, months : int
        Of a lake; months that its models serve.
    strategies : mapping of str to sections
        As `traderai.toml` names them.
    training, costs : mapping
        What all of them have in common.
    """

    name: str
    edge: Edge
    markets: int
    months: int
    strategies: Mapping[str, Any]
    training: Mapping[str, Any] = field(default_factory=dict)
    costs: Mapping[str, Any] = field(default_factory=dict)

    def to_text(self) -> str:
        """All of it that decides what is found."""
        return repr(asdict(self))


@dataclass(frozen=True)
class Found:
    """What became of one strategy of a lake.

    Attributes
    ----------
    state : str
        By its newest verdict.
    sharpes : list of float
        Annual, after costs, of each market's record; 0 of one that never traded.
    trades : int
    t, bound : float or None
        Of the last look; None where none was made.
    looks : int
        That were made.
    """

    strategy: str
    state: str
    sharpes: list[float]
    trades: int
    days: int
    looks: int
    t: float | None
    bound: float | None

    @property
    def candidate(self) -> bool:
        """Whether a look was passed."""
        return self.state == "candidate"


def judged_lake(
    plan: Plan, number: int, home: Path, *, report: Callable[[str], None] = print
) -> list[Found]:
    """Make one lake and judge its strategies; its folder is gone when it is done.

    Parameters
    ----------
    plan : Plan
    number : int
        Of the lake; its markets have seeds of their own.
    home : Path
        What a killed run left there is gone on with.
    report : callable
        Takes a line a market.
    """
    first = Month.of(FIRST_DAY.to_pydatetime())
    served = [first.shift(MONTHS_BEFORE + month) for month in range(plan.months)]
    # A day beyond the last month: its first bar ends the last day
    now = pd.Timestamp(served[-1].end) + pd.Timedelta(days=1)
    plant(plan, number, home / "candles", days=(now - FIRST_DAY).days)
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    with (
        SandboxServer(ReplayFeed(home / "candles"), clock=Clock(now.to_pydatetime())) as sandbox,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        platform = _platform(plan, home / "platform", sandbox, instance)
        jobs = dg.Definitions.merge(
            platform.definitions,
            dg.Definitions(
                jobs=[
                    dg.define_asset_job("material", _MATERIAL.without_checks()),
                    dg.define_asset_job("records", _MODELS),
                ]
            ),
        )
        for market in platform.settings.market_list():
            platform.market = market
            if not _whole(platform, served):
                _run(platform, jobs, "material", first, Month.of(now.to_pydatetime()))
                _run(platform, jobs, "records", served[0], served[-1])
            report(f"{plan.name} {number}: {market.symbol} is on record")
        platform.run("judge")
        found = [_found(platform, strategy) for strategy in strategies_of(platform.settings)]
    shutil.rmtree(home)
    return found


def plant(plan: Plan, number: int, folder: Path, days: int) -> None:
    """Write candles of 5 minutes of all markets of a lake, as the sandbox replays them."""
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(plan.markets):
        seed = 1_000 * number + at
        candles = planted_market(plan.edge, seed, warm_up_bars=0, days=days).candles
        times = pd.date_range(FIRST_DAY, periods=days * _CANDLES_A_DAY, freq="5min", unit="ms")
        candles = candles.drop(columns="open_time").assign(timestamp=times)
        candles.to_parquet(folder / f"binance__P{at}_USDT__5m.parquet")


def _platform(
    plan: Plan, home: Path, sandbox: SandboxServer, instance: dg.DagsterInstance
) -> InProcessPlatform:
    platform = InProcessPlatform(
        home,
        sandbox,
        instance,
        markets=tuple(f"binance:P{at}/USDT" for at in range(plan.markets)),
        timeframe=TIMEFRAME,
        history_days=1_500,
        training=dict(plan.training),
        search=_ONE_SEARCH,
        costs=dict(plan.costs),
        strategies=dict(plan.strategies),
    )
    keys = [market.key for market in platform.settings.market_list()]
    instance.add_dynamic_partitions(MARKETS, keys)
    return platform


def _run(
    platform: InProcessPlatform, jobs: dg.Definitions, job: str, first: Month, last: Month
) -> None:
    keys = [platform.key(month.key) for month in (first, last)]
    jobs.resolve_job_def(job).execute_in_process(
        instance=platform.instance, tags=partition_range_tags(keys)
    )


def _whole(platform: InProcessPlatform, served: list[Month]) -> bool:
    """Whether the market's record has every month of every strategy."""
    wanted = {month.key for month in served}
    return all(
        wanted <= set(platform.lake.of(one).snapshot(RECORD_DAYS).months(platform.market.key))
        for one in strategies_of(platform.settings)
    )


def _found(platform: InProcessPlatform, strategy: Strategy) -> Found:
    lake = platform.lake.of(strategy)
    record = lake.snapshot(RECORD_DAYS)
    days = [
        newest_revisions(record.read(market.key, record.months(market.key)), strategy.id)
        for market in platform.settings.market_list()
    ]
    looks = lake.snapshot(LOOKS).read("all", ["all"])
    last = looks.iloc[-1].to_dict() if len(looks) else {}
    return Found(
        strategy=strategy.name,
        state=str(lake.snapshot(VERDICTS).read("all", ["all"])["state"].iloc[-1]),
        sharpes=[_annual_sharpe(one["net"].to_numpy(np.float64)) for one in days],
        trades=sum(int(one["trades"].sum()) for one in days),
        days=max(map(len, days)),
        looks=len(looks),
        t=_known(last.get("t")),
        bound=_known(last.get("bound")),
    )


def _annual_sharpe(net: np.ndarray) -> float:
    deviation = float(net.std())
    return float(net.mean()) / deviation * 365.0**0.5 if deviation > 0.0 else 0.0


def _known(value: float | None) -> float | None:
    return None if value is None or np.isnan(value) else float(value)
