"""Settings: `traderai.toml`, overridden by `TRADERAI_*`, every limit named in its error.

What a person decides about the house stands here. What a run is asked to do is run config.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.markets import Market
from traderai_assets.settings_web import WebSettings

MAX_TOML_BYTES = 100_000
MAX_MARKETS = 500


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class TrainingSettings(_Section):
    """How models are made and when they are too old."""

    lookback_days: int = Field(30, ge=2, le=30, description="Days of data a model learns from.")
    max_model_age_days: float = Field(
        7, gt=0, le=365, description="Older champions are challenged."
    )
    folds: int = Field(5, ge=2, le=50, description="Walk-forward folds.")
    horizon_bars: int = Field(12, ge=1, le=500, description="Bars until a signal is over.")
    barrier_multiple: float = Field(
        1.0, ge=0.1, le=20, description="Target and stop, in volatilities over the horizon."
    )
    seed: int = Field(7, ge=0, le=2**31 - 1, description="Seeds everything random.")
    processes: int = Field(2, ge=1, le=64, description="Processes that fit one model's folds.")


class SearchSettings(_Section):
    """What is tried before a model is made; see domain/training/search_plan.py."""

    sampler: Literal["tpe", "gp", "cmaes", "grid", "random"] = "tpe"
    learner_trials: int = Field(20, ge=1, le=10_000, description="Of learner and label settings.")
    policy_trials: int = Field(30, ge=1, le=10_000, description="Of trading policies.")
    horizon_bars: tuple[int, ...] = Field((12, 24), description="Horizons to try.")
    barrier_multiples: tuple[float, ...] = Field((1.0,), description="Multiples to try.")
    sampler_seconds: float = Field(
        60, ge=0, le=3600, description="What a sampler may spend on itself; then TPE takes over."
    )
    combinatorial_groups: int = Field(
        6, ge=0, le=12, description="Groups of the combinatorial cross-validation; 0 is none."
    )


class ChampionSettings(_Section):
    """Who may speak for a market."""

    allow_unproven: bool = Field(
        False, description="Let models speak that did not clear the bar, as for paper trading."
    )


class CostSettings(_Section):
    """What trading costs."""

    fee_rate: float = Field(0.0005, ge=0, le=0.05, description="Of traded value, each way.")
    slippage_rate: float = Field(0.0001, ge=0, le=0.05, description="Of the price, each way.")
    funding_rate: float = Field(
        0, ge=-0.01, le=0.01, description="Of the position, every 8 hours, from longs to shorts."
    )


class ExchangeSettings(_Section):
    """How patient we are with a venue."""

    attempts: int = Field(6, ge=1, le=20, description="Tries for one page.")
    deadline_seconds: float = Field(120, gt=0, le=3600, description="For one page, all tries in.")
    request_timeout_seconds: float = Field(10, gt=0, le=120, description="For one request.")
    tail_bars: int = Field(
        12, ge=0, le=500, description="Stored bars asked for again, in case they were revised."
    )


class SensorSettings(_Section):
    """How often the sensors look."""

    interval_seconds: int = Field(30, ge=1, le=3600, description="Between two looks.")
    grace_seconds: float = Field(
        5, ge=0, le=3600, description="After a bar's close before its candle is missed."
    )
    drift_every_hours: float = Field(6, gt=0, le=24 * 31, description="Between drift metrics.")


class QueueSettings(_Section):
    """In which order runs leave the queue; slots and classes are those of work_classes.py."""

    aging_minutes: float = Field(
        0, ge=0, le=60 * 24 * 7, description="Waited for one more priority; 0 is never."
    )


class Settings(BaseSettings):
    """The whole of `traderai.toml`, validated."""

    model_config = SettingsConfigDict(
        env_prefix="TRADERAI_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    markets: Annotated[tuple[str, ...], Field(max_length=MAX_MARKETS)] = (
        "binance:BTC/USDT",
        "binance:ETH/USDT",
    )
    timeframe: str = "5m"
    history_days: int = Field(540, ge=1, le=3660, description="Days of candles to keep.")
    home: Path = Path(".traderai")
    lake: str = ""
    studies: str = ""
    exchange_url: str | None = None
    training: TrainingSettings = TrainingSettings()
    search: SearchSettings = SearchSettings()
    champions: ChampionSettings = ChampionSettings()
    costs: CostSettings = CostSettings()
    exchange: ExchangeSettings = ExchangeSettings()
    sensors: SensorSettings = SensorSettings()
    queue: QueueSettings = QueueSettings()
    web: WebSettings = WebSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let arguments win over the environment, and the environment over the file."""
        toml = TomlConfigSettingsSource(settings_cls, cls.model_config.get("toml_file"))
        return init_settings, env_settings, toml

    @field_validator("exchange_url")
    @classmethod
    def _is_a_url(cls, url: str | None) -> str | None:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError(f"{url!r} is not http://HOST or https://HOST")
        return url or None

    @model_validator(mode="after")
    def _markets_can_be_read(self) -> Self:
        keys = [market.key for market in self.market_list()]
        doubled = sorted({key for key in keys if keys.count(key) > 1})
        if doubled:
            raise ValueError(f"markets names {', '.join(doubled)} more than once; keep one")
        return self

    def market_list(self) -> list[Market]:
        """Return the markets to keep, in the file's order."""
        return [self.market(text) for text in self.markets]

    def market(self, text: str) -> Market:
        """Read `exchange:symbol`, or a whole market key such as `binance.BTC-USDT.5m`."""
        exchange, colon, symbol = text.partition(":")
        if colon:
            return Market(exchange, symbol, self.timeframe)
        return Market.parse(text)

    @property
    def longest_horizon(self) -> int:
        """Bars until the last signal of any model is over."""
        return max(self.training.horizon_bars, *self.search.horizon_bars, 1)

    @property
    def sandbox_file(self) -> Path:
        """Where a home that a sandbox fed says so."""
        return self.home / "sandbox.json"

    @property
    def lake_root(self) -> str:
        """Where the Delta tables lie: a folder, or the URI of an object store."""
        return self.lake or str(self.home.resolve() / "lake")

    @property
    def studies_uri(self) -> str:
        """Where the studies of searches are kept: a folder, or a PostgreSQL database."""
        return self.studies or str(self.home.resolve() / "studies")


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """Read the file (default `./traderai.toml`), the environment and `overrides`.

    Raises
    ------
    InvalidSettings
        Naming the file, each setting, its value and what was expected.
    """
    path = path or Path("traderai.toml")
    if path.exists() and path.stat().st_size > MAX_TOML_BYTES:
        raise InvalidSettings(
            f"{path} has {path.stat().st_size} bytes; a settings file has at most {MAX_TOML_BYTES}"
        )
    kind = type(
        "FileSettings", (Settings,), {"model_config": {**Settings.model_config, "toml_file": path}}
    )
    try:
        return kind(**overrides)  # type: ignore[no-any-return]
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in problem['loc']) or 'settings'}: {problem['msg']}"
            f" (got {str(problem['input'])[:80]!r})"
            for problem in error.errors()
        ]
        raise InvalidSettings(
            f"{path} or the TRADERAI_* environment cannot be used:\n  " + "\n  ".join(lines)
        ) from error
    except ValueError as error:  # TOML that cannot be parsed, JSON in an environment variable
        raise InvalidSettings(f"{path} cannot be read: {error}") from error
