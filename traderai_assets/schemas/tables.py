"""What a table of the lake is: a name, a pandera schema, a sort key, and what follows from them.

The tables themselves stand beside their schemas, one file a subject; storage is resources/lake.
"""

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from traderai_assets.domain.errors import InvalidMarket, InvalidMonth
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month

if TYPE_CHECKING:
    import pyarrow as pa
    from pandera.pandas import DataFrameSchema

# The month key of every partition of a table that is partitioned by market alone; the market key
# of the one partition of a table that has no markets either
ALL_MONTHS = ALL_MARKETS = "all"
PARTITION_COLUMNS = ("market", "month", "content_hash")


class PartitionKey(NamedTuple):
    """A partition as the lake writes it; made by `Table.partition_key`, which checks it."""

    market: str
    month: str


_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# pandas' name of a dtype -> Arrow's; payloads (model bytes) are `object` columns of bytes.
_ARROW_TYPES = {
    "float64": "double",
    "int64": "int64",
    "int32": "int32",
    "int8": "int8",
    "bool": "bool",
    "str": "string",
    "object": "binary",
}
TIMESTAMP = "datetime64[ms, UTC]"
# A null is at home in these; an integer or a bool has no room for one.
_NULLABLE_DTYPES = ("float64", "str", "object", TIMESTAMP)


