"""Chance: where the account might have stood, and whether its mean day is more than luck."""

import numpy as np

from traderai_assets.domain.numbers import percent, shown
from traderai_assets.domain.pictures.histogram import histogram
from traderai_assets.domain.statistics.account_bands import QUANTILES, account_bands
from traderai_assets.domain.statistics.bootstrap import bootstrap_means
from traderai_assets.domain.strategies.pool import account_of
from traderai_assets.pages.parts import (
    Number,
    Numbers,
    Part,
    Picture,
    Section,
    Words,
)
from traderai_assets.report.charts import thinned_chart
from traderai_assets.report.strategy_facts import StrategyFacts
from traderai_assets.report.tables import seconds_of

LEAST_DAYS = 30
_DAY, _SEED = 86_400, 0


def chance_section(facts: StrategyFacts) -> Section:
    """Return the band of resampled accounts and the means that luck alone would show."""
    pool = facts.pool
    if len(pool) < LEAST_DAYS:
        text = (
            f"{len(pool)} days are on record in this period; chance is told from {LEAST_DAYS} on."
        )
        return Section("chance", "Chance", [Words([text])])
    net = pool["net"].to_numpy(np.float64)
    bands = account_bands(net, seed=_SEED)
    by_luck = bootstrap_means(net - net.mean(), seed=_SEED)
    share = float((by_luck >= net.mean()).mean())
    days = seconds_of(pool["day"])
    quantiles = {
        f"{percent(below, 2)} of draws lie below": line
        for below, line in zip(QUANTILES, bands.quantiles, strict=True)
    }
    loss = float((bands.finals < 1.0).mean())
    parts: list[Part] = [
        Numbers(
            [
                Number("ends below its start", percent(loss), "of resampled accounts"),
                Number(
                    "drawdown, 1 in 20 is worse", percent(float(np.quantile(bands.drawdowns, 0.95)))
                ),
                Number("a mean day as good by luck", percent(share), "of draws without skill"),
            ]
        ),
        thinned_chart(
            "Resampled accounts",
            [days[0], *(one + _DAY for one in days)],
            {"strategy": account_of(net), **quantiles},
            logarithmic=True,
            note="500 orders of blocks of its own days (stationary bootstrap, seed 0): what the "
            "same days might have come to; no forecast.",
        ),
        Picture(
            "Mean days that luck alone shows",
            histogram(
                100 * by_luck,
                title="bootstrap means of the days less their mean",
                unit="percent a day",
                marked=100 * float(net.mean()),
                mark=f"its mean day: {shown(100 * float(net.mean()), 3)} %",
            ),
            "2,000 draws. Of one strategy alone: how many were tried is told under Verdict.",
        ),
    ]
    return Section("chance", "Chance", parts)
