"""Columns of metrics: a table's schema with a column for each metric of its set."""

import pandera.pandas as pa

from traderai_assets.domain.metrics.metric import Metric


def with_metrics(
    schema: pa.DataFrameSchema, metrics: tuple[Metric, ...], *, before: str | None = None
) -> pa.DataFrameSchema:
    """Return the schema with a column for each stored metric, in the catalogue's order.

    Parameters
    ----------
    schema : DataFrameSchema
        Of the columns that are no metrics.
    metrics : tuple of Metric
    before : str, optional
        The column that follows them; they stand last where none is named.
    """
    names = list(schema.columns)
    at = len(names) if before is None else names.index(before)
    own = {metric.name: _column(metric) for metric in metrics if metric.stored}
    columns = schema.columns
    return pa.DataFrameSchema(
        {name: columns[name] for name in names[:at]}
        | own
        | {name: columns[name] for name in names[at:]},
        checks=schema.checks,
        strict=True,
        name=schema.name,
        description=schema.description,
    )


def _column(metric: Metric) -> pa.Column:
    null = f" Null {metric.undefined}." if metric.undefined else ""
    return pa.Column(
        "int64" if metric.whole else "float64",
        checks=[getattr(pa.Check, name)(bound) for name, bound in metric.bounds.given().items()],
        nullable=bool(metric.undefined),
        description=f"{metric.meaning} Unit: {metric.unit.name}.{null}",
    )
