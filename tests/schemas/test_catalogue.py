"""Tables are found in their modules: nothing lists them, and no name is taken twice."""

import re
import sys

import pytest

from traderai_assets.schemas.catalogue import TABLES, tables_in

CONSTRUCTED = re.compile(r'^[A-Z_]+ = _?[Tt]able\(\s*"(\w+)"', re.MULTILINE)
DECLARES = """
import pandas as pd
from pandera.pandas import Column, DataFrameSchema
from traderai_assets.schemas.tables import Table
{name} = Table({name!r}, DataFrameSchema({{"open_time": Column(pd.DatetimeTZDtype("ms", "UTC"))}}))
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of tables; its modules are forgotten after the test."""
    (tmp_path / "some_tables").mkdir()
    (tmp_path / "some_tables" / "b.py").write_text(DECLARES.format(name="books"))
    (tmp_path / "some_tables" / "c.py").write_text(DECLARES.format(name="asks"))
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path / "some_tables"
    for name in [name for name in sys.modules if name.partition(".")[0] == "some_tables"]:
        del sys.modules[name]


def test_tables_stand_in_order_of_their_names_wherever_they_are_declared(package):
    (package / "a.py").write_text("from some_tables.b import books\n")
    assert [table.name for table in tables_in("some_tables")] == ["asks", "books"]


def test_two_tables_of_one_name_are_refused(package):
    (package / "d.py").write_text(DECLARES.format(name="books"))
    with pytest.raises(ValueError, match=r"some_tables\.d has a second table 'books'"):
        tables_in("some_tables")


def test_every_table_that_a_file_declares_is_found(repository):
    files = (repository / "traderai_assets" / "schemas").glob("*.py")
    declared = {name for file in files for name in CONSTRUCTED.findall(file.read_text())}
    assert {"candles", "backtest_metrics", "price_decisions"} <= declared
    assert [table.name for table in TABLES] == sorted(declared)
