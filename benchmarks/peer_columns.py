"""The columns of the catalogue from a peer's tools: `peer_features.PANDAS` and its kin."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from benchmarks.peer_features import Prices, Tools
from traderai_assets.domain.features.spec import FeatureSpec

Column = tuple[str, pd.Series]


def peer_frame(candles: pd.DataFrame, tools: Tools, bar_ms: int) -> pd.DataFrame:
    """Compute `open_time` and the features that the peers have."""
    prices = Prices(candles)
    found = tools.indicators(prices)
    columns = dict(_bars(prices, tools))
    columns |= dict(_momentum(prices, tools, found))
    columns |= dict(_volatility(prices, tools))
    columns |= dict(_volume(prices, tools))
    columns |= dict(_coarse(prices, bar_ms))
    columns |= dict(_calendar(prices, bar_ms))
    return pd.DataFrame({"open_time": candles["open_time"]} | columns)


def features_of(peer: pd.DataFrame, catalogue: Sequence[FeatureSpec]) -> tuple[FeatureSpec, ...]:
    """Return the features that a peer's frame has a column of, in the catalogue's order.

    Raises
    ------
    ValueError
        Of a column that is no feature: the peer would be timed for what we do not compute.
    """
    unknown = set(peer.columns) - {"open_time"} - {spec.name for spec in catalogue}
    if unknown:
        raise ValueError(f"the peers compute {sorted(unknown)}, which are no features of ours")
    return tuple(spec for spec in catalogue if spec.name in peer.columns)


def _bars(prices: Prices, tools: Tools) -> Iterator[Column]:
    for span in (1, 2, 3, 6, 12, 24, 48, 96, 288):
        yield f"log_return_{span}", prices.log_close.diff(span)
    top, bottom = np.maximum(prices.open, prices.close), np.minimum(prices.open, prices.close)
    yield "open_gap", np.log(prices.open / prices.close.shift())
    yield "bar_range", prices.log_reach
    yield "bar_body", (prices.close - prices.open) / prices.reach
    yield "upper_shadow", (prices.high - top) / prices.reach
    yield "lower_shadow", (bottom - prices.low) / prices.reach
    yield "close_location", (prices.close - prices.low) / prices.reach
    for span in (14, 48, 288):
        low, high = tools.lowest(prices.low, span), tools.highest(prices.high, span)
        place = (prices.close - low) / (high - low)
        if span == 14:
            yield "stochastic_14_1", place
            yield "stochastic_14_3", tools.mean(place, 3)
        else:
            yield f"range_position_{span}", place


def _momentum(prices: Prices, tools: Tools, found: dict[str, pd.Series]) -> Iterator[Column]:
    means = {span: np.log(found.pop(f"ema_{span}")) for span in (12, 24, 48)}
    for span, mean in means.items():
        yield f"ema_distance_{span}", prices.log_close - mean
    yield "ema_spread_12_48", means[12] - means[48]
    for span in (24, 96):
        yield f"slope_{span}", tools.slope(prices.log_close, span)
    for span in (12, 48):
        path = tools.total(prices.move, span)
        yield f"efficiency_{span}", prices.log_close.diff(span) / path
    yield from found.items()


def _volatility(prices: Prices, tools: Tools) -> Iterator[Column]:
    returns, squared = prices.log_return, prices.log_return**2
    deviation = {span: tools.deviation(returns, span) for span in (12, 48, 288)}
    yield "realised_volatility_288", np.sqrt(tools.mean(squared, 288))
    yield "deviation_12", deviation[12]
    yield "deviation_48", deviation[48]
    yield "deviation_ratio_12_48", np.log(deviation[12] / deviation[48])
    yield "deviation_ratio_48_288", np.log(deviation[48] / deviation[288])
    yield "return_score_48", (returns - tools.mean(returns, 48)) / deviation[48]
    reach = prices.log_reach**2
    body = np.log(prices.close / prices.open) ** 2
    yield "parkinson_48", np.sqrt(tools.mean(reach, 48) / (4.0 * np.log(2.0)))
    drift = (2.0 * np.log(2.0) - 1.0) * body
    yield "garman_klass_48", np.sqrt(tools.mean(0.5 * reach - drift, 48))
    middle, width = tools.mean(prices.close, 20), tools.deviation(prices.close, 20)
    yield "bollinger_position_20", (prices.close - middle) / width
    yield "bollinger_width_20", width / middle
    signed = tools.total(np.sign(returns) * squared, 48)
    yield "upside_share_48", signed / tools.total(squared, 48)


def _volume(prices: Prices, tools: Tools) -> Iterator[Column]:
    volume = prices.volume
    mean = {span: tools.mean(volume, span) for span in (1, 12, 20, 48, 288)}
    for fast, slow in ((1, 12), (12, 48), (48, 288)):
        yield f"volume_ratio_{fast}_{slow}", np.log(mean[fast] / mean[slow])
    for span in (48, 288):
        yield f"volume_score_{span}", (volume - mean[span]) / tools.deviation(volume, span)
    signed, value = np.sign(prices.log_return) * volume, prices.typical * volume
    for span in (12, 48):
        yield f"signed_volume_{span}", tools.mean(signed, span) / mean[span]
    for span in (48, 288):
        price = tools.mean(value, span) / mean[span]
        yield f"vwap_distance_{span}", prices.log_close - np.log(price)
    direction = prices.typical.diff()
    rising = tools.total(value.where(direction > 0, 0.0), 14)
    yield "money_flow_14", rising / tools.total(value.where(direction != 0, 0.0), 14)
    location = (2.0 * prices.close - prices.low - prices.high) / prices.reach
    yield "chaikin_flow_20", tools.mean(location.fillna(0.0) * volume, 20) / mean[20]
    paid = volume * prices.close
    impact = [tools.total(prices.move, k) / tools.total(paid, k) for k in (12, 288)]
    yield "illiquidity_ratio_12_288", np.log(impact[0] / impact[1])
    yield "idle_share_48", tools.mean((volume == 0.0).astype(float), 48)
    yield "volume_move_correlation_48", tools.correlation(volume, prices.move, 48)


def _coarse(prices: Prices, bar_ms: int) -> Iterator[Column]:
    opened = prices.frame["open_time"].astype("int64")
    for length in (12, 48):
        number = opened // (length * bar_ms)
        grouped = prices.frame.groupby(number, sort=False)
        coarse = grouped.agg({"high": "max", "low": "min", "close": "last"})
        coarse["return"] = np.log(coarse["close"]).diff()
        coarse["range"] = np.log(coarse["high"] / coarse["low"])
        coarse["place"] = (coarse["close"] - coarse["low"]) / (coarse["high"] - coarse["low"])
        seen = coarse.reindex((opened + bar_ms) // (length * bar_ms) - 1).reset_index(drop=True)
        yield f"coarse_return_{length}", seen["return"]
        yield f"coarse_range_{length}", seen["range"]
        yield f"coarse_location_{length}", seen["place"]
        yield f"since_coarse_close_{length}", np.log(prices.close / seen["close"])


def _calendar(prices: Prices, bar_ms: int) -> Iterator[Column]:
    opened = prices.frame["open_time"]
    hour = opened.dt.hour * (2.0 * np.pi / 24.0)
    weekday = opened.dt.day_of_week * (2.0 * np.pi / 7.0)
    yield "hour_sine", np.sin(hour)
    yield "hour_cosine", np.cos(hour)
    yield "weekday_sine", np.sin(weekday)
    yield "weekday_cosine", np.cos(weekday)
    yield "gap_bars", opened.diff() / pd.Timedelta(bar_ms, "ms") - 1.0
    present = pd.Series(1.0, index=opened).rolling(pd.Timedelta(96 * bar_ms, "ms")).count()
    yield "absent_share_96", 1.0 - present.reset_index(drop=True) / 96.0
