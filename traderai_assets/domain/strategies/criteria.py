"""What is asked of a strategy that is to speak; why each of it: docs/adr/0013."""

from dataclasses import dataclass

from traderai_assets.domain.errors import InvalidSettings


@dataclass(frozen=True)
class StrategyCriteria:
    """What a strategy's record must show.

    Attributes
    ----------
    min_days, min_trades, min_exposure_days : int
        Of the pool: days, trades, days with a position. Less is no record to judge by.
    alpha : float
        Chance that any of all strategies is made a candidate without skill; each has its part.
    stepwise_alpha : float
        The same of the stepwise test over the strategies on common days.
    intercept_alpha : float
        One-sided, of the intercept on buy-and-hold.
    max_drawdown : float
        Largest loss from a peak.
    promotion_alpha : float
        Chance that any of all strategies is promoted by its live days without skill.
    suspension_alpha : float
        Chance that one which keeps its promise is ever suspended.
    promise_share, promise_confidence : float
        What is promised: this share of the one-sided lower bound of the mean on record.
    veto_confidence : float
        One-sided, that a market's mean is below 0.
    """

    min_days: int = 180
    min_trades: int = 200
    min_exposure_days: int = 30
    alpha: float = 0.05
    stepwise_alpha: float = 0.05
    intercept_alpha: float = 0.05
    max_drawdown: float = 0.5
    promotion_alpha: float = 0.05
    suspension_alpha: float = 0.05
    promise_share: float = 0.5
    promise_confidence: float = 0.8
    veto_confidence: float = 0.9

    def __post_init__(self) -> None:
        for name, least, most in (
            ("min_days", 30, 100_000),
            ("min_trades", 0, 1_000_000),
            ("min_exposure_days", 0, 100_000),
            ("alpha", 1e-6, 0.5),
            ("stepwise_alpha", 1e-6, 0.5),
            ("intercept_alpha", 1e-6, 0.5),
            ("max_drawdown", 0.0, 1.0),
            ("promotion_alpha", 1e-6, 0.5),
            ("suspension_alpha", 1e-6, 0.5),
            ("promise_share", 0.0, 1.0),
            ("promise_confidence", 0.5, 0.9999),
            ("veto_confidence", 0.5, 0.9999),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise InvalidSettings(f"{name} = {value!r} is not from {least} to {most}")
