"""Champions: which model speaks for a market; each change is one event, the log the audit trail."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
import numpy as np
import pandas as pd

from resources.lake.resource import LakeResource
from resources.lake.snapshot import LakeSnapshot
from traderai_assets.assets.backtests import backtests, walk_forward_backtest
from traderai_assets.assets.look_back import known_until
from traderai_assets.assets.models import models
from traderai_assets.assets.publication import Partition, Publication
from traderai_assets.domain.champions.choice import Standing, choose_champion
from traderai_assets.domain.champions.history import current_champion, with_decision
from traderai_assets.domain.months import Month
from traderai_assets.partitions import MANY_PARTITIONS_A_RUN, markets, same_market
from traderai_assets.schemas.backtests import BACKTEST_EQUITY
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from traderai_assets.domain.training.model import ServingModel

TRIALS = 1  # one configuration a training until a search looks at more


@dg.asset(
    partitions_def=markets,
    backfill_policy=MANY_PARTITIONS_A_RUN,
    deps=[
        dg.AssetDep(models, partition_mapping=same_market()),
        dg.AssetDep(backtests, partition_mapping=same_market()),
    ],
    group_name="models",
    kinds={"deltalake"},
    owners=["team:research"],
    code_version="1",
)
def champions(
    context: dg.AssetExecutionContext, lake: LakeResource, settings: dg.ResourceParam[Settings]
) -> Iterator[dg.MaterializeResult[None]]:
    """The history of the model that speaks for the market; the newest model challenges it."""
    with Publication(context, lake, CHAMPIONS, MODELS, CANDLES, CANDLE_GAPS) as publication:
        for part in publication.partitions():
            history = part.published()
            challenger = newest_model(publication.source(MODELS), part.market.key)
            if challenger is not None:
                arena = Arena(lake, part, settings, challenger)
                history = arena.judge(history)
            last = history.iloc[-1] if len(history) else None
            part.put(
                history,
                {
                    "champion": current_champion(history) or "none",
                    "last_action": str(last["action"]) if last is not None else "none",
                    "reason": str(last["reason"]) if last is not None else "no model yet",
                },
            )
        yield from publication.publish()


@dataclass(frozen=True)
class Candidate:
    """A stored model and the month it was made for."""

    row: "pd.Series[Any]"
    served: Month

    @property
    def model(self) -> "ServingModel":
        """The model, verified and read."""
        from traderai_assets.domain.training.model import decode_model

        return decode_model(self.row)


def newest_model(stored: LakeSnapshot, market: str) -> Candidate | None:
    """Return the last model of the last served month; None where the market has no model."""
    month = max(stored.content_hashes(market), default=None)
    if month is None:
        return None
    return Candidate(stored.read(market, [month]).iloc[-1], Month.parse(month))


def find_model(stored: LakeSnapshot, market: str, model_id: str, served: str) -> Candidate:
    """Return the model of that id among those made for the served month."""
    rows = stored.read(market, [served])
    return Candidate(rows[rows["model_id"] == model_id].iloc[0], Month.parse(served))


class Arena:
    """Where a challenger meets the champion: bars that neither has seen, after costs."""

    def __init__(
        self, lake: LakeResource, part: Partition, settings: Settings, challenger: Candidate
    ) -> None:
        self._lake = lake
        self._part = part
        self._settings = settings
        self._challenger = challenger
        self._models = lake.snapshot(MODELS)

    def judge(self, history: pd.DataFrame) -> pd.DataFrame:
        """Return the history with what became of the challenge."""
        as_of = known_until(
            self._lake.snapshot(CANDLES), self._lake.snapshot(CANDLE_GAPS), self._part.market
        )
        if as_of is None or current_champion(history) == self._challenger.row["model_id"]:
            return history
        champion = self._champion(history)
        said = self._challenger_said(after=champion.row["trained_until"] if champion else None)
        decision = choose_champion(
            self._standing(champion, self._champion_said(champion, said)) if champion else None,
            self._standing(self._challenger, said),
            seed=self._settings.training.seed,
        )
        return with_decision(
            history,
            decision,
            challenger_id=str(self._challenger.row["model_id"]),
            served_month=self._challenger.served,
            changed_at=as_of,
        )

    def _champion(self, history: pd.DataFrame) -> Candidate | None:
        if current_champion(history) is None:
            return None
        last = history.iloc[-1]
        return find_model(
            self._models, self._part.market.key, str(last["model_id"]), str(last["served_month"])
        )

    def _challenger_said(self, *, after: pd.Timestamp | None) -> pd.DataFrame:
        """Return its walk-forward predictions on bars that the champion has not seen either."""
        stored = self._lake.snapshot(OUT_OF_SAMPLE)
        said = stored.read(self._part.market.key, [self._challenger.served.key])
        return said if after is None else said[said["open_time"] >= after]

    def _champion_said(self, champion: Candidate, said: pd.DataFrame) -> pd.DataFrame:
        """Return what the champion says of the same bars."""
        from traderai_assets.domain.signals.deciding import decide_bars

        months = [month.key for month in self._months()]
        known = self._lake.snapshot(FEATURES).read(self._part.market.key, months)
        same = known[known["open_time"].isin(said["open_time"])]
        return decide_bars(champion.model, same, self._bars(), bar=self._part.market.bar)

    def _standing(self, candidate: Candidate, said: pd.DataFrame) -> Standing:
        result = walk_forward_backtest(
            said, self._bars(), candidate.model, bar=self._part.market.bar, settings=self._settings
        )
        equity = result.equity if result else BACKTEST_EQUITY.empty()
        account = np.concatenate([[1.0], equity["equity"].to_numpy(np.float64)])
        return Standing(
            model_id=str(candidate.row["model_id"]),
            open_times=equity["open_time"].dt.as_unit("ms").astype("int64").to_numpy(),
            returns=account[1:] / account[:-1] - 1,
            n_trials=TRIALS,
            trades=len(result.trades) if result else 0,
        )

    def _bars(self) -> pd.DataFrame:
        months = [month.key for month in self._months()]
        return self._lake.snapshot(CANDLES).read(self._part.market.key, months)

    def _months(self) -> list[Month]:
        """The challenger's look-back, and a month more for the champion's warm-up."""
        return [self._challenger.served.shift(-back) for back in (3, 2, 1)]
