"""Homes made by eb790f2 are read: stored columns keep their type, newer ones may be absent."""

import json
from pathlib import Path

import pandas as pd
import pytest
from pandera.pandas import Column, DataFrameSchema

from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.schemas.tables import Table

# Table -> column -> dtype, with a ? where it may be null
STORED = json.loads((Path(__file__).parent / "columns_of_eb790f2.json").read_text())
BY_NAME = {table.name: table for table in TABLES}


def faults(table: Table, stored: dict[str, str]) -> list[str]:
    """What of the table's columns would make rows with the stored columns unreadable."""
    columns = table.schema.columns
    found = [
        f"{table.name}.{name} is new and neither nullable nor has a default: partitions stored "
        "before it have no value for it and could not be read; declare it nullable (a metric: say "
        "when in `undefined`), as float64, str, object or a time, or with a default"
        for name in table.dtypes
        if name not in stored and not columns[name].nullable and columns[name].default is None
    ]
    for name, written in stored.items():
        dtype = written.removesuffix("?")
        if table.dtypes.get(name) != dtype:
            found.append(
                f"{table.name}.{name} was stored as {dtype} and is {table.dtypes.get(name)}: keep "
                "it, and add a nullable column of another name"
            )
        elif written.endswith("?") and not columns[name].nullable:
            found.append(f"{table.name}.{name} was stored with nulls: keep it nullable")
    return found


@pytest.mark.parametrize("name", STORED)
def test_every_stored_table_can_be_read(name):
    assert faults(BY_NAME[name], STORED[name]) == []


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        (
            {"omega": Column(float)},
            "omega is new and neither nullable nor has a default: .* declare it nullable",
        ),
        ({"trades_lost": Column("int64")}, "trades_lost is new and neither nullable"),
        ({"sharpe": Column(str)}, "sharpe was stored as float64 and is str: keep it"),
        ({"sharpe": Column(float)}, "sharpe was stored with nulls"),
        ({"omega": Column(float, nullable=True)}, None),
        ({"paper": Column(bool, default=False)}, None),
    ],
)
def test_a_column_that_would_make_stored_backtests_unreadable_is_found(columns, fault):
    table = BY_NAME["backtest_metrics"]
    schema = DataFrameSchema({**table.schema.columns, **columns})
    found = faults(Table(table.name, schema, key=table.key), STORED[table.name])
    if fault is None:
        assert found == []
    else:
        [only] = found
        assert pd.Series([only]).str.contains(fault).all()
