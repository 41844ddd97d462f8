"""The features as one would write them on polars, lazily and on all its threads: a peer."""

from collections.abc import Iterable

import numpy as np
import polars as pl

SPANS = (1, 2, 3, 6, 12, 24, 48, 96, 288)
CLOSE, VOLUME, HIGH, LOW, OPEN = (pl.col(n) for n in ("close", "volume", "high", "low", "open"))


def polars_frame(candles: pl.DataFrame, bar_ms: int) -> pl.DataFrame:
    """Compute the features that `peer_columns.peer_frame` does, beside columns of its own."""
    return (
        candles.lazy()
        .with_columns(
            CLOSE.log().alias("log_close"),
            ((HIGH + LOW + CLOSE) / 3.0).alias("typical"),
            (HIGH / LOW).log().alias("bar_range"),
            (HIGH - LOW).replace(0.0, None).alias("reach"),
            pl.col("open_time").dt.epoch("ms").alias("ms"),
        )
        .with_columns(
            pl.col("log_close").diff().alias("returns"),
            pl.col("log_close").diff().abs().alias("move"),
            (pl.col("typical") * VOLUME).alias("value"),
            *(_ema(CLOSE, span).log().alias(f"mean_{span}") for span in (12, 24, 48)),
        )
        .with_columns(
            *_bars(), *_trend(), *_wilder(), *_volatility(), *_volume(), *_calendar(bar_ms)
        )
        .pipe(_with_coarse, 12, bar_ms)
        .pipe(_with_coarse, 48, bar_ms)
        .collect()
    )


def _ema(values: pl.Expr, span: int) -> pl.Expr:
    return values.ewm_mean(span=span, adjust=False)


def _smooth(values: pl.Expr, span: int) -> pl.Expr:
    return values.ewm_mean(alpha=1.0 / span, adjust=False)


def _bars() -> Iterable[pl.Expr]:
    reach, top, bottom = (
        pl.col("reach"),
        pl.max_horizontal(OPEN, CLOSE),
        pl.min_horizontal(OPEN, CLOSE),
    )
    for span in SPANS:
        yield pl.col("log_close").diff(span).alias(f"log_return_{span}")
    yield (OPEN / CLOSE.shift()).log().alias("open_gap")
    yield ((CLOSE - OPEN) / reach).alias("bar_body")
    yield ((HIGH - top) / reach).alias("upper_shadow")
    yield ((bottom - LOW) / reach).alias("lower_shadow")
    yield ((CLOSE - LOW) / reach).alias("close_location")
    for span, name in ((14, "stochastic_14_1"), (48, "range_position_48")):
        yield _place(span).alias(name)
    yield _place(288).alias("range_position_288")
    yield _place(14).rolling_mean(3).alias("stochastic_14_3")


def _place(span: int) -> pl.Expr:
    low, high = LOW.rolling_min(span), HIGH.rolling_max(span)
    return (CLOSE - low) / (high - low)


def _trend() -> Iterable[pl.Expr]:
    log_close = pl.col("log_close")
    for span in (12, 24, 48):
        yield (log_close - pl.col(f"mean_{span}")).alias(f"ema_distance_{span}")
    yield (pl.col("mean_12") - pl.col("mean_48")).alias("ema_spread_12_48")
    rows = pl.int_range(pl.len()).cast(pl.Float64)
    for span in (24, 96):
        covariance = pl.rolling_cov(log_close, rows, window_size=span)
        yield (covariance / (span * (span + 1) / 12.0)).alias(f"slope_{span}")
    for span in (12, 48):
        path = pl.col("move").rolling_sum(span)
        yield (log_close.diff(span) / path).alias(f"efficiency_{span}")
    macd = _ema(CLOSE, 12) - _ema(CLOSE, 26)
    yield ((macd - _ema(macd, 9)) / CLOSE).alias("macd_histogram")
    triple = _ema(_ema(_ema(CLOSE, 15), 15), 15)
    yield (100.0 * triple.pct_change()).alias("trix_15")


def _wilder() -> Iterable[pl.Expr]:
    change, before = CLOSE.diff(), CLOSE.shift()
    for span in (7, 14, 24):
        gain = _smooth(change.clip(lower_bound=0.0), span)
        loss = _smooth((-change).clip(lower_bound=0.0), span)
        yield (100.0 * gain / (gain + loss)).alias(f"rsi_{span}")
    floor = pl.min_horizontal(LOW, before)
    width = pl.max_horizontal(HIGH, before) - floor
    range_ = _smooth(width, 14)
    up, down = HIGH.diff(), -LOW.diff()
    zero = pl.lit(0.0)
    rises = pl.when((up > down) & (up > 0)).then(up).otherwise(zero)
    falls = pl.when((down > up) & (down > 0)).then(down).otherwise(zero)
    rise, fall = 100.0 * _smooth(rises, 14) / range_, 100.0 * _smooth(falls, 14) / range_
    direction = (100.0 * (rise - fall).abs() / (rise + fall)).fill_nan(None)
    yield _smooth(direction, 14).alias("adx_14")
    yield (rise - fall).alias("directional_spread_14")
    yield (100.0 * range_ / CLOSE).alias("natr_14")
    pressure = CLOSE - floor
    mean = {k: pressure.rolling_sum(k) / width.rolling_sum(k) for k in (7, 14, 28)}
    ultimate = (4.0 * mean[7] + 2.0 * mean[14] + mean[28]) * (100.0 / 7.0)
    yield ultimate.alias("ultimate_oscillator")


