"""What the lake holds of a demo so far: what its stages wait for."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from traderai_assets.domain.markets import Market
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.settings import Settings
from traderai_assets.strategies import shortest_look_back_days, strategies_of

if TYPE_CHECKING:
    import pandas as pd
    from dagster import DagsterInstance

    from resources.lake.resource import LakeResource
    from resources.lake.snapshot import LakeSnapshot
    from traderai_assets.domain.months import Month
    from traderai_assets.schemas.tables import Table


class Stored:
    """What stands in the lake of a demo, read anew at each question."""

    def __init__(
        self, settings: Settings, lake: "LakeResource", instance: "DagsterInstance"
    ) -> None:
        self._settings = settings
        self._lake = lake
        self._instance = instance
        self._strategies = strategies_of(settings)

    def known_until(self, market: Market) -> datetime:
        """Return the close of the last bar that is stored or a known gap."""
        from traderai_assets.ingest.known_until import known_until
        from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES

        stored, gaps = self._lake.snapshot(CANDLES), self._lake.snapshot(CANDLE_GAPS)
        return known_until(stored, gaps, market) or datetime.min.replace(tzinfo=UTC)

    def history(self, market: Market) -> "pd.DataFrame":
        """Return who spoke for the market, and who does."""
        from traderai_assets.schemas.champions import CHAMPIONS
        from traderai_assets.schemas.tables import ALL_MONTHS

        return self._lake.snapshot(CHAMPIONS).read(market.key, [ALL_MONTHS])

    def speaks(self, strategy: Strategy, market: Market) -> bool:
        """Whether the strategy speaks for the market now."""
        from traderai_assets.domain.champions.periods import champion_periods

        periods = champion_periods(self.history(market), strategy.name)
        return bool(periods) and periods[-1].stands

    def would_change(self, market: Market) -> bool:
        """Whether who speaks is to be chosen anew, by what is stored now."""
        from traderai_assets.domain.champions.history import would_change
        from traderai_assets.registry.contenders import chosen_speaker

        history = self.history(market)
        choice = chosen_speaker(
            self._lake.snapshot,
            self._strategies,
            market,
            history,
            allow_unproven=self._settings.champions.allow_unproven,
        )
        return would_change(history, choice)

    def are_settled(self, strategy: Strategy, market: Market, until: datetime) -> bool:
        """Whether every signal that was over by then has its outcome."""
        from traderai_assets.schemas.signal_outcomes import SIGNAL_OUTCOMES
        from traderai_assets.schemas.signals import SIGNALS

        signals, outcomes = (
            table.read(market.key, table.months(market))
            for table in (self.snapshot(strategy, one) for one in (SIGNALS, SIGNAL_OUTCOMES))
        )
        over = signals.loc[signals["valid_until"] <= until, "open_time"]
        return set(over) <= set(outcomes.loc[outcomes["status"] != "open", "open_time"])

    def lacking(self, strategy: Strategy, market: Market) -> "list[Month]":
        """Return the months whose record is not made of what is stored now."""
        from traderai_assets.registry.walk_forward import WalkForward

        past = WalkForward(self._lake, self._instance, strategy)
        days = shortest_look_back_days(self._settings, strategy)
        return past.lacking(market, past.months(market, look_back_days=days))

    def is_judged(self, strategy: Strategy) -> bool:
        """Whether the last verdict on a strategy is one on its record as it is."""
        from traderai_assets.registry.stored_records import record_hash
        from traderai_assets.schemas.record import RECORD_DAYS
        from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS
        from traderai_assets.schemas.verdict import VERDICTS

        verdicts = self.snapshot(strategy, VERDICTS).read(ALL_MARKETS, [ALL_MONTHS])
        return record_hash(self.snapshot(strategy, RECORD_DAYS)) in set(verdicts["record"])

    def snapshot(self, strategy: Strategy, table: "Table") -> "LakeSnapshot":
        """Return a table of a strategy as it is now."""
        return self._lake.of(strategy).snapshot(table)

    def last(self, strategy: Strategy, table: "Table", market: Market) -> datetime | None:
        """Return the newest time the table holds of the market."""
        return self.snapshot(strategy, table).last(market)
