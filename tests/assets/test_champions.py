"""Champions: every challenge is a row of the history, judged on bars that neither has seen."""

import json

from tests.assets.house import House
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS


def test_the_first_model_is_promoted_and_one_with_too_few_unseen_bars_does_not_replace_it(
    old_house: House,
):
    first, second = old_house.rows(MODELS, "2024-07")["model_id"]
    promoted, kept = old_house.rows(CHAMPIONS).to_dict("records")
    assert (promoted["action"], promoted["model_id"]) == ("promoted", first)
    assert (kept["action"], kept["model_id"], kept["challenger_id"]) == ("kept", first, second)
    # The champion has seen all up to June 12, 05:00; the challenger's last test ends a day later.
    assert json.loads(kept["evidence"])["challenger"]["bars"] < 30
    assert "at least 100 are needed" in kept["reason"]
