"""Paper: what becomes of the signals of a strategy whose live days prove nothing yet."""

import pandas as pd

from traderai_assets.domain.champions.periods import ChampionPeriod

# Of the size that the model decided, for those who follow a candidate with money all the same
PAPER_SHARE = 0.25


def as_spoken(signals: pd.DataFrame, period: ChampionPeriod) -> pd.DataFrame:
    """Mark signals with how they were spoken; on paper they have a quarter of their size.

    Parameters
    ----------
    signals : DataFrame
        As `signals.generation.generate_signals` gives them.
    period : ChampionPeriod
        In which they were decided.

    Returns
    -------
    DataFrame
        The same rows with size as it is to be followed, paper (bool), and strategy_state: the state
        by which the strategy was permitted, "insufficient" where `allow_unproven` let it speak.
    """
    share = PAPER_SHARE if period.paper else 1.0
    state = pd.Series([period.state] * len(signals), index=signals.index, dtype="str")
    return signals.assign(size=signals["size"] * share, paper=period.paper, strategy_state=state)
