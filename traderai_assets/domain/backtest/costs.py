"""What trading costs: fees of the traded value, slippage of the price."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.errors import InvalidInput

FloatArray = npt.NDArray[np.float64]


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

    def fill_ratio(self, side: npt.ArrayLike, gross_return: npt.ArrayLike) -> FloatArray:
        """Exit fill over entry fill of positions whose prices before costs earned that much."""
        direction = np.asarray(side, dtype=np.float64)
        slipped = self.slippage_rate * direction
        price_ratio = 1 + direction * np.asarray(gross_return, dtype=np.float64)
        return np.asarray(price_ratio * (1 - slipped) / (1 + slipped))

    def net_return(self, side: npt.ArrayLike, gross_return: npt.ArrayLike) -> FloatArray:
        """Return of the account that was worth the position at its entry, after all costs.

        With r the `fill_ratio`: side * (r - 1) - fee_rate * (1 + r), and never less than -1, where
        the account is gone. NaN stays NaN.
        """
        ratio = self.fill_ratio(side, gross_return)
        earned = np.asarray(side, dtype=np.float64) * (ratio - 1)
        return np.asarray(np.maximum(earned - self.fee_rate * (1 + ratio), -1))
