"""Types of columns that more than one table has."""

from typing import Annotated

import pandas as pd

Time = Annotated[pd.DatetimeTZDtype, "ms", "UTC"]
"""A moment, UTC, to the millisecond."""