@dataclass(frozen=True)
class Table:
    """One table of the lake: what a row may hold, and in which order rows stand.

    Parameters
    ----------
    name : str
        Lower-case letters, digits and `_`; becomes a folder.
    schema : DataFrameSchema
        Of a `DataFrameModel` (`Candles.to_schema()`) or built; dtypes float64, int64, int32, int8,
        bool, str, object (bytes) and datetime64[ms, UTC]. A column that is added to a stored table
        is nullable, or has a default: what was stored before reads as null there, or as that.
    key : tuple of str
        Sort key; unique within a partition. Summaries tell the range of its first column, if that
        is a time.
    monthly : bool
        Whether partitioned by market and month, or by market alone (month `all`).
    by_market : bool
        Whether partitioned by market at all. One that is not is not monthly either: it has one
        partition, market `all` and month `all`.
    keeps_history : bool
        Whether a run adds to what is stored, or keeps it, so that no run can make it all again.
    grows : bool
        Whether rows are appended bar by bar to its open month, so that its partitions are stored in
        chunks: the first column of the key is a time, and no column has a default for nulls.
    of_strategy : bool
        Whether each strategy has one of its own, or all share it.
    folder : str
        Where this one lies under the lake's root; set by `at`.
    """

    name: str
    schema: "DataFrameSchema" = field(compare=False)
    key: tuple[str, ...] = ("open_time",)
    monthly: bool = True
    by_market: bool = True
    keeps_history: bool = False
    grows: bool = False
    of_strategy: bool = False
    folder: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"table name {self.name!r} is not lower-case letters, digits and _")
        if self.monthly and not self.by_market:
            raise ValueError(f"table {self.name} has no markets, and so no months; monthly=False")
        reserved = set(PARTITION_COLUMNS) & set(self.dtypes)
        if reserved:
            raise ValueError(f"table {self.name} declares {reserved}; the lake adds these itself")
        for column, dtype in self.dtypes.items():
            if dtype != TIMESTAMP and dtype not in _ARROW_TYPES:
                raise ValueError(
                    f"table {self.name}, column {column}: dtype {dtype} has no place in the lake; "
                    f"expected one of {', '.join([*_ARROW_TYPES, TIMESTAMP])}"
                )
            if self.schema.columns[column].nullable and dtype not in _NULLABLE_DTYPES:
                raise ValueError(f"table {self.name}, column {column}: {dtype} cannot hold nulls")
        for column in self.key:
            if column not in self.dtypes or self.schema.columns[column].nullable:
                raise ValueError(f"table {self.name}: key {column!r} is not a column without nulls")
        if self.grows:
            self._check_growth()

    def _check_growth(self) -> None:
        if not self.times:
            raise ValueError(
                f"table {self.name} grows, and the first column of its key, {self.key[0]!r}, is no "
                "time; grows=False"
            )
        for column, dtype in self.dtypes.items():
            # Rows that stay stored as they are would not get it, and hash to something else
            if self.schema.columns[column].default is not None and dtype in _NULLABLE_DTYPES:
                raise ValueError(
                    f"table {self.name} grows, and column {column} has a default for nulls; "
                    "declare it nullable, or grows=False"
                )

    @property
    def path(self) -> str:
        """What tells it from all others of a lake: its name, behind its folder if it has one."""
        return f"{self.folder}/{self.name}" if self.folder else self.name

    def at(self, folder: str) -> "Table":
        """Return the same table as it lies in a folder, such as a strategy's."""
        return self if folder == self.folder else replace(self, folder=folder)

    @cached_property
    def dtypes(self) -> dict[str, str]:
        """Column -> pandas dtype, in declared order."""
        return {
            str(name): "str" if column.dtype.type is str else str(column.dtype.type)
            for name, column in self.schema.columns.items()
        }

    @cached_property
    def schema_of_many(self) -> "DataFrameSchema":
        """The schema of rows of several partitions together: keys are unique within one alone."""
        again = {name: {"unique": False} for name in self.key if self.schema.columns[name].unique}
        return self.schema.update_columns(again) if again else self.schema

    @property
    def times(self) -> bool:
        """Whether the first column of the key is a time."""
        return self.dtypes[self.key[0]] == TIMESTAMP

    def arrow_schema(self) -> "pa.Schema":
        """The declared columns as Arrow types; Delta itself keeps microseconds."""
        import pyarrow as pa

        def arrow_type(dtype: str) -> "pa.DataType":
            if dtype == TIMESTAMP:
                return pa.timestamp("ms", tz="UTC")
            return pa.type_for_alias(_ARROW_TYPES[dtype])

        return pa.schema(pa.field(name, arrow_type(dtype)) for name, dtype in self.dtypes.items())

    def empty(self) -> pd.DataFrame:
        """No rows, every declared column with its dtype."""
        return pd.DataFrame({name: pd.Series(dtype=t) for name, t in self.dtypes.items()})

    def partition_key(self, market: Market | str | None, month: Month | str | None) -> PartitionKey:
        """Return the key of one of this table's partitions, as the lake writes it.

        Parameters
        ----------
        market : Market, str or None
            A `Market` is right as it is; text, as the command line and the store have it, is read.
            None, or `ALL_MARKETS`, of a table that is not partitioned by market.
        month : Month, str or None
            None, or `ALL_MONTHS`, of a table that is partitioned by market alone.

        Raises
        ------
        InvalidMarket, InvalidMonth
            If a text is not exactly what `Market.key` and `Month.key` write, or the table has no
            partition of that kind.
        """
        market_key = self._market_key(market)
        if month is None or isinstance(month, Month):
            month_key = ALL_MONTHS if month is None else month.key
        else:
            month_key = month
        if not self.monthly:
            if month_key != ALL_MONTHS:
                raise InvalidMonth(
                    f"table {self.name} is not partitioned by month; its month is "
                    f"{ALL_MONTHS!r}, not {month_key[:20]!r}"
                )
        # \d matches the digits of every script, so a month has twins that parse.
        elif not isinstance(month, Month) and Month.parse(month_key).key != month_key:
            raise InvalidMonth(f"month {month_key[:20]!r} is not YYYY-MM in ASCII digits")
        return PartitionKey(market_key, month_key)

    def _market_key(self, market: Market | str | None) -> str:
        if not self.by_market:
            if market is None or market == ALL_MARKETS:
                return ALL_MARKETS
            raise InvalidMarket(
                f"table {self.name} is not partitioned by market; its market is {ALL_MARKETS!r}, "
                f"not {str(market)[:40]!r}"
            )
        if market is None:
            raise InvalidMarket(f"table {self.name} is partitioned by market; none is named")
        return market.key if isinstance(market, Market) else Market.parse(market).key
