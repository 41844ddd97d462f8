"""What is asked of a model that is to trade; why each of it: docs/adr/0005."""

from dataclasses import dataclass

from traderai_assets.domain.errors import InvalidSettings


@dataclass(frozen=True)
class AcceptanceCriteria:
    """What a record must show.

    Attributes
    ----------
    min_trades, min_bars : int
        Over the test slices; less is no record to judge by.
    confidence : float
        Asked of the deflated Sharpe ratio and of the mean return.
    max_overfitting, max_probability_of_loss : float
        Of the choice among the policies; only beyond both is it refused, for equals change places
        by luck however good they are.
    max_drawdown : float
        Largest loss from a peak over the test slices.
    """

    min_trades: int = 30
    min_bars: int = 250
    confidence: float = 0.95
    max_overfitting: float = 0.5
    max_probability_of_loss: float = 0.05
    max_drawdown: float = 0.5

    def __post_init__(self) -> None:
        for name, least, most in (
            ("min_trades", 0, 1_000_000),
            ("min_bars", 2, 1_000_000),
            ("confidence", 0.5, 0.9999),
            ("max_overfitting", 0, 1),
            ("max_probability_of_loss", 0, 1),
            ("max_drawdown", 0, 1),
        ):
            value = getattr(self, name)
            if not least <= value <= most:
                raise InvalidSettings(f"{name} = {value!r} is not from {least} to {most}")
