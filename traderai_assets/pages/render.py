"""A page as HTML: one file that asks nobody for anything, or with styles and scripts beside it."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from traderai_assets.pages.cells import MARKS, cell_html, numeric_columns, rows_shown
from traderai_assets.pages.embedding import drawn, embedded
from traderai_assets.pages.figures import figure_of
from traderai_assets.pages.parts import Candles, Chart, Page, Table
from traderai_assets.pages.static_files import SCRIPTS, STYLES, inline_files, policy_of

SERVED_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


def render(page: Page, *, standalone: bool, static: str = "/static") -> str:
    """Return a whole page as HTML.

    Parameters
    ----------
    page : Page
    standalone : bool
        True: one file with all that it needs inside, whose policy lets it ask for nothing; the
        scripts of charts only where there is a chart. False: styles and scripts are asked for
        beneath `static`, by the names of `static_files.served_files`.
    static : str
        The path, without a slash at its end, where the files are served.

    Raises
    ------
    ValueError
        If two sections share a name, a row has another length than its table's columns, or a line
        another length than its chart's moments.
    """
    _refuse_what_does_not_fit(page)
    charts = any(
        isinstance(part, Chart | Candles) for section in page.sections for part in section.parts
    )
    inline = inline_files(charts=charts) if standalone else None
    return (
        _environment()
        .get_template("page.html")
        .render(
            page=page,
            standalone=standalone,
            charts=charts,
            inline=inline,
            files={"styles": STYLES, "scripts": SCRIPTS},
            static=static,
            policy=policy_of(inline) if inline else SERVED_POLICY,
        )
    )


def render_sections(page: Page) -> str:
    """Return only what stands inside `<main>`: what a page that refreshes itself puts there.

    Raises
    ------
    ValueError
        As `render` does.
    """
    _refuse_what_does_not_fit(page)
    return _environment().get_template("sections.html").render(page=page)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(cell=cell_html, embedded=embedded, drawn=drawn)
    made.globals.update(
        marks=MARKS,
        kind_of=_kind_of,
        numeric=numeric_columns,
        rows_shown=rows_shown,
        figure_of=figure_of,
    )
    return made


def _kind_of(part: Any) -> str:
    return type(part).__name__.lower()


def _refuse_what_does_not_fit(page: Page) -> None:
    names = [section.name for section in page.sections]
    if len(set(names)) < len(names):
        raise ValueError(f"sections of a page have names of their own, not {names}")
    for part in (part for section in page.sections for part in section.parts):
        if isinstance(part, Table):
            wrong = [row for row in part.rows if len(row) != len(part.columns)]
            if wrong:
                raise ValueError(
                    f"table {part.name!r} has {len(part.columns)} columns, but a row of "
                    f"{len(wrong[0])} cells: {wrong[0]!r}"
                )
        elif isinstance(part, Chart):
            lengths = {series.name: len(series.values) for series in part.series}
            if any(length != len(part.seconds) for length in lengths.values()):
                raise ValueError(
                    f"chart {part.title!r} has {len(part.seconds)} moments, its lines {lengths}"
                )
