"""Act in the web UI as a person does, and refuse what did not come of it in the instance.

`python -m scripts.ui_actions --home HOME` starts `traderai dev` on a home that `traderai demo` made
(a copy of one: it is changed), and by presses and keys in a headless Chromium launches a backfill
from the page of `candles`, a job from the Launchpad with changed config, deletes a model that
nothing refers to by another, and has its month trained again, which it watches. Each is looked up
afterwards in the instance and the lake. Pictures are kept, and as in `screenshots` a message in the
browser's console, a request to another host or a page that is too wide is refused.
`--only NAME` does some.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.browser_hands import key, press, write
from scripts.browser_pages import TIMES_OPENED, Page, browsing
from scripts.screenshots import IMAGES, WIDE
from scripts.ui_outcomes import Home, NotDone, awaited
from traderai_assets.cli.context import open_instance, open_lake, open_settings
from traderai_assets.cli.processes import HOST, answers, free_port, service_running, wait_until
from traderai_assets.domain.errors import TraderAIError
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.strategies import asset_path

HIGH = 1000
KEPT_DAYS = 2
_DIALOG = "[role=dialog]"
# As a training tells them: docs/training.md
_PROGRESS = ("current_fold", "total_folds")
_SECONDS_UNTIL_TRAINED = 600.0


@dataclass
class Desk:
    """Who acts: a page of a web UI, the home behind it, and what was amiss so far."""

    url: str
    page: Page
    home: Home
    into: Path
    amiss: list[str] = field(default_factory=list)

    def open(self, path: str, shows: str) -> None:
        """Go to a page of the web UI and wait until it shows a text."""
        for _ in range(TIMES_OPENED):
            self.page.open(f"{self.url}{path}", width=WIDE, height=HIGH, dark=False)
            self.page.until_it_shows(shows)
            self.page.rest()
            if not self.page.was_late():
                return

    def picture(self, name: str) -> None:
        """Keep what is seen, and note what is amiss with it."""
        self.page.picture(self.into / f"action-{name}.webp")
        wider = self.page.overflow()
        self.amiss += [f"{name}: {one}" for one in self.page.amiss]
        self.amiss += [f"{name}: wider than its window by {wider} pixels"] if wider > 0 else []
        self.page.amiss = []


def backfill(desk: Desk) -> str:
    """Launch a backfill from the page of candles; both months are materialised anew."""
    market, months = desk.home.months()
    before = {month: desk.home.event("candles", market, month) for month in months}
    known = desk.home.known_backfills()
    _chosen(desk, "candles", market, months)
    desk.picture("backfill-dialog")
    press(desk.page, f"{_DIALOG} button", "Launch backfill")
    backfill_id = desk.home.newest_backfill(but=known)
    desk.home.backfilled(backfill_id)
    for month in months:
        if desk.home.event("candles", market, month) <= before[month]:
            raise NotDone(f"candles of {market} {month} were not materialised")
    desk.open(f"/runs/b/{backfill_id}", "100% completed")
    desk.picture("backfill")
    return f"{backfill_id} materialised candles of {market} {', '.join(months)}"


def changed_config(desk: Desk) -> str:
    """Launch a job with other config than its defaults; the run has it, and succeeds."""
    wanted = {"ops": {"maintain_tables": {"config": {"keep_days": KEPT_DAYS}}}}
    text = f"ops:\n  maintain_tables:\n    config:\n      keep_days: {KEPT_DAYS}\n"
    run_id = _launched(desk, "maintain_lake", text)
    run = desk.home.succeeded(run_id)
    if run.run_config != wanted:
        raise NotDone(f"run {run_id[:8]} has the config {run.run_config}, not {wanted}")
    desk.open(f"/runs/{run_id}", "RUN_SUCCESS")
    desk.picture("changed-config")
    return f"run {run_id[:8]} of maintain_lake kept {KEPT_DAYS} days"


def deletion(desk: Desk) -> str:
    """Delete a model that nothing refers to; that it went is noted, and it is not there."""
    model = desk.home.spare_model()
    text = (
        "ops:\n  delete_market_models:\n    config:\n"
        f"      market: {model.market.key}\n      models: ['{model.model_id[:12]}']\n"
        "      reason: nobody needs it\n      by: a script\n"
    )
    run_id = _launched(desk, "delete_models", text)
    desk.home.succeeded(run_id)
    if not desk.home.is_gone(model):
        raise NotDone(f"model {model.model_id} is still stored, though run {run_id[:8]} succeeded")
    desk.open(f"/runs/{run_id}", "RUN_SUCCESS")
    desk.picture("deletion")
    whose = f"{model.strategy.name}, {model.market.key} {model.served.key}"
    return f"model {model.model_id[:12]} ({whose}) is gone. {_trained(desk, model)}"


def _trained(desk: Desk, model: StoredModel) -> str:
    """Launch a training of the month whose model is gone, and watch it while it is at work."""
    asset, market = "/".join(asset_path(model.strategy, "models")), model.market.key
    before, known = desk.home.event(asset, market, model.served.key), desk.home.known_runs()
    _chosen(desk, asset, market, [model.served.key])
    press(desk.page, f"{_DIALOG} button", "Launch 1 run", rest=False)
    run_id = desk.home.newest_run(asset, but=known)
    # A training of the demo lasts some ten seconds: its page is open before it says anything
    url = f"{desk.url}/runs/{run_id}"
    desk.page.open(url, width=WIDE, height=HIGH, dark=False, rest=False)
    for name in _PROGRESS:
        desk.page.until_it_shows(name)
    told = awaited(lambda: desk.home.fold(run_id), f"run {run_id[:8]} is at a fold")
    desk.picture("progress")
    # Still at work: what was seen are not the last words of a run that is over
    if desk.home.is_over(run_id):
        raise NotDone(f"run {run_id[:8]} was over before its progress was seen")
    desk.home.succeeded(run_id, _SECONDS_UNTIL_TRAINED)
    if desk.home.event(asset, market, model.served.key) <= before:
        raise NotDone(f"{asset} of {market} {model.served.key} was not materialised")
    return f"Run {run_id[:8]}, which trains it again, told {told!r} while it was at work"


def _chosen(desk: Desk, asset: str, market: str, months: Sequence[str]) -> None:
    """Open the dialog of an asset's page, and choose these months of a market in it."""
    desk.open(f"/assets/{asset}", "Metadata")
    press(desk.page, "button", "Materialize…")
    press(desk.page, f"{_DIALOG} [aria-haspopup=dialog]")
    press(desk.page, f'[role=menu] [title="{market}"]')
    press(desk.page, f"{_DIALOG} [aria-haspopup=dialog]")
    write(desk.page, f'{_DIALOG} input[placeholder^="ex: "]', ", ".join(months))
    key(desk.page, "Enter")


