"""`traderai report`: what is known of a strategy, a model or a market, as one page."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.context import open_lake, open_settings, stored_market
from traderai_assets.cli.moments import moment_of

if TYPE_CHECKING:
    from traderai_assets.pages.parts import Page
    from traderai_assets.report.period import Period


def _wishes(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that all reports have."""
    for option in (
        click.option("--out", type=click.Path(path_type=Path), help="File to write the page to."),
        click.option(
            "--tables", type=click.Path(path_type=Path), help="Folder to write tables to."
        ),
        click.option("--sections", default="", help="Of these sections alone: verdict,account."),
        click.option("--since", help="From then on, UTC: YYYY-MM-DD."),
        click.option("--until", help="Before then, UTC: YYYY-MM-DD."),
        click.option("--json", "as_json", is_flag=True, help="Print the tables as JSON."),
    ):
        command = option(command)
    return command


@click.group()
def command() -> None:
    """Write what is known of a strategy, a model or a market as one HTML page.

    The page holds all it needs: it asks for nothing, opens from disk, prints, and each of its
    tables saves itself. Docs: docs/reports.md.

    Example: traderai report strategy default
    """


@command.command()
@click.argument("name")
@_wishes
def strategy(name: str, **wishes: Any) -> None:
    """Write the page of the strategy NAME: its verdict, account, trades, models and settings.

    Example: traderai report strategy default --since 2026-01-01 --sections verdict,account
    """
    from traderai_assets.report.strategy_facts import read_strategy
    from traderai_assets.report.strategy_page import SECTIONS, strategy_page
    from traderai_assets.strategies import strategy_named

    settings = open_settings()
    whose, period = strategy_named(settings, name), _period(wishes)
    sections = _sections(wishes, SECTIONS)
    facts = read_strategy(open_lake(settings), settings, whose, period)
    _write(strategy_page(facts, sections), f"strategy-{name}", **wishes)


@command.command()
@click.argument("model")
@_wishes
def model(model: str, **wishes: Any) -> None:
    """Write the page of MODEL, named by the beginning of its id: how good, by which search.

    Example: traderai report model 3f2a9c51
    """
    from traderai_assets.registry.stored_models import find_model
    from traderai_assets.report.model_page import SECTIONS, model_page
    from traderai_assets.report.model_reading import read_model_facts
    from traderai_assets.strategies import strategies_of

    settings = open_settings()
    lake, period, sections = open_lake(settings), _period(wishes), _sections(wishes, SECTIONS)
    found = find_model(lake, model, strategies_of(settings))
    page = model_page(read_model_facts(lake, settings, found, period), sections)
    _write(page, f"model-{found.model_id[:12]}", **wishes)


@command.command()
@click.argument("market")
@click.option("--strategy", help="What this strategy did there; the first by name if left out.")
@_wishes
def market(market: str, strategy: str | None, **wishes: Any) -> None:
    """Write the page of MARKET: its candles, gaps, and what a strategy did and said there.

    Example: traderai report market binance:BTC/USDT --since 2026-01-01
    """
    from traderai_assets.report.market_page import SECTIONS, market_page
    from traderai_assets.report.market_reading import read_market_facts
    from traderai_assets.schemas.candles import CANDLES
    from traderai_assets.strategies import strategies_of, strategy_named

    settings = open_settings()
    lake, period, sections = open_lake(settings), _period(wishes), _sections(wishes, SECTIONS)
    key = stored_market(settings, market, lake.snapshot(CANDLES).markets())
    whose = strategy_named(settings, strategy) if strategy else strategies_of(settings)[0]
    page = market_page(read_market_facts(lake, settings, whose, key, period), sections)
    _write(page, f"market-{key}", **wishes)


def _period(wishes: dict[str, Any]) -> "Period":
    from traderai_assets.report.period import Period

    since, until = wishes.pop("since"), wishes.pop("until")
    return Period(
        moment_of(since, "--since") if since else None,
        moment_of(until, "--until") if until else None,
    )


def _sections(wishes: dict[str, Any], known: dict[str, Any]) -> list[str]:
    """Read the names of sections, and refuse one that is not known before anything is read."""
    from traderai_assets.report.sections import chosen_sections

    names = [name.strip() for name in wishes.pop("sections").split(",") if name.strip()]
    chosen_sections(known, names)
    return names


def _write(
    page: "Page", name: str, *, out: Path | None, tables: Path | None, as_json: bool
) -> None:
    from traderai_assets.cli.atomic_write import atomic_write
    from traderai_assets.pages.render import render
    from traderai_assets.report.saved_tables import saved_rows, tables_of_page, write_tables

    if as_json:
        rows = {one.name: saved_rows(one) for one in tables_of_page(page)}
        click.echo(json.dumps({"title": page.title, "about": page.about, "tables": rows}, indent=2))
        if out is None and tables is None:
            return
    said = []
    if out is not None or tables is None:
        file = out or Path(f"{name}.html")
        html = render(page, standalone=True)
        with atomic_write(file) as draft:
            draft.write_text(html, encoding="utf-8")
        said.append(f"{page.title}: {file}, {len(html.encode()):,} bytes; open it in a browser")
    if tables is not None:
        said += _write_tables(page, tables, write_tables)
    click.echo("\n".join(said), err=as_json)


def _write_tables(
    page: "Page", folder: Path, write: Callable[["Page", Path], Sequence[Path]]
) -> list[str]:
    written = write(page, folder)
    return [f"{len(written)} tables: {folder}, each as CSV, JSON and Parquet"]
