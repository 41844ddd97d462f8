"""An audit of a home that was lived in: clean, until something is planted in it."""

from datetime import UTC, datetime

import pytest

from tests.assets.in_process_platform import InProcessPlatform, damage
from traderai_assets.audit.evidence import Evidence
from traderai_assets.audit.running import Finding, all_rules, audited, rules_named
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS
from traderai_assets.schemas.signals import SIGNALS


def findings(platform: InProcessPlatform, *names: str) -> dict[str, Finding]:
    evidence = Evidence(
        platform.settings, platform.lake, platform.instance, datetime.now(UTC), every_row=True
    )
    return {one.rule.name: one for one in audited(evidence, rules_named(names))}


def test_a_home_that_was_lived_in_violates_no_rule(old_platform):
    found = findings(old_platform)
    assert {name: one.violations for name, one in found.items() if one.violations} == {}
    # Its instance is new, and no event was ever written into it
    assert [name for name, one in found.items() if one.not_judged] == ["events-tell-stored"]
    assert found["look-backs"].told == "ok"


def test_planted_violations_are_named_where_they_are(old_platform):
    signals = old_platform.rows(SIGNALS, "2024-06")
    damage(old_platform, LABELS, "2024-03")
    twisted = signals.assign(model_id="f" * 32)
    old_platform.store(SIGNALS, "2024-06", twisted)
    features = old_platform.rows(FEATURES, "2024-06").iloc[:-3]
    old_platform.store(FEATURES, "2024-06", features)
    found = findings(old_platform)
    assert {name for name, one in found.items() if one.violations} >= {
        "stored-hashes",
        "models-referred-to",
        "spoken-in-turn",
        "signals-predicted",
        "outcomes-of-signals",
        "provenance-noted",
    }
    [hashes] = found["stored-hashes"].violations
    assert (hashes.market, hashes.month) == (old_platform.market.key, "2024-03")
    [lost] = found["models-referred-to"].violations
    assert (lost.month, lost.row) == ("2024-06", "f" * 32)
    assert len(found["spoken-in-turn"].violations) == len(signals)
    # What is damaged cannot be judged by rules that read it, and is no violation of theirs
    assert "CorruptPartition" in found["labels-known"].not_judged


def test_an_event_that_tells_of_other_rows_is_a_violation(platform):
    platform.run("backfill", "2024-05", "2024-05")
    assert findings(platform, "events-tell-stored")["events-tell-stored"].told == "ok"
    rows = platform.rows(CANDLES, "2024-05")
    platform.store(CANDLES, "2024-05", rows.iloc[:-1])
    [wrong] = findings(platform, "events-tell-stored")["events-tell-stored"].violations
    assert (wrong.market, wrong.month) == (platform.market.key, "2024-05")
    assert wrong.what.startswith("candles: its last event says ")


def test_every_rule_has_a_name_of_its_own_a_sentence_and_says_what_it_reads():
    rules = all_rules()
    assert len({rule.name for rule in rules}) == len(rules) >= 20
    assert all(rule.sentence.endswith(".") and rule.reads for rule in rules)


def test_a_rule_that_is_not_there_is_refused_with_the_names_of_all():
    with pytest.raises(InvalidInput, match="no rule 'bars'; there are bars-in-place, "):
        rules_named(["bars"])
