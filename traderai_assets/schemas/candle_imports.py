"""What is stored of candles that came out of files: which file, its hash, and what was taken."""

import numpy as np
import pandera.pandas as pa
from pandera.typing import Series

from traderai_assets.schemas.tables import Table
from traderai_assets.schemas.types import Time


class CandleImports(pa.DataFrameModel):
    """One row an import of a market's month out of a file. Rows are added and never changed."""

    imported_at: Series[Time] = pa.Field(description="When it was imported, by this machine.")
    sha256: Series[str] = pa.Field(
        str_matches=r"^[0-9a-f]{64}$", description="Hash of the file's bytes."
    )
    file: Series[str] = pa.Field(
        str_length={"min_value": 1, "max_value": 255}, description="Name of the file."
    )
    form: Series[str] = pa.Field(
        str_length={"min_value": 1, "max_value": 20}, description="Feather, Parquet or JSON."
    )
    in_file: Series[np.int64] = pa.Field(ge=0, description="Candles of the month in the file.")
    added: Series[np.int64] = pa.Field(ge=0, description="Bars that were not stored before.")
    replaced: Series[np.int64] = pa.Field(ge=0, description="Bars that had other values before.")
    left: Series[np.int64] = pa.Field(
        ge=0, description="Bars that are stored with other values and were left so."
    )
    refused: Series[np.int64] = pa.Field(ge=0, description="Rows that are no candles.")
    imported_by: Series[str] = pa.Field(
        str_length={"max_value": 100}, description="The account that imported it."
    )

    class Config:
        """Refuse undeclared columns."""

        strict = True


CANDLE_IMPORTS = Table(
    "candle_imports",
    CandleImports.to_schema(),
    key=("imported_at", "sha256"),
    keeps_history=True,
)
