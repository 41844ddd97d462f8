"""`traderai sql`, as a person or a program asks."""

import json

import dagster as dg
import pyarrow.parquet as pq
import pytest

STATEMENT = (
    "SELECT symbol, status, current_fold, total_folds, progress_pct FROM training_jobs "
    "ORDER BY started_at DESC LIMIT 10"
)


def test_the_question_of_the_earlier_system_is_answered(traderai, run):
    run("train", dg.DagsterRunStatus.QUEUED)
    code, out, _ = traderai("sql", STATEMENT)
    assert (code, out.splitlines()) == (
        0,
        ["symbol    status   current_fold  total_folds  progress_pct", "BTC/USDT  pending"],
    )


def test_an_answer_is_printed_whole_for_programs(traderai, tmp_path):
    ask = ("sql", "SELECT range AS n FROM range(100)")
    assert "... and 60 more: add LIMIT" in traderai(*ask).out
    assert len(traderai(*ask, "--csv").out.splitlines()) == 101
    assert json.loads(traderai(*ask, "--json").out)[99] == {"n": 99}
    file = tmp_path / "n.parquet"
    assert traderai(*ask, "--parquet", str(file)).out == f"100 rows of 1 columns are in {file}\n"
    assert pq.read_table(file).num_rows == 100


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("DROP TABLE candles",), "expected one SELECT"),
        (("SELECT * FROM candels",), "is it candles"),
        (("--columns", "candels"), '"traderai sql --tables" lists them'),
        (("SELECT 1", "--as-of", "noon"), "expected one such as 2026-03-01T12:00"),
        (("SELECT 1", "--month", "May"), "May"),
        ((), "give one statement"),
    ],
)
def test_a_mistake_is_told_with_its_way_out(traderai, asked, said):
    code, out, err = traderai("sql", *asked)
    assert code != 0
    assert (out, said in err) == ("", True)


def test_tables_and_columns_say_what_they_hold(traderai):
    tables = json.loads(traderai("sql", "--tables", "--json").out)
    former = {
        *("training_jobs", "model_registry", "signals", "signal_generation_jobs"),
        *("backfill_jobs", "historical_signal_snapshots", "drift_metrics"),
    }
    assert former <= {row["table"] for row in tables}
    for table in tables:
        columns = json.loads(traderai("sql", "--columns", table["table"], "--json").out)
        assert table["a row is"]
        assert [row["column"] for row in columns]
