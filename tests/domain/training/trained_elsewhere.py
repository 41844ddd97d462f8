"""Train the same small model and print its id: run by a process that takes itself for another."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.domain.training.conftest import planted_market, small_plan, train


def model_id(policy_trials: int) -> str:
    """Id of a model of the same candles; prices have few digits, so that they are the same."""
    market = planted_market(1000)
    prices = ["open", "high", "low", "close"]
    candles = market.candles.assign(**market.candles[prices].round(6))
    features = market.features.assign(
        **market.features.drop(columns="open_time").round(9).to_dict("series")
    )
    plan = small_plan(
        minimum_rows=20,
        search={
            "horizons": (6, 8),
            "learner_trials": 3,
            "policy_trials": policy_trials,
            "combinatorial_groups": 3,
        },
    )
    labels = relabelled(candles, market.labels)
    return train((features, labels, candles), plan=plan).model_id


def relabelled(candles, labels):
    """Labels of the rounded candles."""
    from tests.domain.training.conftest import BAR
    from traderai_assets.domain.labels.outcomes import label_bars

    made = label_bars(candles, bar=BAR, horizon_bars=6, multiple=1.0).drop(columns="barrier")
    return made[made["open_time"] >= labels["open_time"].iloc[0]]


if __name__ == "__main__":
    print(model_id(int(sys.argv[1])))  # noqa: T201
