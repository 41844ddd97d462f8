"""What trading costs: fees of the traded value, slippage of the price."""

from dataclasses import dataclass

from traderai_assets.domain.errors import InvalidInput


@dataclass(frozen=True)
class Costs:
    """Costs of one fill.

    Attributes
    ----------
    fee_rate : float
        Fraction of the traded value, paid at the entry and at the exit.
    slippage_rate : float
        Fraction by which each fill is worse than the price it aimed at.
    """

    fee_rate: float
    slippage_rate: float

    def __post_init__(self) -> None:
        for name, rate in (("fee_rate", self.fee_rate), ("slippage_rate", self.slippage_rate)):
            if not 0 <= rate < 1:
                raise InvalidInput(f"{name} {rate}; expected a fraction from 0 to below 1")

    @property
    def round_trip(self) -> float:
        """Roughly what an entry and an exit cost together, as a fraction of the position."""
        return 2 * (self.fee_rate + self.slippage_rate)
