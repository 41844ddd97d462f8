"""The table of market states: every fact has a state, and every kept market a way on."""

import re
from dataclasses import fields
from itertools import product

from traderai_assets.domain.states.markets import MARKET_STATES, MarketFacts, market_state

BY_NAME = {state.name: state for state in MARKET_STATES}
ALL_FACTS = [
    MarketFacts(*values) for values in product((False, True), repeat=len(fields(MarketFacts)))
]


def test_whatever_is_known_of_a_market_is_one_state():
    assert {market_state(facts).name for facts in ALL_FACTS} == set(BY_NAME)


def test_every_kept_market_has_a_way_on_that_needs_no_person():
    """From each state without a person to a run that fetches it, and from there to live."""
    assert {to for state in MARKET_STATES for one in state.exits for to in one.to} <= set(BY_NAME)
    reached = {"being fetched"}
    for _ in MARKET_STATES:
        reached |= {
            state.name
            for state in MARKET_STATES
            for one in state.exits
            if one.who != "a person" and reached & set(one.to)
        }
    assert reached == set(BY_NAME) - {"removed"}
    assert "live" in {to for one in BY_NAME["being fetched"].exits for to in one.to}


def test_who_asks_is_led_out_by_the_next_tick():
    for state in MARKET_STATES:
        by_sensor = [one for one in state.exits if one.who == "a sensor"]
        soon = any(one.within is not None and one.within.seconds == 30 for one in by_sensor)
        assert soon == state.asks, state.name


def test_a_market_that_is_fetched_is_not_asked_for_however_much_it_lacks():
    for facts in ALL_FACTS:
        if facts.at_work or not facts.kept:
            assert not market_state(facts).asks


def test_the_table_stands_in_the_docs(repository):
    text = (repository / "docs" / "architecture.md").read_text()
    told = re.findall(r"^\| ([a-z ]+) \| (yes|no) \| (.*?) \|", text, re.MULTILINE)
    rows = {name: (asks, meaning) for name, asks, meaning in told}
    for state in MARKET_STATES:
        assert rows[state.name] == ("yes" if state.asks else "no", state.meaning)
