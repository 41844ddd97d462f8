"""The catalogue of metrics: what is computed stands in it, and what stands in it is computed."""

import math
from collections import Counter
from datetime import timedelta
from pathlib import Path

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from traderai_assets.domain.backtest.intervals import result_intervals
from traderai_assets.domain.backtest.metrics import backtest_metrics
from traderai_assets.domain.drift.alarm import COLUMNS, drift_table
from traderai_assets.domain.drift.features import prediction_drift
from traderai_assets.domain.drift.performance import performance_drift
from traderai_assets.domain.drift.reference import ReferenceDistribution
from traderai_assets.domain.metrics.catalogue import (
    METRICS,
    OF_BACKTESTS,
    OF_DRIFT,
    OF_MODELS,
    stored_names,
)
from traderai_assets.domain.metrics.metric import COUNT, FRACTION, RATIO, Metric
from traderai_assets.domain.models.metrics import probability_metrics
from traderai_assets.registry.backtest_page import backtest_metadata
from traderai_assets.schemas.backtests import BACKTEST_METRICS, BACKTEST_TRADES
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.schemas.metric_columns import with_metrics

DOCS = Path(__file__).parents[3] / "docs" / "metrics.md"
BAR = timedelta(hours=1)
TABLE = {table.name: table for table in TABLES}
EVERY = [(name, metric) for name, metrics in METRICS.items() for metric in metrics]
each_metric = pytest.mark.parametrize(
    ("table", "metric"), EVERY, ids=[f"{name}.{metric.name}" for name, metric in EVERY]
)


def names(metrics):
    return {metric.name for metric in metrics}


@pytest.fixture
def measured():
    """The metrics of three flat bars without a trade."""
    times = pd.date_range("2026-03-01", periods=3, freq=BAR, tz="UTC").as_unit("ms")
    prices = dict.fromkeys(("open", "high", "low", "close"), 100.0)
    candles = pd.DataFrame({"open_time": times, **prices})
    equity = pd.DataFrame({"open_time": times, "equity": 1.0, "position": 0})
    found = backtest_metrics(candles, BACKTEST_TRADES.empty(), equity, bar=BAR)
    return found | result_intervals(np.ones(3), bars_per_year=found["bars_per_year"])


def test_a_backtest_computes_the_metrics_of_the_catalogue_and_no_others(measured):
    assert set(measured) == names(OF_BACKTESTS)


def test_a_model_is_measured_by_the_metrics_of_the_catalogue_and_no_others():
    label = np.array([1, -1], dtype=np.int8)
    assert set(probability_metrics(np.array([0.8, 0.2]), label)) == names(OF_MODELS)
    assert set(probability_metrics(np.array([0.8]), label[:0].repeat(1))) == names(OF_MODELS)


def test_drift_is_measured_by_the_metrics_of_the_catalogue_and_no_others():
    reference = ReferenceDistribution.from_sample(np.linspace(0, 1, 500))
    parts = [
        prediction_drift(reference, np.linspace(0, 1, 400)),
        performance_drift(None, np.array([0.01, -0.01])),
    ]
    described = {"feature", "kind", "status"}
    assert set().union(*parts) - described == names(OF_DRIFT)
    at = pd.Timestamp("2026-03-01", tz="UTC")
    table = drift_table(parts, model_id="m", window_start=at, window_end=at)
    assert list(table.columns) == COLUMNS == list(TABLE["drift_metrics"].dtypes)


@pytest.mark.parametrize("name", METRICS)
def test_the_columns_of_a_table_are_the_stored_metrics_in_their_order(name):
    stored = stored_names(METRICS[name])
    assert [column for column in TABLE[name].dtypes if column in stored] == stored
    assert Counter(metric.name for metric in METRICS[name]).most_common(1)[0][1] == 1


@each_metric
def test_a_metric_says_what_it_is_and_its_column_says_the_same(table, metric):
    assert metric.meaning[0] == metric.meaning[0].upper()
    assert metric.meaning.endswith(".")
    assert not metric.undefined.endswith(".")
    if metric.stored:
        column = TABLE[table].schema.columns[metric.name]
        assert column.description.startswith(f"{metric.meaning} Unit: {metric.unit.name}.")
        assert column.nullable == bool(metric.undefined)


@pytest.mark.parametrize("metric", OF_BACKTESTS, ids=lambda metric: metric.name)
def test_where_there_is_none_is_said_of_each_that_can_be_undefined(measured, metric):
    if math.isnan(measured[metric.name]):
        assert metric.undefined


def test_a_value_is_written_as_its_unit_wants():
    assert Metric("m", "A.", FRACTION, None).text(0.1234) == "12.3%"
    assert Metric("m", "A.", RATIO, None).text(1.23456) == "1.23"
    assert Metric("m", "A.", COUNT, None).text(123456.0) == "123456"
    assert Metric("m", "A.", RATIO, None).text(math.nan) == "undefined"
    assert Metric("m", "A.", COUNT, None).rounded(7.0) == 7
    assert Metric("m", "A.", RATIO, None).rounded(math.nan) is None


def test_a_metric_that_is_added_becomes_a_nullable_column_behind_the_others():
    omega = Metric("omega", "Gains over losses.", RATIO, True, "without a loss")
    schema = with_metrics(BACKTEST_METRICS.schema, (omega,))
    assert list(schema.columns) == [*BACKTEST_METRICS.dtypes, "omega"]
    assert schema.columns["omega"].nullable
    assert schema.columns["omega"].description == (
        "Gains over losses. Unit: ratio. Null without a loss."
    )


def test_the_page_of_a_backtest_shows_every_metric_and_the_headlines_as_numbers(measured):
    page = backtest_metadata({"served": measured})
    figures = page.pop("figures")
    assert isinstance(figures, dg.TableMetadataValue)
    assert [record.data["figure"] for record in figures.records] == [
        metric.name for metric in OF_BACKTESTS
    ]
    assert page == {
        "served_total_return": 0.0,
        "served_max_drawdown": 0.0,
        "served_trades": 0.0,
    }
    assert backtest_metadata({}) == {}


def table_of(metrics):
    better = {True: "more", False: "less", None: ""}
    head = ["| metric | what it is | unit | better | undefined |", "|---|---|---|---|---|"]
    return "\n".join(
        head
        + [
            f"| `{metric.name}` | {metric.meaning} | {metric.unit.name} "
            f"| {better[metric.higher_is_better]} | {metric.undefined} |"
            for metric in metrics
        ]
    )


@pytest.mark.parametrize("name", METRICS)
def test_the_docs_have_the_catalogue_as_it_is(name):
    assert f"`{name}`" in DOCS.read_text()
    assert table_of(METRICS[name]) in DOCS.read_text(), table_of(METRICS[name])
