"""The commands of the pages, run: on a home that was lived in, with what is stored there.

Each command of a block of shell stands in one of three tables, so that none is left out unseen.
"""

import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.docs.test_fences import SHELL, traderai_commands
from traderai_assets.cli.context import open_instance, open_lake
from traderai_assets.cli.main import main
from traderai_assets.instance.kept_markets import add_market
from traderai_assets.schemas.models import MODELS
from traderai_assets.settings import load_settings

# Read, and print: run here. What follows is the exit code where it is not 0 by what is stored
READS = {
    "audit": {3},  # The instance of this home is new: of its events nothing can be judged
    "candles export": {0},
    "candles gaps": {0},
    "candles steps": {0},
    "doctor": {0, 1},  # This machine may lack something, and is told so
    "features list": {0},
    "features prove": {0},
    "lake check": {0},
    "lineage candle": {0},
    "lineage signal": {0},
    "markets": {0},
    "models compare": {0},
    "models list": {0},
    "models show": {0},
    "reproduce": {0},
    "runs list": {0},
    "signals as-of": {0},
    "sql": {0},
    "status": {0},
    "strategies champions": {0},
    "strategies list": {0},
    "strategies show": {0},
    "strategies verdict": {0},
    "words": {0},
}
# Change what is stored, write files, or send, each with tests of its own: parsed, and not run here
CHANGES = {
    *("candles confirm", "candles import", "lake accept", "markets add", "markets remove"),
    *("models delete", "models keep-last", "models note", "models promote", "models rollback"),
    *("reset", "runs cancel", "runs clean", "runs logs", "runs retry", "strategies register"),
    *("strategies retire", "completion", "notify", "report"),
}
# Need, or are, a running platform; or more strategies than this home has
ELSEWHERE = {"backfill", "demo", "dev", "sandbox", "strategies compare", "walk-forward"}
EVERY = [words for fence in SHELL for words in traderai_commands(fence)]


def named(words: list[str]) -> str:
    """Return the name of the command that the words call: the longest that stands in a table."""
    two, one = " ".join(words[:2]), words[0]
    return two if two in {*READS, *CHANGES, *ELSEWHERE} else one


def test_every_command_of_a_page_stands_in_one_table():
    unknown = {named(words) for words in EVERY} - {*READS, *CHANGES, *ELSEWHERE}
    assert unknown == set()
    assert len({*READS, *CHANGES, *ELSEWHERE}) == len(READS) + len(CHANGES) + len(ELSEWHERE)


def test_every_command_that_reads_is_run_on_some_page():
    assert set(READS) - {named(words) for words in EVERY} == set()


@pytest.fixture(scope="module")
def lived(lived_in: Path, repository: Path, tmp_path_factory) -> Iterator[Callable[..., int]]:
    """Run a command in this process on a copy of the home that was lived in."""
    home = shutil.copytree(lived_in, tmp_path_factory.mktemp("docs") / "home")
    mask, before = os.umask(0o077), Path.cwd()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repository)
        patch.delenv("DAGSTER_HOME", raising=False)
        patch.setenv("TRADERAI_HOME", str(home))
        patch.setenv("TRADERAI_TIMEFRAME", "1h")
        patch.setenv("TRADERAI_MARKETS", '["binance:BTC/USDT"]')
        patch.setenv("TRADERAI_CHAMPIONS__ALLOW_UNPROVEN", "true")  # As that platform has it
        settings = load_settings()
        with open_instance(settings) as instance:
            add_market(instance, settings, settings.market_list()[0].key)
        ending = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}

        def run(words: list[str]) -> int:
            patch.setattr(sys, "argv", ["traderai", *words])
            with pytest.raises(SystemExit) as ended:
                main()
            return int(ended.value.code or 0)

        yield run
        for one, handler in ending.items():
            signal.signal(one, handler)
    os.umask(mask)
    os.chdir(before)


def stored_model_ids() -> list[str]:
    snapshot = open_lake(load_settings()).snapshot(MODELS)
    [market] = snapshot.markets()
    ids = snapshot.read(market, sorted(snapshot.content_hashes(market)))["model_id"]
    return list(dict.fromkeys(ids))


def on_this_home(words: list[str], folder: Path) -> list[str]:
    """Put what this home has where a page has an example's market, model, moment or file."""
    ids = iter(stored_model_ids() * 2)
    said = [next(ids) if re.fullmatch(r"MODEL_ID|[0-9a-f]{8}", word) else word for word in words]
    said = [
        re.sub(r"^20\d\d-\d\d-\d\d([T ])\d\d:\d\d$", r"2024-06-12\1 06:00", word) for word in said
    ]
    said = [word.replace(" 06:00", "06:00") for word in said]
    if named(words) in {"strategies show", "strategies verdict"}:
        said[2:3] = ["default"]  # The one that this home has
    return [str(folder / word) if word.endswith(".parquet") else word for word in said]


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        list(words)
        for words in dict.fromkeys(tuple(one) for one in EVERY)
        if named(list(words)) in READS
    ],
    ids=" ".join,
)
def test_a_command_that_reads_runs_on_a_home_that_was_lived_in(lived, words, tmp_path, capsys):
    if "--watch" in words:
        words = [word for word in words if word != "--watch"]  # It looks until it is ended
    code = lived(on_this_home(words, tmp_path))
    said = capsys.readouterr()
    assert code in READS[named(words)], said.out[-3_000:] + said.err
    assert said.out or said.err
