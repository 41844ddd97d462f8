"""The page of `make rivals`: who forecast what, what it earned, and where the product loses."""

from collections.abc import Sequence

import pandas as pd

from benchmarks.machine import machine, versions
from benchmarks.rivals.comparison import (
    Difference,
    differences,
    differences_table,
    means_table,
)
from benchmarks.rivals.sources import REAL
from traderai_assets.domain.training.plan import TrainingPlan

LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "lightgbm", "xgboost-cpu", "optuna")
BASELINE = "plain LightGBM"
AUC_MARGIN, LEAST_MONTHS = 0.002, 30


def rivals_page(
    measured: pd.DataFrame, product: str, rivals: Sequence[str], plan: TrainingPlan
) -> str:
    """Write the page as markdown.

    Parameters
    ----------
    measured : DataFrame
        As `gather` gives it.
    product : str
        Which of the rivals the others are taken from.
    rivals : sequence of str
        In the order of the rows.
    plan : TrainingPlan
        Whose labels and costs all were measured by.
    """
    groups = measured.groupby("group", sort=False)
    parts = [_group(str(name), own, product, rivals) for name, own in groups]
    lost = [_losses(str(name), differences(own, product, rivals)) for name, own in groups]
    search = plan.search
    return f"""# Rivals

Written by `make rivals CANDLES=FOLDER`; do not edit. Each month of each market is forecast bar by
bar and traded by whoever learned on the {plan.lookback_days} days before it. All are measured by
the same labels: {plan.horizon_bars} bars, barriers at {plan.multiple:g} volatilities. A round trip
costs {plan.costs.round_trip * 10_000:.0f} basis points. Means are over market-months.

{_real_candles(measured)}

{chr(10).join(parts)}
## Where the {product} loses

{chr(10).join(lost)}

## Who is who

- **product**: the platform with the settings that nobody has touched:
  {search.learner_trials} learner trials, {search.policy_trials} policy trials, {plan.n_folds}
  folds, its own decisions. Its search may choose a horizon of {_horizons(plan)} bars; it is
  measured by {plan.horizon_bars} whatever it chose.
- **plain LightGBM**: the defaults of the library, 100 rounds, every row of the look-back.
- **logistic regression**: scikit-learn's, C of 1, standardised features, gaps filled by medians.
- **last value**: the sign of the return over the last {plan.horizon_bars} bars; its probability by
  Platt's scaling on the look-back, which never turns a forecast around.
- **FreqAI-like**: a regression as freqtrade's example strategy sets it up; what is like it and what
  is not stands in `benchmarks/rivals/freqai.py`. It has no probability.

Who has no rule of its own (all but the product and FreqAI-like) takes the side on which |2 p - 1|
times the barrier's width is more than the round trip costs, with target and stop at that width.

## What is measured

- AUC against labels with a direction. IC and rank IC: correlation of the score with the gross
  return of a long that ends at its barriers.
- Log-loss over base rate: nats a bar less those of the look-back's share of rises; below 0 is
  better than knowing nothing. Calibration error: over ten bins of equal size; overlapping labels
  keep it above 0 even of a perfect forecast.
- Net return of a month and its annual Sharpe ratio, after costs; 0 where nothing was traded.
- CPU: seconds of one thread to fit and forecast a month, the median; features aside.
- Intervals: 95 % of the means of 10,000 resamples, each of whole months with all their markets (of
  simulated markets, of whole markets), widened by Student's t because months are few.

## Of what

- {versions(LIBRARIES)}.
- {machine()}.
"""


def _real_candles(measured: pd.DataFrame) -> str:
    """Say which real candles were served, and whether the bar of evidence is met."""
    real = measured[measured["group"] == REAL]
    if real.empty:
        return (
            "No folder of real candles was given: the markets here are simulated, and say nothing\n"
            "of real ones."
        )
    markets = ", ".join(dict.fromkeys(real["market"]))
    months = real.drop_duplicates(["market", "month"])
    return (
        f"Real candles: {markets}, 5 minutes, Binance, {months['month'].min()} to "
        f"{months['month'].max()}, {len(months)} market-months."
    )


def _group(name: str, own: pd.DataFrame, product: str, rivals: Sequence[str]) -> str:
    found = differences(own, product, rivals)
    months = len(own.drop_duplicates(["market", "month"]))
    demand = f"\n{_demand(found, months)}\n" if name == REAL else ""
    return f"""## On {name}

{months} market-months in {own["block"].nunique()} blocks.

{means_table(own, rivals)}

{product.capitalize()} less its rivals, with intervals of 95 %:

{differences_table(found)}
{demand}"""


def _demand(found: Sequence[Difference], months: int) -> str:
    """Hold the AUC against the demand on it."""
    for difference in found:
        if (difference.rival, difference.measure.column) == (BASELINE, "auc"):
            met = difference.interval.mean >= -AUC_MARGIN and months >= LEAST_MONTHS
            return (
                f"Demanded: an AUC of at least that of {BASELINE} less {AUC_MARGIN:g} over at "
                f"least {LEAST_MONTHS} market-months. Found: {difference.text} over {months}: "
                f"{'met' if met else '**not met**'}."
            )
    return f"Demanded: an AUC beside that of {BASELINE}, which was not measured."


def _losses(group: str, found: Sequence[Difference]) -> str:
    """Say where the product is behind, and where it is so on average only."""
    behind = [one for one in found if one.verdict == "behind"]
    leaning = sum(one.verdict == "open" and one.gain[1] < 0 for one in found)
    told = "; ".join(f"{one.measure.title} to {one.rival} by {one.text}" for one in behind)
    return (
        f"- On {group}: {told or 'to nobody beyond chance'}. Worse on average, within chance, in "
        f"{leaning} of {len(found)} comparisons."
    )


def _horizons(plan: TrainingPlan) -> str:
    found = sorted({labelling.horizon_bars for labelling in plan.labellings})
    return " or ".join(str(bars) for bars in found)
