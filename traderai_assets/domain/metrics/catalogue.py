"""THE catalogue of metrics; schemas, pages, summaries and docs/metrics.md read it.

A new one needs its entry here and the function that computes it. Its column is nullable (say when
in `undefined`), and it stands after those of its set, whose order is that of the stored columns.
"""

from traderai_assets.domain.metrics.metric import (
    ACCOUNTS,
    COUNT,
    FINITE,
    FRACTION,
    NATS,
    NOT_NEGATIVE,
    RATIO,
    RETURN,
    SHARE,
    Bounds,
    Metric,
)

_NO_TRADE = "without a trade"
_NO_RETURNS = "where all returns are equal"
_NO_INTERVAL = "with fewer than two bars, without a trade, or where the account was gone"

# Computed by domain/backtest/metrics.py and intervals.py
OF_BACKTESTS = (
    Metric("bars", "Present bars.", COUNT, None, bounds=Bounds(ge=1)),
    Metric("bars_per_year", "365 days over the bar's length.", RATIO, None, bounds=Bounds(gt=0)),
    Metric("total_return", "After costs.", FRACTION, True, bounds=RETURN, headline=True),
    Metric(
        "buy_and_hold_return",
        "Last close over first open, less one; no costs.",
        FRACTION,
        None,
        bounds=RETURN,
    ),
    Metric("buy_and_hold_sharpe", "Of the closes, as sharpe; no costs.", RATIO, None, _NO_RETURNS),
    Metric(
        "sharpe",
        "Mean over deviation of returns per bar, times the root of bars_per_year.",
        RATIO,
        True,
        _NO_RETURNS,
        headline=True,
    ),
    Metric(
        "sortino",
        "Like sharpe, over the losing bars' root mean square.",
        RATIO,
        True,
        "without a losing bar",
    ),
    Metric(
        "calmar",
        "Mean return per bar times bars_per_year, over max_drawdown.",
        RATIO,
        True,
        "without a loss from a peak",
    ),
    Metric(
        "max_drawdown",
        "Largest loss from a peak.",
        FRACTION,
        False,
        bounds=SHARE,
        headline=True,
    ),
    Metric("exposure", "Share of bars with a position.", FRACTION, None, bounds=SHARE),
    Metric("trades", "Trades made.", COUNT, None, bounds=NOT_NEGATIVE, headline=True),
    Metric(
        "hit_rate",
        "Share of trades that earned after costs.",
        FRACTION,
        True,
        _NO_TRADE,
        SHARE,
        headline=True,
    ),
    Metric(
        "profit_factor",
        "Money won over money lost.",
        RATIO,
        True,
        "without a trade that lost",
        NOT_NEGATIVE,
    ),
    Metric(
        "turnover",
        "Value traded over the account at entry, summed over trades.",
        RATIO,
        False,
        bounds=NOT_NEGATIVE,
    ),
    Metric("total_fees", "Paid for all trades.", ACCOUNTS, False, bounds=NOT_NEGATIVE),
    Metric("total_funding", "Paid, or received if negative.", ACCOUNTS, False, bounds=FINITE),
    Metric(
        "sharpe_lower",
        "95 % of the bootstrap lie between this and sharpe_upper.",
        RATIO,
        True,
        _NO_INTERVAL,
    ),
    Metric("sharpe_upper", "See sharpe_lower.", RATIO, True, _NO_INTERVAL),
    Metric(
        "total_return_lower",
        "95 % of the bootstrap lie between this and total_return_upper.",
        FRACTION,
        True,
        _NO_INTERVAL,
    ),
    Metric("total_return_upper", "See total_return_lower.", FRACTION, True, _NO_INTERVAL),
)

_ONE_DIRECTION = "where only one direction occurred"
_NO_DIRECTION = "where no barrier was reached"

# Computed by domain/models/metrics.py; those of one fold stand on the card
OF_MODELS = (
    Metric("auc", "Out of sample; 0.5 is a coin.", RATIO, True, _ONE_DIRECTION, SHARE, True),
    Metric(
        "log_loss",
        "Out of sample, a bar; 0.693 is a coin.",
        NATS,
        False,
        _NO_DIRECTION,
        NOT_NEGATIVE,
        True,
    ),
    Metric(
        "brier",
        "Out of sample, squared error of the probability; 0.25 is a coin.",
        RATIO,
        False,
        _NO_DIRECTION,
        SHARE,
    ),
    Metric(
        "up_share",
        "Share of the bars whose upper barrier came first.",
        FRACTION,
        None,
        _NO_DIRECTION,
        SHARE,
        stored=False,
    ),
)

_OTHER_KIND = "in drift of anything but a distribution, or without a bar in the window"
_NO_DAYS = "in drift of anything else, or of a model whose card has no days"
_NO_TEST = "where no such test was made"
_NO_RECORD = "in drift of a distribution, or without a trade"

# Computed in domain/drift: features.py, performance.py, matured.py, multivariate.py
OF_DRIFT = (
    Metric("psi", "Population stability index.", NATS, False, _OTHER_KIND, NOT_NEGATIVE, True),
    Metric(
        "psi_limit",
        "What chance or indifference explains of psi.",
        NATS,
        None,
        _OTHER_KIND,
        Bounds(gt=0),
    ),
    Metric(
        "ks",
        "Largest gap of the cumulative distributions.",
        FRACTION,
        False,
        _OTHER_KIND,
        SHARE,
    ),
    Metric(
        "ks_pvalue",
        "Of ks, Benjamini-Hochberg over the features.",
        FRACTION,
        True,
        _OTHER_KIND,
        SHARE,
    ),
    Metric(
        "expected",
        "In training, out of sample.",
        FRACTION,
        None,
        _NO_RECORD,
    ),
    Metric("expected_lower", "Lower bound of expected.", FRACTION, None, _NO_RECORD),
    Metric("realised", "In the window.", FRACTION, True, _NO_RECORD),
    Metric("realised_upper", "Upper bound of realised.", FRACTION, True, _NO_RECORD),
    Metric("rows", "Bars, or trades, in the window.", COUNT, None, bounds=NOT_NEGATIVE),
    Metric(
        "shift",
        "Of the mean score by ranks, in deviations of the look-back.",
        RATIO,
        None,
        _NO_DAYS,
        FINITE,
    ),
    Metric(
        "pvalue",
        "Of the window against the look-back's own days, or of the test that was made.",
        FRACTION,
        True,
        _NO_TEST,
        SHARE,
    ),
    Metric("missing_share", "Rows without a value.", FRACTION, False, _OTHER_KIND, SHARE),
    Metric("infinite_share", "Rows that are infinite.", FRACTION, False, _OTHER_KIND, SHARE),
    Metric(
        "outside_share",
        "Rows where the look-back never was.",
        FRACTION,
        False,
        _OTHER_KIND,
        SHARE,
    ),
)

METRICS = {
    "backtest_metrics": OF_BACKTESTS,
    "models": OF_MODELS,
    "drift_metrics": OF_DRIFT,
}
"""By the table whose columns they are."""


def stored_names(metrics: tuple[Metric, ...]) -> list[str]:
    """Return the names of a set's columns, in their order."""
    return [metric.name for metric in metrics if metric.stored]
