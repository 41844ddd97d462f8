"""Whatever a value passes through on its way into the features decides their version."""

import sys
from datetime import timedelta

from traderai_assets.domain.features import discovery
from traderai_assets.domain.features.catalogue import CATALOGUE
from traderai_assets.domain.features.discovery import (
    DOMAIN,
    code_version,
    engine_modules,
    rule_modules,
)
from traderai_assets.domain.features.month import month_features
from traderai_assets.domain.months import Month
from traderai_assets.domain.sources import source_of

HOUR = timedelta(hours=1)


def modules_that_ran(work):
    """Name the modules of the domain of which a function ran."""
    ran = set()

    def note(frame, event, _argument):
        if event == "call":
            ran.add(frame.f_globals.get("__name__", ""))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return {name for name in ran if name.startswith(f"{DOMAIN}.")}


def test_every_module_that_runs_for_a_feature_is_in_the_digest(wander):
    candles = wander("2026-02-20", 20 * 24, bar=HOUR, absent_share=0.05)
    ran = modules_that_ran(lambda: month_features(candles, month=Month(2026, 3), bar=HOUR))
    assert {f"{DOMAIN}.features.bars", f"{DOMAIN}.candles.segments"} < ran
    assert ran - {*engine_modules(rule_modules()), *rule_modules()} == set()


def test_compiled_kernels_are_in_the_digest_too():
    engine = engine_modules(rule_modules())
    assert {f"{DOMAIN}.features.kernels", f"{DOMAIN}.features.window_kernels"} < set(engine)


def test_an_edit_of_a_module_that_values_pass_through_is_another_version(monkeypatch):
    modules = rule_modules()
    plain = code_version(modules, CATALOGUE)
    for edited in engine_modules(modules):
        monkeypatch.setattr(
            discovery,
            "source_of",
            lambda module, edited=edited: source_of(module) + "#" * (module == edited),
        )
        assert code_version(modules, CATALOGUE) != plain, edited
