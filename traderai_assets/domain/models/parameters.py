"""Parameters: what a search turns in any boosting learner, under names of its own.

Each learner translates them into its library's words, so that one trial says the same to all.
"""

from traderai_assets.domain.search.space import Dimension, Space

LEARNER_SPACE = Space(
    (
        Dimension("learning_rate", 0.01, 0.2, log=True, default=0.05),
        Dimension("leaves", 4, 63, log=True, whole=True, default=15),
        Dimension("rows_per_leaf", 10, 400, log=True, whole=True, default=40),
        Dimension("feature_share", 0.3, 1.0, default=0.7),
        Dimension("row_share", 0.5, 1.0, default=0.8),
        Dimension("l2", 0.1, 100.0, log=True, default=5.0),
    )
)
