"""Arrays and times as the domain's arithmetic takes them: types of arrays, milliseconds since 1970.

Here: what every folder of the domain shares about arrays. Not here: any rule about their values.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def milliseconds(moment: datetime | timedelta) -> int:
    """Whole milliseconds of a length of time, or since 1970 of a timezone-aware moment."""
    since = moment - EPOCH if isinstance(moment, datetime) else moment
    return since // MILLISECOND


def milliseconds_of(times: "pd.Series[pd.Timestamp]") -> IntArray:
    """Whole milliseconds since 1970 of a column of times, `datetime64[ms, UTC]` or finer."""
    return np.asarray(pd.DatetimeIndex(times.array).as_unit("ms").asi8)
