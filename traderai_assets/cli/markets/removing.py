"""`traderai markets remove`: a market is fetched no longer; its data stay, or are deleted.

Each step can be done again: a removal that was interrupted is finished by the same command.
"""

from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.context import open_instance, open_lake, open_settings
from traderai_assets.cli.printing import answer, json_option
from traderai_assets.cli.runs.cancelling import cancel
from traderai_assets.cli.runs.finding import named
from traderai_assets.domain.errors import InvalidInput, TraderAIError
from traderai_assets.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance, DagsterRun

    from resources.lake.resource import LakeResource


@click.command()
@click.argument("market")
@click.option("--delete", is_flag=True, help="Delete what is stored of it, from every table.")
@json_option
def remove(market: str, *, delete: bool, as_json: bool) -> None:
    """Keep MARKET no longer: nothing of it is fetched, trained or signalled from now on.

    Its data stay and can be read and exported, unless --delete is given and the market's key typed.

    Example: traderai markets remove binance:SOL/USDT
    """
    from traderai_assets.instance.kept_markets import forget_market, remove_market
    from traderai_assets.instance.market_notes import SCOPES, note_answered

    settings = open_settings()
    key = settings.market(market).key
    lake = open_lake(settings)
    with open_instance(settings) as instance:
        _require_present(instance, settings, lake, key)
        if delete:
            _demand_name(key, quiet=as_json)
        remove_market(instance, settings, key)  # First: from now on no sensor asks for it
        _cancel_queued(instance, key, quiet=as_json)
        if delete:
            _refuse_while_at_work(instance, key)
            rows = _delete_rows(settings, lake, key, quiet=as_json)
            _cancel_queued(instance, key, quiet=as_json)  # A sensor may have been reading meanwhile
            _refuse_while_at_work(instance, key)
            note_answered(instance, key, *SCOPES)
            forget_market(instance, settings, key)
    deleted = rows if delete else None
    told = _outcome(settings, key, deleted=deleted)
    answer(told, as_json=as_json, market=key, deleted_rows=deleted, outcome=told)


def _require_present(
    instance: "DagsterInstance", settings: Settings, lake: "LakeResource", key: str
) -> None:
    """Raise where there is nothing of that name: it may be a slip, and the other one goes on."""
    from traderai_assets.instance.kept_markets import kept_markets
    from traderai_assets.partitions import MARKETS
    from traderai_assets.schemas.candles import CANDLES

    kept = kept_markets(instance, settings)
    present = {*kept, *instance.get_dynamic_partitions(MARKETS), *lake.snapshot(CANDLES).markets()}
    if key not in present:
        raise InvalidInput(
            f"{key} is not kept, and nothing is stored of it; kept are "
            f"{', '.join(kept) or 'no markets'}"
        )


def _demand_name(key: str, *, quiet: bool) -> None:
    typed = click.prompt(
        f"All candles, models, signals and whatever else is stored of {key} will be deleted.\n"
        "Type the market's key to go on",
        default="",
        show_default=False,
        err=quiet,
    )
    if typed.strip() != key:
        raise InvalidInput(f"{typed[:80]!r} is not {key!r}; nothing was removed or deleted")


def _runs(instance: "DagsterInstance", key: str, *statuses: Any) -> list["DagsterRun"]:
    from traderai_assets.instance.live_runs import records_of_market

    found = records_of_market(instance, key, statuses)
    return [record.dagster_run for record in found]


def _cancel_queued(instance: "DagsterInstance", key: str, *, quiet: bool) -> None:
    """Take the market's runs from the queue: later they would find neither partition nor data."""
    from dagster import DagsterRunStatus

    for run in _runs(instance, key, DagsterRunStatus.QUEUED):
        outcome = cancel(instance, run)
        if not quiet:
            click.echo(outcome)


def _refuse_while_at_work(instance: "DagsterInstance", key: str) -> None:
    from dagster import DagsterRunStatus as Status

    at_work = _runs(instance, key, Status.STARTING, Status.STARTED, Status.CANCELING)
    if at_work:
        ways = " and ".join(f'"traderai runs cancel {run.run_id[:8]}"' for run in at_work)
        raise TraderAIError(
            f"{key} is fetched no longer, but {', '.join(named(run) for run in at_work)} still "
            f"works on it, so its data are not deleted yet: end it with {ways}, or wait for it; "
            f'then do "traderai markets remove {key} --delete" again'
        )


def _delete_rows(settings: Settings, lake: "LakeResource", key: str, *, quiet: bool) -> int:
    """Delete the market's rows and return how many there were; what was earned in it is kept.

    Else a strategy's record would get better by taking out the markets that it lost in.
    """
    from traderai_assets.schemas.record import RECORD_DAYS
    from traderai_assets.strategies import tables_of

    deleted = 0
    for table in tables_of(settings, lake.remembered()):
        snapshot = lake.snapshot(table)
        months = snapshot.months(key)
        if not months:
            continue
        rows = snapshot.rows(key)
        if table.name == RECORD_DAYS.name:
            told = f"Kept {rows} rows of {table.path}: strategies are judged by them."
            click.echo(told, err=quiet)
            continue
        nothing = {(key, month): table.empty() for month in months}
        snapshot.publish(nothing, run_id="traderai markets remove", code_version="")
        click.echo(f"Deleted {rows} rows from {table.path}.", err=quiet)
        deleted += rows
    return deleted


def _outcome(settings: Settings, key: str, *, deleted: int | None) -> str:
    sentence = f"{key} is removed"
    if deleted is None:
        sentence += "; its data stay, and"
    else:
        sentence += (
            f", with {deleted} rows; the files go when the job maintain_lake next runs, and the "
            "web UI still lists what happened to it. If it is wanted again,"
        )
    sentence += f' "traderai markets add {key}" takes it back.'
    if key in {market.key for market in settings.market_list()}:
        sentence += (
            " traderai.toml (or TRADERAI_MARKETS) still names it: take it out there too; "
            "until then the removal holds all the same."
        )
    return sentence
