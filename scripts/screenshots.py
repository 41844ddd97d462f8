"""Take pictures of the pages that people look at, and refuse those with anything amiss.

`python -m scripts.screenshots --home HOME` serves the web UI of a home that was lived in, without
a daemon, takes each page of `PAGES` into docs/images, and ends with 1 where a page has a message in
the browser's console, asks another host for anything, or is wider than its window.
`--url http://127.0.0.1:3000` looks at a platform that runs already; `--only NAME` takes some.
The pages of a board are added with `--board http://127.0.0.1:3001`.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.browser_pages import TIMES_OPENED, Page, browsing
from traderai_assets.cli.processes import HOST, answers, free_port, service_running, wait_until

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
WIDE, HIGH, PHONE = 1440, 1000, 390


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes
    ----------
    name : str
        Of the file, without its ending.
    path : str
        Behind the address of the server.
    width, height : int
        Of the window, in pixels.
    dark : bool
    shows : str
        What the page shows once it is whole.
    clicks : tuple of str
        What is clicked on then, one after the other: texts of buttons.
    folded : bool
        Whether the columns of an asset are folded before anything is clicked on.
    board : bool
        Whether it is a page of the board, which another server answers.
    """

    name: str
    path: str
    width: int = WIDE
    height: int = HIGH
    dark: bool = False
    shows: str = ""
    clicks: tuple[str, ...] = ()
    folded: bool = False
    board: bool = False


# They stand above what was made last; the web UI remembers whether they are folded
_COLUMNS = "Columns"
_COLUMNS_SEEN = """[...document.querySelectorAll("input[placeholder='Filter columns']")]
.some(one => one.offsetParent !== null)"""
# Of the demo: two strategies, and what each shares
ASSETS = {
    "candles": "candles",
    "features": "features",
    "labels": "12_bars_1/labels",
    "models": "patient/models",
    "backtests": "patient/backtests",
    "record": "patient/record",
    "verdict": "patient/verdict",
    "champions": "champions",
    "signals": "patient/signals",
    "signal_outcomes": "patient/signal_outcomes",
    "signal_snapshots": "patient/signal_snapshots",
    "drift_metrics": "patient/drift_metrics",
}
PAGES = (
    *(
        Shot(f"asset-{name}", f"/assets/{key}", height=1500, shows="Metadata", folded=True)
        for name, key in ASSETS.items()
    ),
    Shot("asset-candles-dark", "/assets/candles", dark=True, shows="Metadata", folded=True),
    Shot("asset-candles-phone", "/assets/candles", PHONE, shows="Metadata", folded=True),
    Shot(
        "asset-models-picture",
        "/assets/patient/models",
        shows="Metadata",
        folded=True,
        clicks=("[Show Markdown]",),
    ),
    Shot("page-lineage", "/asset-groups", shows="market_data"),
    Shot("page-runs", "/runs", shows="Runs"),
    Shot("page-sensors", "/automation", shows="stale_candles"),
    Shot("page-jobs", "/jobs", shows="backfill"),
    Shot("page-launchpad", "/locations/traderai/jobs/delete_models/playground", shows="Launch"),
)


def take(page: Page, shot: Shot, address: str, folder: Path) -> list[str]:
    """Take one picture; return what was amiss with the page.

    A page whose server was late, and with which nothing else is amiss, is taken again.
    """
    for _ in range(TIMES_OPENED):
        amiss = _taken(page, shot, address, folder)
        if not page.was_late():
            break
    return amiss


def _taken(page: Page, shot: Shot, address: str, folder: Path) -> list[str]:
    try:
        page.open(f"{address}{shot.path}", width=shot.width, height=shot.height, dark=shot.dark)
        if shot.shows:
            page.until_it_shows(shot.shows)
            page.rest()
        if shot.folded and page.run(_COLUMNS_SEEN):
            page.click(_COLUMNS)
        for text in shot.clicks:
            page.click(text)
        page.picture(folder / f"{shot.name}.webp")
    except TimeoutError as error:
        page.picture(folder / f"{shot.name}.webp")
        return [*page.amiss, str(error)]
    wider = page.overflow()
    return [*page.amiss, *([f"wider than its window by {wider} pixels"] if wider > 0 else [])]


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Serve the web UI of a home, without a daemon, while the block lasts; yield its address."""
    port = free_port(0)
    environment = {
        **os.environ,
        "TRADERAI_HOME": str(home),
        "DAGSTER_HOME": str(home / "dagster"),
    }
    command = [sys.executable, "-m", "traderai_assets.web", "--port", str(port)]
    command += ["--workspace", str(ROOT / "workspace.yaml")]
    address = f"http://{HOST}:{port}"
    log = home / "screenshots.log"
    with service_running("the web server", command, environment=environment, log=log) as web:
        wait_until(web, lambda: answers(f"{address}/server_info"))
        yield address


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures; return 1 where a page has anything amiss."""
    parser = argparse.ArgumentParser(description="Pictures of the pages people look at")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--home", type=Path, help="home of a platform that was lived in")
    where.add_argument("--url", help="address of a web UI that runs")
    parser.add_argument("--board", default="", help="address of a board that runs")
    parser.add_argument("--only", nargs="+", default=[], help="names of pictures")
    parser.add_argument("--into", type=Path, default=IMAGES, help="folder of the pictures")
    asked = parser.parse_args(arguments)
    unknown = sorted(set(asked.only) - {shot.name for shot in PAGES})
    if unknown:
        parser.error(f"no such pictures: {', '.join(unknown)}")
    asked.into.mkdir(parents=True, exist_ok=True)
    if asked.url:
        return _take_all(asked.url.rstrip("/"), asked)
    with serving(asked.home.resolve()) as address:
        return _take_all(address, asked)


def _take_all(address: str, asked: argparse.Namespace) -> int:
    failed = 0
    with browsing() as page:
        for shot in PAGES:
            if (asked.only and shot.name not in asked.only) or (shot.board and not asked.board):
                continue
            server = asked.board.rstrip("/") if shot.board else address
            amiss = take(page, shot, server, asked.into)
            failed += bool(amiss)
            told = "; ".join(dict.fromkeys(amiss)) or "nothing amiss"
            sys.stdout.write(f"{shot.name}: {told}\n")
            sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
