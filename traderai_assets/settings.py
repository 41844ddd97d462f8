"""Settings: `traderai.toml`, the home's own, `TRADERAI_*`; every limit named in its error.

What a person decides about it stands here, in settings_sections and in settings_services. What a
run is asked to do is run config. How file and environment are read: settings_sources. What several
settings must be together: plan. What strategies say otherwise: settings_strategies.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from traderai_assets.domain.errors import InvalidMarket, InvalidSettings
from traderai_assets.domain.limits import MAX_MARKETS
from traderai_assets.domain.markets import BARS, Market
from traderai_assets.domain.urls import checked_location, checked_url
from traderai_assets.settings_sections import (
    ChampionSettings,
    CostSettings,
    SearchSettings,
    TrainingSettings,
)
from traderai_assets.settings_services import (
    ExchangeSettings,
    LiveSettings,
    NotifySettings,
    QueueSettings,
    RetentionSettings,
    SensorSettings,
    WebSettings,
)
from traderai_assets.settings_strategies import StrategySettings, checked_strategies


class Settings(BaseSettings):
    """The whole of `traderai.toml`, validated."""

    model_config = SettingsConfigDict(
        env_prefix="TRADERAI_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    # What a settings file says, beneath the environment: `load_settings` fills it in
    on_file: ClassVar[dict[str, Any]] = {}

    markets: tuple[str, ...] = Field(
        ("binance:BTC/USDT", "binance:ETH/USDT"),
        max_length=MAX_MARKETS,
        description="What to keep, as exchange:symbol in ccxt's spelling.",
    )
    timeframe: str = Field("5m", description=f"Length of a bar: {', '.join(BARS)}.")
    history_days: int = Field(540, ge=1, description="Days of candles to keep.")
    home: Path = Field(Path(".traderai"), description="Folder of all that an installation keeps.")
    lake: str = Field("", description="Folder or URI of the tables; if empty, lake in the home.")
    studies: str = Field(
        "", description="Folder or PostgreSQL URI of searches; if empty, studies in the home."
    )
    exchange_url: str | None = Field(
        None, description="Another host for every REST call to a venue, such as the sandbox."
    )
    training: TrainingSettings = TrainingSettings()
    search: SearchSettings = SearchSettings()
    champions: ChampionSettings = ChampionSettings()
    costs: CostSettings = CostSettings()
    strategies: dict[str, StrategySettings] = {}
    exchange: ExchangeSettings = ExchangeSettings()
    sensors: SensorSettings = SensorSettings()
    queue: QueueSettings = QueueSettings()
    live: LiveSettings = LiveSettings()
    retention: RetentionSettings = RetentionSettings()
    web: WebSettings = WebSettings()
    notify: NotifySettings = NotifySettings()

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
        return init_settings, env_settings, InitSettingsSource(settings_cls, cls.on_file)

    @field_validator("home")
    @classmethod
    def _is_a_place(cls, home: Path) -> Path:
        if not str(home).strip() or str(home) == ".":
            raise ValueError("is empty; expected a folder of its own, such as .traderai")
        return home

    @field_validator("exchange_url")
    @classmethod
    def _is_a_url(cls, url: str | None) -> str | None:
        return checked_url(url) if url else None

    @field_validator("lake", "studies")
    @classmethod
    def _holds_no_secret(cls, place: str) -> str:
        return checked_location(place)

    @field_validator("strategies")
    @classmethod
    def _can_be_called_so(cls, named: Mapping[str, StrategySettings]) -> Mapping[str, Any]:
        return checked_strategies(named)

    @model_validator(mode="after")
    def _markets_can_be_read(self) -> Self:
        keys = [market.key for market in self.market_list()]
        doubled = sorted({key for key in keys if keys.count(key) > 1})
        if doubled:
            raise ValueError(f"markets names {', '.join(doubled)} more than once; keep one")
        return self

    def __hash__(self) -> int:
        """Hash what is hashable of it: equal settings have equal markets, and so on."""
        return hash((self.markets, self.timeframe, self.training, self.search, self.costs))

    def of(self, strategy: str) -> Self:
        """Return the settings in which [training], [search] and [costs] are those of a strategy.

        Settings that name no strategies are those of whichever is asked for: there is one.
        """
        if not self.strategies:
            return self
        sections = {name: getattr(self, name) for name in StrategySettings.model_fields}
        own = self.strategies[strategy].over(sections)
        return self.model_copy(update={**own, "strategies": {}})

    def market_list(self) -> list[Market]:
        """Return the markets to keep, in the file's order."""
        return [self.market(text) for text in self.markets]

    def market(self, text: str) -> Market:
        """Read `exchange:symbol`, or a whole market key such as `binance.BTC-USDT.5m`."""
        exchange, colon, symbol = text.partition(":")
        if colon:
            return Market(exchange, symbol, self.timeframe)
        try:
            return Market.parse(text)
        except InvalidMarket as error:
            raise InvalidMarket(
                f"{error}; typed with its exchange it would do, too, such as binance:BTC/USDT"
            ) from None

    @property
    def longest_horizon(self) -> int:
        """Bars until the last signal of any model of any strategy is over."""
        if self.strategies:
            return max(self.of(name).longest_horizon for name in self.strategies)
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
    def lake_versions(self) -> str:
        """Where the highest version of each table is remembered, wherever the lake is."""
        return str(self.home.resolve() / "lake-versions")

    @property
    def studies_uri(self) -> str:
        """Where the studies of searches are kept: a folder, or a PostgreSQL database."""
        return self.studies or str(self.home.resolve() / "studies")


def load_settings(
    path: Path | None = None,
    *,
    now: datetime | None = None,
    check: Callable[[Settings, datetime], None] | None = None,
    **overrides: Any,
) -> Settings:
    """Read the file (default `./traderai.toml`), the home's, the environment and `overrides`.

    Parameters
    ----------
    path : Path, optional
        A file that does not exist says nothing: the defaults hold.
    now : datetime, optional
        Decides how far back a history may reach; this machine's time where not given.
    check : callable, optional
        What refuses a plan that is impossible, in place of `plan.check_plan`: the command line
        remembers what it found to be good.
    **overrides
        Settings that win over environment and file.

    Raises
    ------
    InvalidSettings
        Naming the file, each setting, its value and what was expected: what cannot be read, what is
        not known, what is beyond its limit, and what is impossible together. Nothing that may hold
        a password is repeated.
    """
    from traderai_assets.settings_sources import Sources

    path = path or Path("traderai.toml")
    sources = Sources.read(path, Settings, overrides.get("home"))
    kind = type("FileSettings", (Settings,), {"on_file": sources.file})
    try:
        settings: Settings = kind(**overrides)
    except ValidationError as error:
        # Not chained: pydantic's own message repeats every value
        raise InvalidSettings(sources.refusal(sources.lines(error))) from None
    try:
        if check is None:
            from traderai_assets.plan import check_plan

            check = check_plan
        check(settings, now or datetime.now(UTC))
    except InvalidSettings as error:
        raise InvalidSettings(sources.refusal([str(error)])) from None
    return settings
