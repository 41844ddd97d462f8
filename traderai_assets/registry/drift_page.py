"""What a person checks first of drift: what it asks for, the worst three, a line of each kind."""

import math

import dagster as dg
import pandas as pd

from traderai_assets.domain.drift.alarm import KINDS, drift_alarm
from traderai_assets.domain.numbers import shown

WORST = 3


def drift_metadata(table: pd.DataFrame) -> dict[str, object]:
    """Return what stands on the asset's page, of the rows of one window.

    Numbers are plain, so that they are plotted over partitions: findings in all and of each kind.
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
    return {
        "model_id": str(table["model_id"].iloc[0]),
        "window_end": dg.TimestampMetadataValue(table["window_end"].iloc[0].timestamp()),
        "alarm": alarm.reason if alarm else "none",
        "asks": ", ".join(alarm.asks) if alarm else "nothing",
        "predictions": "none in the window: the model is silent" if silent else "there are",
        "drifted": int((table["status"] == "drifted").sum()),
        "broken": len(alarm.broken) if alarm else 0,
        **({"worst_psi": float(psi.max())} if len(psi) else {}),
        **counts,
        "worst": dg.MetadataValue.table(_records(worst), schema=_schema(_COLUMNS)),
        "kinds": dg.MetadataValue.table(_by_kind(table), schema=_schema(("kind", *_STATUSES))),
    }


_COLUMNS = ("what", "kind", "status", "psi", "pvalue", "realised", "expected")
_STATUSES = ("stable", "found", "insufficient")


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
