"""What a person checks first of drift: what it asks for, the worst three, a line of each kind."""

import math
from typing import Any

import dagster as dg
import numpy as np
import pandas as pd

from traderai_assets.domain.drift.alarm import KINDS, drift_alarm
from traderai_assets.domain.numbers import shown
from traderai_assets.domain.pictures.bar_chart import bar_chart
from traderai_assets.runs.page import overview, picture, trend

WORST = 3


def drift_metadata(table: pd.DataFrame, kept: pd.DataFrame, title: str) -> dict[str, Any]:
    """Return what stands on the asset's page, of the rows of one window.

    Numbers are plain, so that they are plotted over partitions: findings in all and of each kind.

    Parameters
    ----------
    table : DataFrame
        Of the last window.
    kept : DataFrame
        Of all windows of the month.
    title : str
        Market and month.
    """
    alarm = drift_alarm(table)
    found = table[~table["status"].isin(["stable", "insufficient"])]
    said = table[table["kind"] == "prediction"]
    silent = not said.empty and int(said["rows"].iloc[0]) == 0
    worst = found.sort_values(["psi", "pvalue"], ascending=[False, True], kind="stable")[:WORST]
    counts = {
        f"{kind}_found": int((found["kind"] == kind).sum())
        for kind in KINDS
        if (table["kind"] == kind).any()
    }
    psi = table["psi"].dropna()
    records = _records(worst)
    by_window = kept.groupby("window_end")["psi"].max().to_numpy(np.float64)
    return {
        "alarm": alarm.reason if alarm else "none",
        "drifted": int((table["status"] == "drifted").sum()),
        **({"worst_psi": float(psi.max())} if len(psi) else {}),
        **trend(by_window, f"worst PSI, window by window, {title}", baseline=0.0),
        **overview(_SHORT, [[str(one.data[name]) for name in _SHORT] for one in records]),
        **_drawn(table, title),
        "asks": ", ".join(alarm.asks) if alarm else "nothing",
        "broken": len(alarm.broken) if alarm else 0,
        **counts,
        "predictions": "none in the window: the model is silent" if silent else "there are",
        "window_end": dg.TimestampMetadataValue(table["window_end"].iloc[0].timestamp()),
        "model_id": str(table["model_id"].iloc[0]),
        "worst": dg.MetadataValue.table(records, schema=_schema(_COLUMNS)),
        "kinds": dg.MetadataValue.table(_by_kind(table), schema=_schema(("kind", *_STATUSES))),
    }


_COLUMNS = ("what", "kind", "status", "psi", "pvalue", "realised", "expected")
_SHORT = ("what", "kind", "status", "psi", "pvalue")
_STATUSES = ("stable", "found", "insufficient")


def _drawn(table: pd.DataFrame, title: str) -> dict[str, Any]:
    known = table[table["psi"].notna()].sort_values("psi", ascending=False, kind="stable")
    if known.empty:
        return {}
    bars = [(str(row["feature"]), float(row["psi"])) for _, row in known.iterrows()]
    drawn = bar_chart(bars, title=f"Population stability index, {title}", unit="nats")
    return picture(drawn, f"drift, {title}")


def _records(rows: pd.DataFrame) -> list[dg.TableRecord]:
    return [
        dg.TableRecord(
            {"what": str(row["feature"]), "kind": str(row["kind"]), "status": str(row["status"])}
            | {name: _text(float(row[name])) for name in _COLUMNS[3:]}
        )
        for _, row in rows.iterrows()
    ]


def _by_kind(table: pd.DataFrame) -> list[dg.TableRecord]:
    records = []
    for kind in KINDS:
        status = table.loc[table["kind"] == kind, "status"]
        stable, unjudged = int((status == "stable").sum()), int((status == "insufficient").sum())
        counts = {"stable": stable, "found": len(status) - stable - unjudged}
        texts = {name: str(count) for name, count in (counts | {"insufficient": unjudged}).items()}
        records.append(dg.TableRecord({"kind": kind, **texts}))
    return records


def _schema(names: tuple[str, ...]) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(name) for name in names])


def _text(value: float) -> str:
    return "" if math.isnan(value) else shown(value, 3)