def _launched(desk: Desk, job: str, text: str) -> str:
    """Launch a job from its Launchpad with this config; return the id of its run."""
    known = desk.home.known_runs()
    desk.open(f"/locations/traderai/jobs/{job}/playground", "Launch Run")
    write(desk.page, ".CodeMirror-lines", text)
    desk.page.until_it_shows("No errors")
    desk.picture(f"launchpad-{job}")
    press(desk.page, "button", "Launch Run")
    return desk.home.newest_run(job, but=known)


ACTIONS: dict[str, Callable[[Desk], str]] = {
    "backfill": backfill,
    "changed_config": changed_config,
    "deletion": deletion,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the actions; return 1 where one did not come to what it should, or anything is amiss."""
    parser = argparse.ArgumentParser(description="Actions in the web UI, and what came of them")
    parser.add_argument(
        "--home", type=Path, required=True, help="home that make demo made; it is changed"
    )
    parser.add_argument("--only", nargs="+", default=[*ACTIONS], choices=[*ACTIONS], metavar="NAME")
    parser.add_argument("--into", type=Path, default=IMAGES, help="folder of the pictures")
    asked = parser.parse_args(arguments)
    asked.into.mkdir(parents=True, exist_ok=True)
    os.environ["TRADERAI_HOME"] = str(asked.home.resolve())
    with ExitStack() as stack:
        settings = open_settings()
        url = stack.enter_context(_platform(asked.home.resolve()))
        instance = stack.enter_context(open_instance(settings))
        page = stack.enter_context(browsing())
        home = Home(settings, instance, open_lake(settings))
        desk = Desk(url, page, home, asked.into)
        failed = [name for name in asked.only if not _done(desk, name)]
    for one in dict.fromkeys(desk.amiss):
        sys.stdout.write(f"amiss: {one}\n")
    return 1 if failed or desk.amiss else 0


@contextmanager
def _platform(home: Path) -> Iterator[str]:
    """Run `traderai dev` on a home while the block lasts; yield the address of its web UI."""
    port = free_port(0)
    command = [sys.executable, "-m", "traderai_assets.cli", "dev", "--port", str(port)]
    command += ["--board-port", str(free_port(0))]
    url = f"http://{HOST}:{port}"
    with service_running("the platform", command, log=home / "ui_actions.log") as platform:
        wait_until(platform, lambda: answers(f"{url}/server_info"))
        yield url


def _done(desk: Desk, name: str) -> bool:
    try:
        told = ACTIONS[name](desk)
    except (NotDone, TimeoutError, TraderAIError) as error:
        desk.picture(f"{name}-failed")
        sys.stdout.write(f"{name}: FAILED: {error}\n")
        return False
    sys.stdout.write(f"{name}: {told}\n")
    sys.stdout.flush()
    return True


if __name__ == "__main__":
    sys.exit(main())
