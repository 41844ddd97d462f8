"""The arena: challenger and champion on the same bars, which neither has seen, after costs."""

import numpy as np
import pandas as pd

from traderai_assets.assets.backtests import walk_forward_backtest
from traderai_assets.domain.backtest.metrics import account_returns
from traderai_assets.domain.champions.choice import (
    Decision,
    GuardRails,
    TrackRecord,
    choose_champion,
)
from traderai_assets.plan import reach
from traderai_assets.registry.stored_models import Candidate
from traderai_assets.runs.publication import Partition
from traderai_assets.schemas.backtests import BACKTEST_EQUITY
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import OUT_OF_SAMPLE
from traderai_assets.settings import Settings


class Arena:
    """Where the newest model of a market meets its champion."""

    def __init__(self, part: Partition, settings: Settings, challenger: Candidate) -> None:
        self._part = part
        self._settings = settings
        self._challenger = challenger
        months = reach(settings).challenge(part.market.bar).months(challenger.served)
        self._months = [month.key for month in months]
        self._bars = part.read_candles(*months)

    def judge(self, champion: Candidate | None) -> Decision:
        """Decide between the two; without a champion the challenger stands alone."""
        said = self._challenger_said(after=champion.row["trained_until"] if champion else None)
        return choose_champion(
            self._standing(champion, self._champion_said(champion, said)) if champion else None,
            self._standing(self._challenger, said),
            rails=GuardRails(allow_unproven=self._settings.champions.allow_unproven),
            seed=self._settings.training.seed,
        )

    def _challenger_said(self, *, after: pd.Timestamp | None) -> pd.DataFrame:
        """Return its walk-forward predictions on bars that the champion has not seen either."""
        said = self._part.read_keys(OUT_OF_SAMPLE, [self._challenger.served.key])
        return said if after is None else said[said["open_time"] >= after]

    def _champion_said(self, champion: Candidate, said: pd.DataFrame) -> pd.DataFrame:
        """Return what the champion says of the same bars."""
        from traderai_assets.domain.signals.decisions import decide_bars

        known = self._part.read_keys(FEATURES, self._months)
        same = known[known["open_time"].isin(said["open_time"])]
        return decide_bars(champion.model, same, self._bars, bar=self._part.market.bar)

    def _standing(self, candidate: Candidate, said: pd.DataFrame) -> TrackRecord:
        result = walk_forward_backtest(
            said, self._bars, bar=self._part.market.bar, settings=self._settings
        )
        equity = result.equity if result else BACKTEST_EQUITY.empty()
        account = np.concatenate([[1.0], equity["equity"].to_numpy(np.float64)])
        return TrackRecord(
            model_id=candidate.model_id,
            open_times=equity["open_time"].dt.as_unit("ms").astype("int64").to_numpy(),
            returns=account_returns(account),
            n_trials=candidate.model.card["selection"]["evidence"]["n_trials"],
            trades=len(result.trades) if result else 0,
            promotable=bool(candidate.row["promotable"]),
            verdict=str(candidate.row["verdict"]),
        )
