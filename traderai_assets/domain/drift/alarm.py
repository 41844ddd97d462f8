"""The drift table of one model, and when it asks for a new one: two kinds of drift must agree."""

from dataclasses import dataclass

import pandas as pd

from traderai_assets.domain.metrics.catalogue import OF_DRIFT, stored_names

KINDS = ("feature", "prediction", "performance")

COLUMNS = [
    *("model_id", "window_start", "window_end", "feature", "kind"),
    *stored_names(OF_DRIFT),
    "status",
]


@dataclass(frozen=True)
class Alarm:
    """Why a model should be trained anew.

    Attributes
    ----------
    model_id : str
        The model that no longer fits; with it the cause is named, so that it is acted on once.
    kinds : tuple of str
        The kinds of drift that agree, two or three of `KINDS`.
    drifted : tuple of str
        What drifted, the farthest first.
    reason : str
        One sentence for a person.
    """

    model_id: str
    kinds: tuple[str, ...]
    drifted: tuple[str, ...]
    reason: str


def drift_table(
    parts: list[pd.DataFrame],
    *,
    model_id: str,
    window_start: pd.Timestamp,
    window_end: pd.Timestamp,
) -> pd.DataFrame:
    """Put feature, prediction and performance drift of one model and window into one table.

    Columns a kind of drift does not have are NaN there.
    """
    table = pd.concat([part.reindex(columns=COLUMNS) for part in parts], ignore_index=True)
    stamp = pd.DatetimeTZDtype("ms", "UTC")
    return table.assign(
        model_id=model_id,
        window_start=pd.Series(window_start, index=table.index, dtype=stamp),
        window_end=pd.Series(window_end, index=table.index, dtype=stamp),
    )


def drift_alarm(metrics: pd.DataFrame, *, min_feature_share: float = 0.1) -> Alarm | None:
    """Raise the alarm where at least two kinds of drift agree about the latest window.

    Parameters
    ----------
    metrics : DataFrame
        Drift tables of one market, any number of windows.
    min_feature_share : float, default=0.1
        Features move together, so they count as one kind, and only when this share of the features
        that could be judged has drifted. Of predictions or performance a single row counts.

    Returns
    -------
    Alarm or None
        None where fewer than two kinds agree, or there is nothing to judge.
    """
    if metrics.empty:
        return None
    latest = metrics[metrics["window_end"] == metrics["window_end"].max()]
    judged = latest[latest["status"] != "insufficient"]
    share = (judged["status"] == "drifted").groupby(judged["kind"]).mean()
    kinds = tuple(
        kind
        for kind in KINDS
        if share.get(kind, 0.0) >= (min_feature_share if kind == "feature" else 1e-9)
    )
    if len(kinds) < 2:
        return None
    drifted = judged[(judged["status"] == "drifted") & judged["kind"].isin(kinds)]
    names = tuple(drifted.sort_values("psi", ascending=False, kind="stable")["feature"])
    model_id = str(latest["model_id"].iloc[0])
    until = latest["window_end"].iloc[0]
    return Alarm(
        model_id,
        kinds,
        names,
        f"{' and '.join(kinds)} drift of model {model_id} agree until {until:%Y-%m-%d %H:%M} UTC: "
        f"{', '.join(names[:5])}" + (f" and {len(names) - 5} more" if len(names) > 5 else ""),
    )
