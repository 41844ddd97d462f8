"""Who speaks for a market: the periods of its strategies, worked out once a history."""

from resources.lake.remembered import Remembered
from sensors.tick_view import TickView
from traderai_assets.domain.champions.periods import ChampionPeriod, champion_periods
from traderai_assets.domain.markets import Market
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.tables import ALL_MONTHS

_remembered: Remembered[tuple[ChampionPeriod, ...]] = Remembered(2_000)


def periods_of(view: TickView, market: Market) -> list[ChampionPeriod]:
    """Return when the view's strategy spoke for a market, oldest first; the last may not be over.

    Raises
    ------
    CorruptPartition
        If the market's history is not what was published.
    """
    champions = view.table(CHAMPIONS)
    periods = _remembered.of(
        champions.content_hash(market, ALL_MONTHS),
        lambda: tuple(champion_periods(champions.read(market, [ALL_MONTHS]))),
    )
    return [one for one in periods if one.strategy == view.strategy.name]
