"""The catalogue: every feature there is. Rules stand in `rules/` and in the user's own folder."""

from traderai_assets.domain.features.discovery import code_version, collect, rule_modules
from traderai_assets.domain.features.spec import FeatureSpec

_MODULES = rule_modules()

CATALOGUE: tuple[FeatureSpec, ...] = collect(_MODULES)

# Changes with every rule that is added, removed or edited: it marks each month as stale, and a
# model's card holds it.
FEATURE_CODE_VERSION = code_version(_MODULES, CATALOGUE)
