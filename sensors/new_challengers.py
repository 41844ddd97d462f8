"""Lets a market's newest model challenge its champion, once a model.

A model whose run ended before it was tested would neither challenge nor be replaced before it is
too old: it is trained and tested again.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from sensors.market_sensor import Finding, market_sensor, request_months
from sensors.tick_view import TickView
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month
from traderai_assets.domain.states.tries import LONGEST_REST
from traderai_assets.registry.stored_models import newest_model
from traderai_assets.schemas.backtests import BACKTEST_METRICS
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.settings import Settings

# A run that lost its worker is tried again within this
UNTESTED_GRACE = timedelta(hours=1)


def new_challengers_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    return market_sensor(
        settings,
        name="new_challengers",
        jobs=("choose_champion", "train"),
        description="Lets the newest model of each market challenge its champion.",
        decide=decide,
        each_strategy=True,
    )


def decide(view: TickView, market: Market) -> Finding:
    """Ask for a judgement of the newest model, when it is tested and not judged yet."""
    challenger = newest_model(view.table(MODELS), market)
    if challenger is None:
        return Finding(f"{market.key} has no model")
    model_id = str(challenger.row["model_id"])
    name = f"model {model_id[:8]} of {market.key}"
    history = view.table(CHAMPIONS).read(market.key, [ALL_MONTHS])
    if model_id in {*history["challenger_id"], *history["model_id"]}:
        return Finding(f"{name} was judged")
    tested = view.table(BACKTEST_METRICS).read(market.key, [challenger.served.key])
    if view.busy(market, "train", "choose_champion"):
        return Finding(f"{name} is not tested yet")
    if model_id not in set(tested["model_id"]):
        return _untested(view, market, name, challenger.served)
    # One try a day: a judgement that was interrupted must not leave a market without a champion.
    request = dg.RunRequest(
        run_key=f"choose_champion:{market.key}:{model_id}:{datetime.now(UTC):%Y-%m-%d}",
        job_name="choose_champion",
        partition_key=market.key,
    )
    return Finding(f"{name} challenges", request, first_rest=LONGEST_REST)


def _untested(view: TickView, market: Market, name: str, served: Month) -> Finding:
    """Ask for the training again, where the run that made the model has ended without a test."""
    ended = view.last_ended(market, "train")
    if ended is None or view.wall() - ended < UNTESTED_GRACE:
        return Finding(f"{name} is not tested yet")
    request = request_months("train", market, [served], f"untested:{name}")
    return Finding(f"{name} was never tested", request, first_rest=LONGEST_REST)
