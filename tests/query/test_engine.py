"""One statement, answered of relations that it names, and nothing else reached."""

import pandas as pd
import pytest

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.query.engine import Engine
from traderai_assets.query.relation import Column, Relation, framed

COLUMNS = (
    Column("open_time", "timestamp", "When."),
    Column("close", "float64", "Price."),
    Column("fold", "int64", "Which."),
)


@pytest.fixture
def read():
    return []


@pytest.fixture
def engine(read):
    def relation(name, rows):
        def reads():
            read.append(name)
            return framed(COLUMNS, rows)

        return Relation(name, "A bar.", COLUMNS, reads)

    first = pd.Timestamp("2026-03-01", tz="UTC")
    bars = [
        {"open_time": first, "close": 2.0, "fold": 1},
        {"open_time": first + pd.Timedelta("5min"), "close": 3.0},
    ]
    made = Engine({"bars": relation("bars", bars), "other": relation("other", [])})
    yield made
    made.close()


def test_only_what_a_statement_names_is_read_and_once(engine, read):
    assert engine.answer("SELECT sum(close) FROM bars").fetchall() == [(5.0,)]
    assert engine.answer("WITH other2 AS (FROM bars) SELECT count(*) FROM other2, bars").fetchall()
    assert engine.answer("SELECT count(*) FROM Bars").fetchall() == [(2,)]
    assert read == ["bars"]


def test_what_a_row_lacks_is_null_and_an_integer_stays_one(engine):
    assert engine.answer("SELECT fold, typeof(fold) FROM bars").fetchall() == [
        (1, "BIGINT"),
        (None, "BIGINT"),
    ]


def test_times_are_utc_whatever_the_machine_says(engine, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    [(hour, zone)] = engine.answer(
        "SELECT hour(min(open_time)), current_setting('TimeZone') FROM bars"
    ).fetchall()
    assert (hour, zone) == (0, "UTC")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO bars VALUES (now(), 1, 1)",
        "DELETE FROM bars",
        "CREATE TABLE mine AS SELECT 1",
        "COPY (SELECT 1) TO '{file}'",
        "ATTACH '{file}'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "PRAGMA version",
        "SELECT 1; SELECT 2",
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM read_text('/etc/hostname')",
        "",
        "SELEC close FROM bars",
        "SELECT nothing FROM bars",
    ],
)
def test_nothing_but_one_select_of_what_there_is_is_answered(engine, statement, tmp_path):
    file = tmp_path / "secret.csv"
    file.write_text("a\n1\n")
    with pytest.raises(InvalidInput):
        engine.answer(statement.format(file=file)).fetchall()
    assert sorted(tmp_path.iterdir()) == [file]


def test_a_name_that_is_none_is_told_with_what_is_near(engine):
    with pytest.raises(InvalidInput, match=r"no table 'barz' \(is it bars\?\)"):
        engine.answer("SELECT * FROM barz")


def test_a_variable_of_ours_is_no_table(engine):
    mine = pd.DataFrame({"a": [1]})
    with pytest.raises(InvalidInput, match="no table 'mine'"):
        engine.answer("SELECT * FROM mine")
    assert len(mine) == 1