def _volatility() -> Iterable[pl.Expr]:
    returns, reach = pl.col("returns"), pl.col("bar_range") ** 2
    deviation = {span: returns.rolling_std(span) for span in (12, 48, 288)}
    yield (returns**2).rolling_mean(288).sqrt().alias("realised_volatility_288")
    yield deviation[12].alias("deviation_12")
    yield deviation[48].alias("deviation_48")
    yield (deviation[12] / deviation[48]).log().alias("deviation_ratio_12_48")
    yield (deviation[48] / deviation[288]).log().alias("deviation_ratio_48_288")
    score = (returns - returns.rolling_mean(48)) / deviation[48]
    yield score.alias("return_score_48")
    yield (reach.rolling_mean(48) / (4.0 * np.log(2.0))).sqrt().alias("parkinson_48")
    drift = (2.0 * np.log(2.0) - 1.0) * (CLOSE / OPEN).log() ** 2
    yield (0.5 * reach - drift).rolling_mean(48).sqrt().alias("garman_klass_48")
    middle, width = CLOSE.rolling_mean(20), CLOSE.rolling_std(20)
    yield ((CLOSE - middle) / width).alias("bollinger_position_20")
    yield (width / middle).alias("bollinger_width_20")
    signed = (returns.sign() * returns**2).rolling_sum(48)
    yield (signed / (returns**2).rolling_sum(48)).alias("upside_share_48")


def _volume() -> Iterable[pl.Expr]:
    mean = {span: VOLUME.rolling_mean(span) for span in (1, 12, 20, 48, 288)}
    for fast, slow in ((1, 12), (12, 48), (48, 288)):
        yield (mean[fast] / mean[slow]).log().alias(f"volume_ratio_{fast}_{slow}")
    for span in (48, 288):
        score = (VOLUME - mean[span]) / VOLUME.rolling_std(span)
        yield score.alias(f"volume_score_{span}")
        price = pl.col("value").rolling_mean(span) / mean[span]
        yield (pl.col("log_close") - price.log()).alias(f"vwap_distance_{span}")
    signed, direction = pl.col("returns").sign() * VOLUME, pl.col("typical").diff()
    for span in (12, 48):
        yield (signed.rolling_mean(span) / mean[span]).alias(f"signed_volume_{span}")
    rising = pl.when(direction > 0).then(pl.col("value")).otherwise(pl.lit(0.0)).rolling_sum(14)
    moving = pl.when(direction != 0).then(pl.col("value")).otherwise(pl.lit(0.0)).rolling_sum(14)
    yield (rising / moving).alias("money_flow_14")
    location = ((2.0 * CLOSE - LOW - HIGH) / pl.col("reach")).fill_null(0.0)
    yield ((location * VOLUME).rolling_mean(20) / mean[20]).alias("chaikin_flow_20")
    impact = [pl.col("move").rolling_sum(k) / (VOLUME * CLOSE).rolling_sum(k) for k in (12, 288)]
    yield (impact[0] / impact[1]).log().alias("illiquidity_ratio_12_288")
    yield (VOLUME == 0.0).cast(pl.Float64).rolling_mean(48).alias("idle_share_48")
    together = pl.rolling_corr(VOLUME, pl.col("move"), window_size=48)
    yield together.alias("volume_move_correlation_48")


def _calendar(bar_ms: int) -> Iterable[pl.Expr]:
    opened = pl.col("open_time")
    hour = opened.dt.hour().cast(pl.Float64) * (2.0 * np.pi / 24.0)
    weekday = (opened.dt.weekday().cast(pl.Float64) - 1.0) * (2.0 * np.pi / 7.0)
    yield hour.sin().alias("hour_sine")
    yield hour.cos().alias("hour_cosine")
    yield weekday.sin().alias("weekday_sine")
    yield weekday.cos().alias("weekday_cosine")
    yield (pl.col("ms").diff() / bar_ms - 1.0).alias("gap_bars")
    present = CLOSE.is_not_null().cast(pl.Float64).rolling_sum_by(opened, f"{96 * bar_ms}ms")
    yield (1.0 - present / 96.0).alias("absent_share_96")


def _with_coarse(frame: pl.LazyFrame, length: int, bar_ms: int) -> pl.LazyFrame:
    number = pl.col("ms") // (length * bar_ms)
    coarse = (
        frame.group_by(number.alias("seen"), maintain_order=True)
        .agg(HIGH.max(), LOW.min(), CLOSE.last())
        .select(
            "seen",
            CLOSE.alias("coarse_close"),
            CLOSE.log().diff().alias(f"coarse_return_{length}"),
            (HIGH / LOW).log().alias(f"coarse_range_{length}"),
            ((CLOSE - LOW) / (HIGH - LOW)).alias(f"coarse_location_{length}"),
        )
    )
    wanted = (pl.col("ms") + bar_ms) // (length * bar_ms) - 1
    since = (CLOSE / pl.col("coarse_close")).log().alias(f"since_coarse_close_{length}")
    return (
        frame.with_columns(wanted.alias("seen"))
        .join(coarse, on="seen", how="left", maintain_order="left")
        .with_columns(since)
        .drop("seen", "coarse_close")
    )
