"""The page of checks: what Dagster checks of assets, and what the audit checks of all stored."""

from collections.abc import Iterator

import dagster as dg

from scripts.reference.assets import definitions
from scripts.reference.markdown import code, summary, table
from traderai_assets.audit.running import all_rules

_HEAD = """# Checks

## Of assets

A blocking check that fails keeps all that comes after its asset from running.

"""
_RULES = """
## Of all that is stored

Rules of `traderai audit`; more on them: [audit](../audit.md).

"""


def every_check() -> Iterator[dg.AssetCheckSpec]:
    """Yield every check there is, those that stand in an asset's own function among them."""
    built = definitions()
    for node in built.resolve_asset_graph().asset_check_keys:
        yield built.resolve_asset_graph().get_check_spec(node)


def checks_page() -> str:
    """Return the page."""
    specs = sorted(every_check(), key=lambda spec: (spec.asset_key, spec.name))
    rows = (
        [
            code(spec.name),
            code(spec.asset_key.to_user_string()),
            "yes" if spec.blocking else "no",
            summary(spec.description),
        ]
        for spec in specs
    )
    rules = ([code(rule.name), rule.sentence, ", ".join(rule.reads)] for rule in all_rules())
    return (
        _HEAD
        + table(["check", "asset", "blocks", "what it demands"], rows)
        + _RULES
        + table(["rule", "what must hold", "reads"], rules)
    )
