"""The demo's scenario: its stages in order; each is over when the lake holds its result."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING

from traderai_assets.cli.launch import launch
from traderai_assets.cli.queue_watch import QueueWatch
from traderai_assets.cli.sandbox.origin import SandboxOrigin
from traderai_assets.cli.sandbox.process import SandboxProcess
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.partitions import partition_key
from traderai_assets.settings import Settings
from traderai_assets.strategies import strategies_of

if TYPE_CHECKING:
    import pandas as pd

    from resources.lake.resource import LakeResource
    from traderai_assets.schemas.tables import Table

REPLAYED_MONTHS = 3
LIVE_BARS = 12
TIMEOUT_SECONDS = 900


class Scenario:
    """The stages of the demo, in order; each is over when the lake holds its result."""

    def __init__(
        self,
        settings: Settings,
        origin: SandboxOrigin,
        sandbox: SandboxProcess,
        watch: QueueWatch,
        url: str,
        lake: "LakeResource",
    ) -> None:
        self._markets = settings.market_list()
        self._settings = settings
        self._began = datetime.fromisoformat(origin.began)
        self._sandbox = sandbox
        self._watch = watch
        self._url = url
        self._lakes = {one.folder: lake.of(one) for one in strategies_of(settings)}

    def run(self) -> None:
        """Run the main job."""
        horizon = self._settings.longest_horizon
        self._fetch()
        self._await_verdicts()
        self._let_bars_close(LIVE_BARS, "nobody touches a key")
        self._let_bars_close(
            LIVE_BARS + horizon, "signals reach their target, their stop or their end"
        )
        self._measure_drift()
        self._walk_forward()
        self._replay()

    def _fetch(self) -> None:
        from traderai_assets.schemas.candles import CANDLES
        from traderai_assets.schemas.features import FEATURES

        self._until(
            f"Candles, features and labels of {self._settings.history_days} days: the sensor sees "
            "that they are missing",
            lambda lake, market: (
                self._last(lake, CANDLES, market) is not None
                and self._last(lake, FEATURES, market) == self._last(lake, CANDLES, market)
            ),
        )

    def _await_verdicts(self) -> None:
        self._until(
            "The newest model, judged: the sensors see that the market has no champion",
            lambda lake, market: not self._history(lake, market).empty,
        )
        for (strategy, lake), market in product(self._lakes.items(), self._markets):
            if self._has_no_champion(lake, market):
                reason = self._history(lake, market)["reason"].iloc[-1]
                whose = f"{strategy}: " if strategy else ""
                self._watch.say(
                    f"{whose}{market.key} has no champion, so nothing will be signalled:"
                )
                self._watch.say(f"  {reason}")

    def _walk_forward(self) -> None:
        from traderai_assets.schemas.backtests import BACKTEST_METRICS

        months = self._launch("train")
        self._until(
            f"Models of {months[0].key} to {months[-1].key}, each of what came before it",
            lambda lake, market: (
                {month.key for month in months} <= self._months(lake, BACKTEST_METRICS, market)
            ),
        )

    def _replay(self) -> None:
        self._launch("replay_history")
        self._until("What those models would have signalled in their months", lambda *_: True)

    def _let_bars_close(self, bars: int, what: str) -> None:
        from traderai_assets.schemas.candles import CANDLES
        from traderai_assets.schemas.predictions import PREDICTIONS

        until = self._began + bars * self._markets[0].bar
        # A demo that is run again finds the clock where it left it, and lets it stand.
        self._sandbox.advance(max(0.0, (until - self._sandbox.now()).total_seconds()))
        self._until(
            f"{until:%Y-%m-%d %H:%M} UTC at the exchange, {bars} bars on; {what}",
            lambda lake, market: (
                self._known_until(lake, market) >= until
                and (
                    self._has_no_champion(lake, market)
                    or self._last(lake, PREDICTIONS, market) == self._last(lake, CANDLES, market)
                )
            ),
        )

    def _measure_drift(self) -> None:
        from traderai_assets.schemas.drift_metrics import DRIFT_METRICS

        self._until(
            "Drift of features, predictions and results",
            lambda lake, market: (
                self._has_no_champion(lake, market)
                or bool(self._months(lake, DRIFT_METRICS, market))
            ),
        )

    def _launch(self, job: str) -> list[Month]:
        """Queue one run of `job` a market over the last months; return the months."""
        this_month = Month.of(self._sandbox.now())
        months = [this_month.shift(-back) for back in reversed(range(REPLAYED_MONTHS))]
        for market in self._markets:
            launch(self._url, job, [partition_key(market.key, month.key) for month in months])
        return months

    def _until(self, what: str, done: Callable[["LakeResource", Market], bool]) -> None:
        """Wait until it is done of every market, as every strategy has the lake."""
        self._watch.wait_until(
            what,
            lambda: all(done(*one) for one in product(self._lakes.values(), self._markets)),
            TIMEOUT_SECONDS,
        )

    def _known_until(self, lake: "LakeResource", market: Market) -> datetime:
        """Return the close of the last bar that is stored or a known gap."""
        from traderai_assets.ingest.known_until import known_until
        from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES

        stored, gaps = lake.snapshot(CANDLES), lake.snapshot(CANDLE_GAPS)
        return known_until(stored, gaps, market) or datetime.min.replace(tzinfo=UTC)

    def _history(self, lake: "LakeResource", market: Market) -> "pd.DataFrame":
        """Return what was decided about the market's models."""
        from traderai_assets.schemas.champions import CHAMPIONS
        from traderai_assets.schemas.tables import ALL_MONTHS

        return lake.snapshot(CHAMPIONS).read(market.key, [ALL_MONTHS])

    def _has_no_champion(self, lake: "LakeResource", market: Market) -> bool:
        """Whether no model of the market cleared the bar."""
        from traderai_assets.domain.champions.history import current_champion

        return current_champion(self._history(lake, market)) is None

    def _months(self, lake: "LakeResource", table: "Table", market: Market) -> set[str]:
        """Return the months of which the table holds rows of the market."""
        return set(lake.snapshot(table).content_hashes(market.key))

    def _last(self, lake: "LakeResource", table: "Table", market: Market) -> datetime | None:
        """Return the newest time the table holds of the market."""
        snapshot = lake.snapshot(table)
        return snapshot.last(market)
