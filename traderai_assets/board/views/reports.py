"""Reports as files of their own, made when asked for: of a strategy, a model, a market."""

from traderai_assets.board.views.asked import Asked
from traderai_assets.pages.parts import Page
from traderai_assets.strategies import strategies_of, strategy_named


def strategy_report(asked: Asked) -> Page:
    """Return the whole tear sheet of the strategy that the path names."""
    from traderai_assets.report.period import Period
    from traderai_assets.report.strategy_facts import read_strategy
    from traderai_assets.report.strategy_page import strategy_page

    settings = asked.sources.settings
    strategy = strategy_named(settings, asked.named["name"])
    return strategy_page(read_strategy(asked.sources.lake, settings, strategy, Period(None, None)))


def model_report(asked: Asked) -> Page:
    """Return all that is known of the model that the path names."""
    from traderai_assets.registry.stored_models import find_model
    from traderai_assets.report.model_page import model_page
    from traderai_assets.report.model_reading import read_model_facts
    from traderai_assets.report.period import Period

    settings, lake = asked.sources.settings, asked.sources.lake
    found = find_model(lake, asked.named["model"], strategies_of(settings))
    return model_page(read_model_facts(lake, settings, found, Period(None, None)))


def market_report(asked: Asked) -> Page:
    """Return all that is known of the market that the path names, by one strategy."""
    from traderai_assets.report.market_page import market_page
    from traderai_assets.report.market_reading import read_market_facts
    from traderai_assets.report.period import Period

    settings, lake = asked.sources.settings, asked.sources.lake
    named = asked.query.get("strategy")
    strategy = strategy_named(settings, named) if named else strategies_of(settings)[0]
    facts = read_market_facts(lake, settings, strategy, asked.market().key, Period(None, None))
    return market_page(facts)
