"""The catalogue: every feature there is. Rules stand in one file a group, their use in month."""

from traderai_assets.domain.features import (
    calendar,
    coarse,
    momentum,
    returns,
    trend,
    volatility,
    volume,
)
from traderai_assets.domain.features.spec import FeatureSpec

# Change it whenever a value in the features table may change; it marks every month as stale.
FEATURE_CODE_VERSION = "1"

CATALOGUE: tuple[FeatureSpec, ...] = (
    *returns.FEATURES,
    *momentum.FEATURES,
    *trend.FEATURES,
    *volatility.FEATURES,
    *volume.FEATURES,
    *coarse.FEATURES,
    *calendar.FEATURES,
)
