"""A whole training in a process of its own, as a run's worker does it; prints the model's id.

A refit searches an earlier look-back instead of its own: two thirds of the same rows.
"""

import sys

from resources.studies.resource import StudiesResource
from tests.domain.training.conftest import planted_market, small_plan, train
from traderai_assets.domain.training.search_order import SearchOrder, SearchRows


def main(folder: str, kind: str) -> None:
    plan = small_plan(search={"learner_trials": 12, "policy_trials": 8, "horizons": (6, 12)})
    storage = StudiesResource(uri=folder).storage("binance.BTC-USDT.5m", "2026-02")
    market = planted_market(2500)
    order = SearchOrder()
    if kind == "refit":
        features, labels, candles = market
        until = features["open_time"].iloc[1700]
        rows = SearchRows(
            month="2026-01",
            look_back="",
            until=until.to_pydatetime(),
            features=features[features["open_time"] < until],
            labels=labels[labels["label_end"] <= until],
            candles=candles[candles["open_time"] < until],
            study="earlier",
        )
        order = SearchOrder(earlier=rows)
    model = train(market, plan=plan, storage=storage, order=order)
    sys.stdout.write(model.model_id)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
