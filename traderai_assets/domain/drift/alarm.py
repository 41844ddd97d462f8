"""The drift table of one model, and what it asks for: kinds of different sources must agree."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from traderai_assets.domain.drift.faults import FAULTS
from traderai_assets.domain.metrics.catalogue import OF_DRIFT, stored_names

SOURCES: Final = {
    "feature": "inputs",
    "multivariate": "inputs",
    "prediction": "outputs",
    "estimated": "outputs",
    "calibration": "results",
    "performance": "results",
}
"""Each kind of drift, and what it looks at: kinds that look at the same are no two witnesses."""

KINDS = tuple(SOURCES)
RETRAIN, JUDGE, REPAIR = "retrain", "judge", "repair"

COLUMNS = [
    *("model_id", "window_start", "window_end", "feature", "kind"),
    *stored_names(OF_DRIFT),
    "status",
]


@dataclass(frozen=True)
class Alarm:
    """What drift of a model asks for, and why.

    Attributes
    ----------
    model_id : str
        The model that no longer fits; with its kinds the cause is named, so that it is acted on
        once.
    kinds : tuple of str
        The kinds of drift there are, in the order of `KINDS`.
    drifted : tuple of str
        What drifted, the farthest first.
    broken : tuple of str
        Features that are missing or infinite.
    asks : tuple of str
        'retrain', 'judge' (its strategy, by the strategy's own rule) or 'repair' (the data).
    reason : str
        One sentence for a person.
    """

    model_id: str
    kinds: tuple[str, ...]
    drifted: tuple[str, ...]
    broken: tuple[str, ...]
    asks: tuple[str, ...]
    reason: str

    @property
    def cause(self) -> str:
        """Names why it asks; the same as long as it is the same model and the same kinds."""
        return f"{self.model_id}:{'+'.join(self.kinds)}"


def drift_table(
    parts: list[pd.DataFrame],
    *,
    model_id: str,
    window_start: pd.Timestamp,
    window_end: pd.Timestamp,
) -> pd.DataFrame:
    """Put every kind of drift of one model and window into one table.

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
    """Say what the latest window asks for.

    Parameters
    ----------
    metrics : DataFrame
        Drift tables of one market, any number of windows.
    min_feature_share : float, default=0.1
        Features move together, so they count as one kind, and only when this share of the features
        that could be judged has drifted. Of other kinds a single row counts.

    Returns
    -------
    Alarm or None
        None where nothing is asked for, or there is nothing to judge.

    Notes
    -----
    Each kind is wrong in at most 5 % of windows without drift. A model is trained anew where kinds
    of two sources agree (inputs, outputs, results), or both kinds of results: never more often than
    one kind alone is wrong, and in about one window of 400 where they are independent. Inputs alone
    ask for nothing: in 85 % of real weeks some feature is elsewhere, it is the volatility. What is
    earned below the promise asks for a judgement, whose own rule decides. While features are broken
    no model is asked for: it would learn from them.
    """
    if metrics.empty:
        return None
    latest = metrics[metrics["window_end"] == metrics["window_end"].max()]
    broken = latest[latest["status"].isin(FAULTS)]
    judged = latest[~latest["status"].isin(["insufficient", *FAULTS])]
    share = (judged["status"] == "drifted").groupby(judged["kind"]).mean()
    kinds = tuple(
        kind
        for kind in KINDS
        if share.get(kind, 0.0) >= (min_feature_share if kind == "feature" else 1e-9)
    )
    asks = _asks(kinds, is_broken=len(broken) > 0)
    if not asks:
        return None
    drifted = judged[(judged["status"] == "drifted") & judged["kind"].isin(kinds)]
    names = tuple(drifted.sort_values("psi", ascending=False, kind="stable")["feature"])
    model_id = str(latest["model_id"].iloc[0])
    lacking = tuple(broken["feature"])
    until = latest["window_end"].iloc[0]
    found = [f"{' and '.join(kinds)} drift: {_listed(names)}"] if kinds else []
    found += [f"missing or infinite: {_listed(lacking)}"] if lacking else []
    reason = (
        f"{' and '.join(asks)} is asked for by model {model_id} until {until:%Y-%m-%d %H:%M} UTC; "
        f"{'; '.join(found)}"
    )
    return Alarm(model_id, kinds, names, lacking, asks, reason)


def _asks(kinds: tuple[str, ...], *, is_broken: bool) -> tuple[str, ...]:
    sources = {SOURCES[kind] for kind in kinds}
    results = {"calibration", "performance"} <= set(kinds)
    agreed = len(sources) > 1 or results
    return tuple(
        ask
        for ask, wanted in (
            (RETRAIN, agreed and not is_broken),
            (JUDGE, "performance" in kinds),
            (REPAIR, is_broken),
        )
        if wanted
    )


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
