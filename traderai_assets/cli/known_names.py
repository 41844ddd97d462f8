"""Names that a shell completes: markets, strategies, models, as this home knows them.

A person waits at every press of a key, so neither Dagster nor pandas is imported: markets are read
off the lake's folders, and what cannot be read completes nothing.
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from traderai_assets.cli.plan_memory import check_plan_once
from traderai_assets.domain.errors import TraderAIError

if TYPE_CHECKING:
    from traderai_assets.settings import Settings

_MARKET = "market="


class KnownName(click.ParamType[str]):
    """A text of which a shell can complete what is known."""

    name = "text"

    def __init__(self, known: Callable[[], list[str]]) -> None:
        self._known = known

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002
        param: click.Parameter,  # noqa: ARG002
        incomplete: str,
    ) -> list[CompletionItem]:
        """Return the known names that begin so."""
        with suppress(TraderAIError, OSError):
            known = [one for one in self._known() if one.isprintable()]
            return [CompletionItem(one) for one in known if one.startswith(incomplete)]
        return []


def market_names() -> list[str]:
    """Return the keys of markets that the settings name or the lake has; no colon breaks a word."""
    settings = _settings()
    stored = Path(settings.lake_root) / "candles"
    folders = [one.name.removeprefix(_MARKET) for one in stored.glob(f"{_MARKET}*")]
    return sorted({*folders, *(market.key for market in settings.market_list())})


def strategy_names() -> list[str]:
    """Return the names of the strategies that the settings make."""
    return sorted(_settings().strategies) or ["default"]


def model_ids() -> list[str]:
    """Return the ids of stored models; none where the lake is no folder of this machine."""
    from deltalake import DeltaTable

    found: set[str] = set()
    for log in Path(_settings().lake_root).glob("**/models/_delta_log"):
        table = DeltaTable(log.parent).to_pyarrow_table(columns=["model_id"])
        found |= set(table["model_id"].to_pylist())
    return sorted(found)


def _settings() -> "Settings":
    from traderai_assets.settings import load_settings

    return load_settings(check=check_plan_once)


_KNOWN = {
    **dict.fromkeys(("market", "markets"), KnownName(market_names)),
    "strategy": KnownName(strategy_names),
    **dict.fromkeys(("model", "models", "model_id"), KnownName(model_ids)),
}


def complete_names(command: click.Command) -> click.Command:
    """Have a shell complete what the command and those under it take as names."""
    params: list[Any] = command.params
    first = next((one.name for one in params if one.name in _KNOWN), None)
    for one in params:
        named = first if one.name == "other" else one.name
        if named in _KNOWN and isinstance(one.type, click.types.StringParamType):
            one.type = _KNOWN[named]
    if isinstance(command, click.Group):
        for below in command.commands.values():
            complete_names(below)
    return command
