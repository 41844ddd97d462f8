"""One position, told four ways: as its label, its signal, its backtest alone, and its outcome."""

import heapq
from datetime import timedelta

import numpy as np
import pandas as pd

from traderai_assets.domain.backtest.bars import Decisions
from traderai_assets.domain.backtest.costs import Costs
from traderai_assets.domain.backtest.engine import run_backtest
from traderai_assets.domain.candles.segments import venue_scale
from traderai_assets.domain.labels.barriers import barrier_width
from traderai_assets.domain.labels.outcomes import label_bars, side_returns
from traderai_assets.domain.signals.generation import generate_signals
from traderai_assets.domain.signals.net_returns import net_returns
from traderai_assets.domain.signals.outcomes import resolve_outcomes

COSTS = Costs(fee_rate=0.0005, slippage_rate=0.0001, funding_rate=0.0)
LONGEST_HORIZON = 300
FARTHEST = 3.0
"""In widths."""


def simulated(rng: np.random.Generator, n_bars: int, bar: timedelta) -> pd.DataFrame:
    """Candles in coarse ticks, with jumps between them, flat stretches, and gaps of any length."""
    moves = rng.normal(0, 0.003, n_bars) * np.exp(rng.normal(0, 0.7, n_bars))
    jumps = np.where(rng.random(n_bars) < 0.03, rng.normal(0, 0.03, n_bars), 0.0).clip(-0.2, 0.2)
    still = _stretches(rng, n_bars, n_bars // 150, 40)
    moves[still], jumps[still] = 0.0, 0.0
    close = 20 * np.exp(np.cumsum(moves + jumps - (moves + jumps).mean()))
    opens = np.concatenate([[20.0], close[:-1]]) * np.exp(jumps)
    reach = np.where(still, 0.0, np.abs(rng.normal(0, 0.003, (2, n_bars))))
    opens[still] = close[still]
    frame = pd.DataFrame(
        {
            "open_time": pd.date_range("2026-01-01", periods=n_bars, freq=bar, tz="UTC", unit="ms"),
            "open": opens,
            "high": np.maximum(opens, close) * (1 + reach[0]),
            "low": np.minimum(opens, close) * (1 - reach[1]),
            "close": close,
        }
    )
    prices = ["open", "high", "low", "close"]
    frame[prices] = frame[prices].round(2)
    absent = _stretches(rng, n_bars, n_bars // 100, 5) | _stretches(rng, n_bars, 6, 500)
    absent[:600] = False
    return frame[~absent].assign(volume=1.0).reset_index(drop=True)


def _stretches(rng: np.random.Generator, n_bars: int, count: int, longest: int) -> np.ndarray:
    inside = np.zeros(n_bars, bool)
    for first in rng.integers(0, n_bars, count):
        inside[first : first + rng.integers(1, longest)] = True
    return inside


def draw(
    rng: np.random.Generator, candles: pd.DataFrame, bar: timedelta, count: int, horizons: int
) -> pd.DataFrame:
    """Draw bars at which a side is taken, with a horizon, a width and two distances.

    Every tenth bar is one whose next is absent, where there are such.
    """
    parts = []
    before_gap = np.flatnonzero(candles["open_time"].diff().shift(-1) > bar)
    for horizon in rng.integers(1, LONGEST_HORIZON + 1, horizons).tolist():
        multiple = round(rng.uniform(0.1, 1.0), 3)
        width = barrier_width(candles, bar=bar, horizon_bars=horizon, multiple=multiple)
        usable = width * FARTHEST < 1
        row = rng.choice(np.flatnonzero(usable), count // horizons)
        row[::10] = rng.choice(np.append(before_gap[usable[before_gap]], row), row[::10].size)
        reach = rng.uniform(0.3, FARTHEST, (2, row.size))
        said = {
            "row": row,
            "width": width[row],
            "target": width[row] * reach[0],
            "stop": width[row] * reach[1],
            "side": rng.choice([-1, 1], row.size),
            "size": rng.uniform(0.05, 0.5, row.size),
            "probability": rng.uniform(0, 1, row.size),
            "horizon_bars": horizon,
            "multiple": multiple,
        }
        parts.append(pd.DataFrame(said))
    drawn = pd.concat(parts).sort_values("row", ignore_index=True)
    bars = candles.iloc[drawn["row"]].reset_index(drop=True)
    scale = venue_scale(bars)
    close = bars["close"] if scale is None else bars["close"] * scale
    return drawn.assign(open_time=bars["open_time"], close=close)


def settled(drawn: pd.DataFrame, candles: pd.DataFrame, bar: timedelta) -> pd.DataFrame:
    """Signal what was drawn, and settle it by all the candles there are."""
    signals = generate_signals(drawn, bar=bar, model_id="m" * 32)
    as_of = (candles["open_time"].iloc[-1] + bar).to_pydatetime()
    outcomes = resolve_outcomes(signals, candles, bar=bar, as_of=as_of)
    return outcomes.assign(valid_until=signals["valid_until"])


def backtested(drawn: pd.DataFrame, candles: pd.DataFrame, bar: timedelta) -> pd.DataFrame:
    """Backtest each alone: those that may be held at once are in different runs.

    Returns
    -------
    DataFrame
        Rows as drawn: the trade of each, null where there was none.
    """
    trades = []
    for rows in _apart(drawn, candles, bar):
        alone = drawn.iloc[rows]
        at = {
            name: np.full(len(candles), fill)
            for name, fill in (("side", 0), ("target", 0.1), ("stop", 0.1), ("size", 1.0))
        } | {"horizon_bars": np.full(len(candles), 1)}
        for name, values in at.items():
            values[alone["row"]] = alone[name]
        made = run_backtest(candles, Decisions.of(**at), bar=bar, costs=COSTS).trades
        entry = candles["open_time"].searchsorted(made["entry_time"])
        by_row = pd.Series(alone.index, index=alone["row"])
        trades.append(made.set_index(by_row[entry - 1].to_numpy()))
    return pd.concat(trades).reindex(drawn.index)


def _apart(drawn: pd.DataFrame, candles: pd.DataFrame, bar: timedelta) -> list[list[int]]:
    """Share rows out so that in each part one is over before the next is decided."""
    deadline = drawn["open_time"] + bar * (1 + drawn["horizon_bars"])
    over = candles["open_time"].searchsorted(deadline)
    parts: list[list[int]] = []
    free: list[tuple[int, int]] = []
    for at, row in enumerate(drawn["row"]):
        if free and free[0][0] < row:
            _, part = heapq.heappop(free)
        else:
            part = len(parts)
            parts.append([])
        parts[part].append(at)
        heapq.heappush(free, (int(over[at]), part))
    return parts


def assert_backtested_as_settled(
    ended: pd.DataFrame, trades: pd.DataFrame, candles: pd.DataFrame, bar: timedelta
) -> None:
    """Compare all, to the bit: entries, endings, prices, gross returns, what costs leave."""
    traded, told = trades["side"].notna(), ended["entry_price"].notna()
    cut = ended["status"] == "interrupted"
    assert (traded & ~cut).equals(told)
    assert (traded & cut).equals(cut & (ended["bars_held"] > 0))
    names = {"target": "target", "stop": "stop", "expired": "time"}
    over = traded & ended["status"].isin(names)
    # What the candles do not decide is closed by the backtest at the last of them
    assert trades.loc[traded & ~over, "exit_reason"].eq("end").all()
    assert ended.loc[~traded & ~cut, "status"].isin(["expired", "open"]).all()
    one, other = ended[over], trades[over]
    assert one["status"].map(names).tolist() == other["exit_reason"].tolist()
    assert one["ended_at"].tolist() == other["exit_time"].tolist()
    assert one["bars_held"].tolist() == other["bars"].astype(int).tolist()
    assert one["gross_return"].tolist() == other["gross_return"].tolist()
    slipped = 1 + COSTS.slippage_rate * one["side"]
    np.testing.assert_allclose(one["entry_price"] * slipped, other["entry_price"], rtol=1e-14)
    slipped = 1 - COSTS.slippage_rate * one["side"]
    np.testing.assert_allclose(one["exit_price"] * slipped, other["exit_price"], rtol=1e-14)
    net = net_returns(one, candles, bar=bar, costs=COSTS)
    np.testing.assert_allclose(net, other["net_return"], rtol=1e-9, atol=1e-12)


def assert_labelled_as_settled(
    drawn: pd.DataFrame, ended: pd.DataFrame, candles: pd.DataFrame, bar: timedelta
) -> int:
    """Compare where target and stop are the width; give how many have a label.

    None has one: what is not decided inside its segment, whose next bar is absent, and what had to
    wait for its end by time for longer than its horizon.
    """
    labels = _labels_of(drawn, candles, bar)
    following = np.append(candles["open_time"], candles["open_time"].iloc[:1])[drawn["row"] + 1]
    absent = pd.Series(following) != drawn["open_time"] + bar
    waited = ended["ended_at"] - bar >= ended["valid_until"] + drawn["horizon_bars"] * bar
    undecided = ended["status"].isin(["open", "interrupted"])
    labelled = labels["label"].notna()
    assert labelled.equals(~(absent | waited | undecided))
    one, other, side = ended[labelled], labels[labelled], drawn.loc[labelled, "side"]
    barrier = other["barrier"].where(side > 0, other["barrier"].map(_MIRRORED))
    assert one["status"].tolist() == barrier.map(_STATUSES).tolist()
    assert one["ended_at"].tolist() == other["label_end"].tolist()
    gross = side_returns(
        side.to_numpy(np.int8), other["label"].to_numpy(np.int8), other["gross_return"].to_numpy()
    )
    # A bar that reached both is stored as a long's loss; a short's may round otherwise
    both = (other["barrier"] == "both").to_numpy()
    assert gross[~both].tolist() == one["gross_return"][~both].tolist()
    np.testing.assert_allclose(gross[both], one["gross_return"][both], rtol=0, atol=1e-15)
    return int(labelled.sum())


_MIRRORED = {"upper": "lower", "lower": "upper", "time": "time", "both": "both"}
_STATUSES = {"upper": "target", "lower": "stop", "time": "expired", "both": "stop"}


def _labels_of(drawn: pd.DataFrame, candles: pd.DataFrame, bar: timedelta) -> pd.DataFrame:
    """Label as drawn, null where no label exists."""
    parts = []
    for (horizon, multiple), some in drawn.groupby(["horizon_bars", "multiple"]):
        labels = label_bars(candles, bar=bar, horizon_bars=int(horizon), multiple=multiple)
        found = labels.set_index("open_time").reindex(some["open_time"])
        parts.append(found.set_index(some.index))
    return pd.concat(parts).reindex(drawn.index)
