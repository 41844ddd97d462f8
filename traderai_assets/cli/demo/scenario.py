"""The demo's scenario: its stages in order; each is over when the lake holds its result."""

from collections.abc import Callable
from datetime import datetime
from itertools import product
from typing import TYPE_CHECKING

from traderai_assets.cli.demo.stored import Stored
from traderai_assets.cli.launch import launch
from traderai_assets.cli.queue_watch import QueueWatch
from traderai_assets.cli.sandbox.origin import SandboxOrigin
from traderai_assets.cli.sandbox.process import SandboxProcess
from traderai_assets.cli.walk_forward import walk
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.partitions import partition_key
from traderai_assets.settings import Settings
from traderai_assets.status.verdicts import last_verdict
from traderai_assets.strategies import strategies_of

if TYPE_CHECKING:
    from resources.lake.resource import LakeResource

REPLAYED_MONTHS = 3
LIVE_BARS = 12
TIMEOUT_SECONDS = 1800


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
        self._lake = lake
        self._stored = Stored(settings, lake, watch.instance)
        self._strategies = strategies_of(settings)

    def run(self) -> None:
        """Run the main job."""
        horizon = self._settings.longest_horizon
        self._fetch()
        self._train_newest()
        self._walk_forward()
        self._judge()
        # First so few that no signal is over before it can be given
        self._let_bars_close(LIVE_BARS, "nobody touches a key: signals are given")
        self._let_bars_close(LIVE_BARS + horizon, "they reach target, stop or end")
        self._measure_drift()
        self._replay()

    def _fetch(self) -> None:
        from traderai_assets.schemas.candles import CANDLES
        from traderai_assets.schemas.features import FEATURES

        self._until(
            f"Candles, features and labels of {self._settings.history_days} days: the sensor sees "
            "that they are missing",
            lambda strategy, market: (
                self._stored.last(strategy, CANDLES, market) is not None
                and self._stored.last(strategy, FEATURES, market)
                == self._stored.last(strategy, CANDLES, market)
            ),
        )

    def _train_newest(self) -> None:
        from traderai_assets.schemas.models import MODELS

        # Before the past is made: its models of this month are fresh enough for the sensor
        self._until(
            "Models of the month to come: the sensor sees that there is none",
            lambda strategy, market: bool(self._stored.snapshot(strategy, MODELS).months(market)),
        )

    def _walk_forward(self) -> None:
        self._watch.say("Models of each past month, by the demo")
        for strategy in self._strategies:
            walk(self._settings, strategy, self._url)
        self._until(
            "What those models earned in their months, day by day: the records",
            lambda strategy, market: not self._stored.lacking(strategy, market),
        )

    def _judge(self) -> None:
        for strategy in self._strategies:
            walk(self._settings, strategy, self._url)  # Which has it judged: nothing is lacking
        self._until(
            "The verdicts, and who speaks for each market by them",
            lambda strategy, market: (
                self._stored.is_judged(strategy) and not self._stored.would_change(market)
            ),
        )
        for strategy in self._strategies:
            self._watch.say(f"{strategy.name}: {last_verdict(self._lake, strategy)['sentence']}")
        for market in self._markets:
            self._watch.say(f"{market.key}: {self._stored.history(market)['reason'].iloc[-1]}")

    def _replay(self) -> None:
        this_month = Month.of(self._sandbox.now())
        months = [this_month.shift(-back) for back in reversed(range(REPLAYED_MONTHS))]
        for market in self._markets:
            keys = [partition_key(market.key, month.key) for month in months]
            launch(self._url, "replay_history", keys)
        self._until(
            f"What the models of {months[0].key} to {months[-1].key} would have signalled",
            lambda *_: True,
        )

    def _let_bars_close(self, bars: int, what: str) -> None:
        from traderai_assets.schemas.candles import CANDLES
        from traderai_assets.schemas.predictions import PREDICTIONS

        until = self._began + bars * self._markets[0].bar
        # A demo that is run again finds the clock where it left it, and lets it stand.
        self._sandbox.advance(max(0.0, (until - self._sandbox.now()).total_seconds()))
        self._until(
            f"{until:%Y-%m-%d %H:%M} UTC at the exchange, {bars} bars on; {what}",
            lambda strategy, market: (
                self._stored.known_until(market) >= until
                and (
                    not self._stored.speaks(strategy, market)
                    or (
                        self._stored.last(strategy, PREDICTIONS, market)
                        == self._stored.last(strategy, CANDLES, market)
                        and self._stored.are_settled(strategy, market, until)
                    )
                )
            ),
        )

    def _measure_drift(self) -> None:
        from traderai_assets.schemas.drift_metrics import DRIFT_METRICS

        self._until(
            "Drift of features, predictions and results",
            lambda strategy, market: (
                not self._stored.speaks(strategy, market)
                or bool(self._stored.snapshot(strategy, DRIFT_METRICS).months(market))
            ),
        )

    def _until(self, what: str, done: Callable[[Strategy, Market], bool]) -> None:
        """Wait until it is done of every strategy and market."""
        self._watch.wait_until(
            what,
            lambda: all(done(*one) for one in product(self._strategies, self._markets)),
            TIMEOUT_SECONDS,
        )
