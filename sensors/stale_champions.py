"""Has the champion of a market chosen anew where a newer model or verdict makes it another."""

from datetime import UTC, datetime

import dagster as dg

from resources.lake.remembered import Remembered
from sensors.market_sensor import Finding, market_sensor
from sensors.tick_view import TickView
from traderai_assets.domain.champions.choice import Choice
from traderai_assets.domain.champions.history import would_change
from traderai_assets.domain.markets import Market
from traderai_assets.domain.states.tries import LONGEST_REST
from traderai_assets.registry.contenders import chosen_speaker, versions_read
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.settings import Settings

_remembered: Remembered[tuple[Choice, bool]] = Remembered(2_000)


def stale_champions_sensor(settings: Settings) -> dg.SensorDefinition:
    """Build the sensor."""
    return market_sensor(
        settings,
        name="stale_champions",
        jobs=("choose_champion",),
        description="Chooses who speaks for a market, where a newer model or verdict has come.",
        decide=decide,
    )


def decide(view: TickView, market: Market) -> Finding:
    """Ask for a choice where it would be another than the one that stands."""
    choice, changes = _choice(view, market)
    if not changes:
        return Finding(f"{market.key}: {choice.reason}")
    if view.busy(market, "choose_champion"):
        return Finding(f"the champion of {market.key} is being chosen")
    request = dg.RunRequest(
        # One try a day: a choice that was interrupted must not leave a market as it was
        run_key=f"choose_champion:{market.key}:{_chosen(choice)}:{datetime.now(UTC):%Y-%m-%d}",
        job_name="choose_champion",
        partition_key=market.key,
    )
    return Finding(f"{market.key}: {choice.reason}", request, first_rest=LONGEST_REST)


def _choice(view: TickView, market: Market) -> tuple[Choice, bool]:
    """Return the choice by what is stored now, and whether it is another than the one that stands.

    Worked out once for each version of all that it reads.
    """
    champions, strategies = view.table(CHAMPIONS), view.strategies
    allow_unproven = view.settings.champions.allow_unproven
    read = versions_read(view.table, strategies, market)
    told = champions.content_hash(market, ALL_MONTHS)

    def worked_out() -> tuple[Choice, bool]:
        history = champions.read(market, [ALL_MONTHS])
        choice = chosen_speaker(
            view.table, strategies, market, history, allow_unproven=allow_unproven
        )
        return choice, would_change(history, choice)

    version = market.key, told, *read.items(), strategies, allow_unproven
    return _remembered.of(version, worked_out)


def _chosen(choice: Choice) -> str:
    speaker = choice.speaker
    if speaker is None:
        return "nobody"
    return f"{speaker.strategy_id}:{speaker.state}:{speaker.model_id}"
