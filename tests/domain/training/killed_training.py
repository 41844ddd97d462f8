"""A whole training in a process of its own, as a run's worker does it; prints the model's id."""

import sys

from resources.studies.resource import StudiesResource
from tests.domain.training.conftest import planted_market, small_plan, train


def main(folder: str) -> None:
    plan = small_plan(search={"learner_trials": 12, "policy_trials": 8, "horizons": (6, 12)})
    storage = StudiesResource(uri=folder).storage("binance.BTC-USDT.5m", "2026-02")
    model = train(planted_market(2500), plan=plan, storage=storage)
    sys.stdout.write(model.model_id)


if __name__ == "__main__":
    main(sys.argv[1])
