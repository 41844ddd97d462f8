"""What a person checks first of a backtest: its headline metrics, and all of them in a table."""

import math

import dagster as dg

from traderai_assets.domain.metrics.catalogue import OF_BACKTESTS


def backtest_metadata(measured: dict[str, dict[str, float]]) -> dict[str, object]:
    """Return what stands on the asset's page: headlines as numbers, and a table of all metrics.

    Parameters
    ----------
    measured : dict
        Segment -> metric -> value; empty where nothing was traded.
    """
    headlines: dict[str, object] = {
        f"{segment}_{metric.name}": float(values[metric.name])
        for segment, values in measured.items()
        for metric in OF_BACKTESTS
        if metric.headline and math.isfinite(values[metric.name])
    }
    rows = [
        dg.TableRecord(
            {"figure": metric.name, "unit": metric.unit.name}
            | {segment: metric.text(values[metric.name]) for segment, values in measured.items()}
        )
        for metric in OF_BACKTESTS
    ]
    return headlines | ({"figures": dg.MetadataValue.table(rows)} if measured else {})
