"""The challenge: challenger and champion on the same bars, which neither has seen, after costs."""

import numpy as np
import pandas as pd

from traderai_assets.domain.backtest.decided import walk_forward_backtest
from traderai_assets.domain.backtest.metrics import account_returns
from traderai_assets.domain.champions.choice import (
    Decision,
    GuardRails,
    TrackRecord,
    choose_champion,
)
from traderai_assets.plan import reach, trading_costs
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.runs.publication import Partition
from traderai_assets.schemas.backtests import BACKTEST_EQUITY
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import OUT_OF_SAMPLE
from traderai_assets.settings import Settings


class Challenge:
    """The newest model of a market against its champion."""

    def __init__(self, part: Partition, settings: Settings, challenger: StoredModel) -> None:
        self._part = part
        self._settings = settings
        self._challenger = challenger
        self._months = reach(settings).challenge(part.market.bar).months(challenger.served)
        self._candles = part.read_candles(*self._months)

    def judge(self, champion: StoredModel | None) -> Decision:
        """Decide between the two; without a champion the challenger stands alone."""
        decided = self._challenger_decided(
            after=champion.row["trained_until"] if champion else None
        )
        record = None
        if champion is not None:
            record = self._track_record(champion, self._champion_decided(champion, decided))
        return choose_champion(
            record,
            self._track_record(self._challenger, decided),
            rails=GuardRails(allow_unproven=self._settings.champions.allow_unproven),
            seed=self._settings.training.seed,
        )

    def _challenger_decided(self, *, after: pd.Timestamp | None) -> pd.DataFrame:
        """Return what it decided out of sample, on bars that the champion has not seen either."""
        decided = self._part.read(OUT_OF_SAMPLE, self._challenger.served)
        return decided if after is None else decided[decided["open_time"] >= after]

    def _champion_decided(self, champion: StoredModel, decided: pd.DataFrame) -> pd.DataFrame:
        """Return what the champion decides at the same bars."""
        from traderai_assets.domain.signals.decisions import decide_bars

        features = self._part.read(FEATURES, *self._months)
        same = features[features["open_time"].isin(decided["open_time"])]
        return decide_bars(champion.model, same, self._candles, bar=self._part.market.bar)

    def _track_record(self, model: StoredModel, decided: pd.DataFrame) -> TrackRecord:
        result = walk_forward_backtest(
            decided, self._candles, bar=self._part.market.bar, costs=trading_costs(self._settings)
        )
        equity = result.equity if result else BACKTEST_EQUITY.empty()
        account = np.concatenate([[1.0], equity["equity"].to_numpy(np.float64)])
        return TrackRecord(
            model_id=model.model_id,
            open_times=equity["open_time"].dt.as_unit("ms").astype("int64").to_numpy(),
            returns=account_returns(account),
            n_trials=model.model.card["selection"]["evidence"]["n_trials"],
            trades=len(result.trades) if result else 0,
            promotable=bool(model.row["promotable"]),
            verdict=str(model.row["verdict"]),
        )
