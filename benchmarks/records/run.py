"""`make records`: three strategies over a folder of real candles, month by month, and judged.

In a home of its own the candles are fetched from a replayed exchange, every month that a model can
serve is trained, tested and recorded by the platform's own assets, and each strategy is judged.
What is made stays made: a run that was stopped goes on. Writes docs/real_records.md.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.judging import ROOT
from benchmarks.records.findings import Findings, read_findings
from benchmarks.records.platform import History, RecordsPlatform, histories, opened
from benchmarks.records.report import picture_name, records_page
from traderai_assets.cli.atomic_write import atomic_write
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import Month, months_between
from traderai_assets.domain.strategies.account_plot import account_svg
from traderai_assets.domain.strategies.strategy import Strategy
from traderai_assets.registry.walk_forward import WalkForward, stretches
from traderai_assets.sandbox.replay import EXCHANGE, ReplayFeed
from traderai_assets.strategies import strategies_of

PAGE = ROOT / "docs" / "real_records.md"
HOME = ROOT / ".traderai" / "records"
STRATEGIES = Path(__file__).parent / "strategies.toml"
# A market in which a strategy would serve fewer says too little of it
LEAST_MONTHS = 8
# Of one run: after each a line is said, and what was made stays made
MONTHS_A_RUN = 6


@dataclass(frozen=True)
class Walk:
    """What one strategy serves of one market."""

    strategy: Strategy
    market: Market
    months: tuple[Month, ...]


def planned(platform: RecordsPlatform, kept: Sequence[History]) -> list[Walk]:
    """Every strategy in every market of which it can serve months enough, markets first."""
    walks = []
    for history in kept:
        market = platform.settings.market(f"{EXCHANGE}:{history.symbol}")
        for strategy in strategies_of(platform.settings):
            training = platform.settings.of(strategy.name).training
            months = history.served(training.expanding_from_days or training.lookback_days)
            if len(months) >= LEAST_MONTHS:
                walks.append(Walk(strategy, market, tuple(months)))
    return walks


def walk_all(platform: RecordsPlatform, walks: Sequence[Walk], kept: Sequence[History]) -> None:
    """Make what is lacking, market by market, and have every strategy judged."""
    first = min(one.months[0] for one in kept)
    histories_of = {platform.settings.market(f"{EXCHANGE}:{one.symbol}"): one for one in kept}
    ready: set[Market] = set()
    began, made = time.monotonic(), 0
    left = sum(len(months) for _, months in _runs(platform, walks))
    print(f"{left} of {sum(len(walk.months) for walk in walks)} months are lacking", flush=True)
    for walk, months in _runs(platform, walks):
        if walk.market not in ready:
            own = histories_of[walk.market].months
            # Also what precedes its first candle: that there is nothing has to be known
            wanted = months_between(first.start, own[-1].end)
            if len(wanted) > len(own):
                platform.ask_until_silence_is_believed(walk.market, wanted)
            else:
                platform.fetch(walk.market, wanted)
            ready.add(walk.market)
            print(f"{walk.market.key}: candles, features and labels", flush=True)
        platform.run("train", walk.market, months, walk.strategy)
        made, left = made + len(months), left - len(months)
        minutes = (time.monotonic() - began) / made * left / 60
        print(
            f"{walk.strategy.name}: {walk.market.key}, {months[0].key} to {months[-1].key}; "
            f"{left} months and {minutes:.0f} min left",
            flush=True,
        )
    platform.run("judge")


def _runs(platform: RecordsPlatform, walks: Sequence[Walk]) -> Iterator[tuple[Walk, list[Month]]]:
    """Months that a walk lacks, as many at once as one run makes."""
    for walk in walks:
        past = WalkForward(platform.lake, platform.instance, walk.strategy)
        for stretch in stretches(past.lacking(walk.market, walk.months)):
            for first in range(0, len(stretch), MONTHS_A_RUN):
                yield walk, stretch[first : first + MONTHS_A_RUN]


def make_records(candles: Path, home: Path, strategies: Path, timeframe: str) -> Findings:
    """Make and judge the records of a folder of candles; return what is found.

    Raises
    ------
    InvalidSettings
        If the folder holds no candles of enough months, or no such strategies are possible.
    """
    feed = ReplayFeed(candles)
    kept = [one for one in histories(feed, timeframe) if len(one.months) > LEAST_MONTHS]
    with opened(home, strategies, feed, kept, timeframe) as platform:
        walks = planned(platform, kept)
        walk_all(platform, walks, kept)
        return read_findings(platform, kept)


def write_page(findings: Findings, page: Path, strategies: str) -> None:
    """Write the page, and the accounts' pictures into the folder `images` beside it."""
    pictures = page.parent / "images"
    pictures.mkdir(parents=True, exist_ok=True)
    for one in findings.strategies:
        looks = [pd.Timestamp(look["day"], tz="UTC") for look in one.verdict["looks"]]
        with atomic_write(pictures / picture_name(one.name)) as draft:
            draft.write_text(account_svg(one.pool, looks) + "\n")
    with atomic_write(page) as draft:
        draft.write_text(records_page(findings, strategies))


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the records and write the page."""
    parser = argparse.ArgumentParser(description="Strategies on a folder of real candles")
    parser.add_argument("--candles", type=Path, required=True, help="folder of Parquet files")
    parser.add_argument("--home", type=Path, default=HOME)
    parser.add_argument("--strategies", type=Path, default=STRATEGIES, help="a settings file")
    parser.add_argument("--timeframe", default="5m")
    parser.add_argument("--page", type=Path, default=PAGE)
    asked = parser.parse_args(arguments)
    findings = make_records(asked.candles, asked.home, asked.strategies, asked.timeframe)
    write_page(findings, asked.page, asked.strategies.read_text())
    for one in findings.strategies:
        print(f"{one.name}: {one.verdict['sentence']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
