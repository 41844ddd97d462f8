"""The gate's one rule: whether a model may be trained, judged of facts that were read before.

It asks what is stored, never what runs: a fetch that never ends blocks nothing that is complete
without it.
"""

from dataclasses import replace

from traderai_assets.domain.errors import NotEnoughData
from traderai_assets.domain.freshness.expanding import expanded
from traderai_assets.domain.freshness.look_back_facts import LookBackFacts, Span, span
from traderai_assets.domain.freshness.training_data import Refusal, look_back_refusal
from traderai_assets.domain.spans.look_back import LookBack


def judge(facts: LookBackFacts) -> LookBack | Refusal:
    """Return the look-back of the model asked for, or why it must not be trained now."""
    market, served = facts.market.key, facts.served
    try:
        found = span(facts.extent, facts.market, served, facts.days)
    except NotEnoughData as error:
        return Refusal(market, served, str(error))
    if found is None:
        unknown = f"whether candles of {market} reach the present cannot be told"
        return Refusal(market, served, f"{unknown}: {facts.extent.no_clock}")
    ends = [one.ended_at for one in facts.months.values() if one.ended_at is not None]
    if ends:
        over = f"{market} has ended at {min(ends):%Y-%m-%d %H:%M} UTC, so no model learns of it"
        return Refusal(market, served, over)
    return _completeness(facts, found)


def _completeness(facts: LookBackFacts, found: Span) -> LookBack | Refusal:
    facts, found, short = expanded(facts, found)
    refusal = look_back_refusal(facts, found, short)
    if refusal is not None and facts.extent.known_until is None:
        return replace(refusal, found=f"no candles of {facts.market.key} are stored")
    return refusal or found.window
