"""What trading costs: fees of the traded value, slippage of the price, funding of what is held."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from traderai_assets.domain.arrays import FloatArray
from traderai_assets.domain.defaults import FEE_RATE, FUNDING_RATE, SLIPPAGE_RATE
from traderai_assets.domain.errors import InvalidInput


@dataclass(frozen=True)
class Costs:
    """Costs of trading and of holding.

    Attributes
    ----------
    fee_rate : float
        Fraction of the traded value, paid at the entry and at the exit.
    slippage_rate : float
        Fraction by which each fill is worse than the price it aimed at.
    funding_rate : float
        Fraction of the position's value that a long pays, and a short is paid, at 00:00, 08:00 and
        16:00 UTC; negative the other way round.
    """

    fee_rate: float = FEE_RATE
    slippage_rate: float = SLIPPAGE_RATE
    funding_rate: float = FUNDING_RATE

    def __post_init__(self) -> None:
        for name, rate in (("fee_rate", self.fee_rate), ("slippage_rate", self.slippage_rate)):
            if not 0 <= rate < 1:
                raise InvalidInput(f"{name} {rate}; expected a fraction from 0 to below 1")
        if not -1 < self.funding_rate < 1:
            raise InvalidInput(
                f"funding_rate {self.funding_rate}; expected a fraction per 8 hours, -1 to 1"
            )

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

    def net_return(
        self,
        side: npt.ArrayLike,
        gross_return: npt.ArrayLike,
        *,
        funding: FloatArray | float = 0.0,
    ) -> FloatArray:
        """Return on what was put in, position and entry fee, after all costs.

        This is `net_return` of a trade of `run_backtest`, for positions whose bars are not walked.

        Parameters
        ----------
        side : array_like
            1 or -1.
        gross_return : array_like
            Before all costs, fraction of the entry's price.
        funding : ndarray or float, default=0
            What the position paid while it was held, in entries' fills (`funding.funding_of`, by
            side and fill).

        Returns
        -------
        ndarray
            With r the `fill_ratio`: (side * (r - 1) - fee_rate * (1 + r) - funding) /
            (1 + fee_rate), and never less than -1, where an account wholly put in is gone. NaN
            stays NaN.
        """
        ratio = self.fill_ratio(side, gross_return)
        earned = np.asarray(side, dtype=np.float64) * (ratio - 1)
        net = returned(earned, self.fee_rate * (1 + ratio), funding, 1 + self.fee_rate)
        return np.asarray(np.maximum(net, -1))


def returned(
    pnl: FloatArray, fees: FloatArray, funding: FloatArray | float, put_in: FloatArray | float
) -> FloatArray:
    """Return on what was put in: what the fills earned, less fees and funding; one unit for all.

    The one definition of a net return, of backtests' trades and of live signals.
    """
    return np.asarray((pnl - fees - funding) / put_in)
