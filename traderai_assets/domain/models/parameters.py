"""Parameters: what a search turns in any boosting learner, under names of its own.

Each learner translates them into its library's words, so that one trial says the same to all.
"""

from traderai_assets.domain.search.space import Dimension, Space

# The defaults hold back more than the libraries' own: of 34 months of four real markets forecasts
# ranked the better for it, the more so the longer the look-back
LEARNER_SPACE = Space(
    (
        Dimension("learning_rate", 0.01, 0.2, log=True, default=0.05),
        Dimension("leaves", 4, 63, log=True, whole=True, default=15),
        Dimension("rows_per_leaf", 10, 400, log=True, whole=True, default=100),
        Dimension("feature_share", 0.3, 1.0, default=0.5),
        Dimension("row_share", 0.5, 1.0, default=0.8),
        Dimension("l2", 0.1, 200.0, log=True, default=50.0),
    )
)
