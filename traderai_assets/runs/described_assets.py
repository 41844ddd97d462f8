"""What the definition of an asset tells before anything is made: a row, its columns, its place.

Dagster's pages show it: the description, the columns with units and meaning, where the table lies,
how often it is made, and a badge where it is overdue.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import dagster as dg

from traderai_assets.domain.markets import BARS
from traderai_assets.domain.urls import without_login
from traderai_assets.runs.tear_sheets import command_of_asset
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.schemas.tables import TIMESTAMP, Table
from traderai_assets.settings import Settings

CADENCE_TAG = "cadence"
_WORDS = {
    TIMESTAMP: "time, UTC",
    "float64": "float",
    "int64": "int",
    "int32": "int",
    "int8": "int",
    "object": "bytes",
    "str": "text",
}
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Facts:
    """What is told of an asset beside its docstring.

    Attributes
    ----------
    row : str
        What one row is.
    page : str
        Where to read on.
    cadence : str
        How often it is made while the platform runs, as the tag says it.
    table : str
        The table that its partitions are of, where it has another name.
    beside : tuple of str
        Tables that are written with it.
    overdue : timedelta, optional
        Beside three bars: so long after its last event it is overdue.
    """

    row: str
    page: str
    cadence: str
    table: str = ""
    beside: tuple[str, ...] = ()
    overdue: timedelta | None = None


FACTS = {
    "candles": Facts(
        "a closed bar of one market",
        "docs/architecture.md#what-is-absent",
        "every_bar",
        beside=("candle_gaps", "candle_asks", "candle_quarantine"),
        overdue=timedelta(hours=1),
    ),
    "features": Facts(
        "what is known of a market when a bar closes",
        "docs/features.md",
        "every_bar",
        overdue=timedelta(hours=1),
    ),
    "labels": Facts(
        "what became of a position opened after a bar",
        "docs/training.md#how-rows-count",
        "every_hour",
        overdue=timedelta(hours=3),
    ),
    "models": Facts(
        "a model that was made for the month; the last one serves",
        "docs/training.md",
        "every_month",
        beside=("out_of_sample",),
        overdue=35 * _DAY,
    ),
    "backtests": Facts(
        "the figures of one segment: the walk-forward tests, or the month that was served",
        "docs/metrics.md",
        "every_day",
        table="backtest_metrics",
        beside=("backtest_trades", "backtest_equity"),
    ),
    "record": Facts(
        "what the strategy earned in one market on one day, in one revision",
        "docs/strategies.md#the-record",
        "every_day",
    ),
    "verdict": Facts(
        "a verdict on the strategy; the last one stands",
        "docs/strategies.md#what-is-believed-of-a-strategy",
        "every_day",
        beside=("looks", "state_changes", "vetoes"),
    ),
    "champions": Facts(
        "a change of who speaks for the market, or by which model",
        "docs/strategies.md#who-speaks",
        "when_it_changes",
        beside=("model_notes", "model_deletions"),
    ),
    "signals": Facts(
        "a bar after which the strategy took a side",
        "docs/signals.md",
        "every_bar",
        beside=("predictions",),
    ),
    "signal_outcomes": Facts("how one signal ended, or stands", "docs/positions.md", "every_bar"),
    "signal_snapshots": Facts(
        "a signal that the month's model would have given, with its end",
        "docs/positions.md",
        "by_hand",
    ),
    "drift_metrics": Facts(
        "how far one feature or figure lies from the training, in one window",
        "docs/drift.md",
        "every_few_hours",
    ),
}


def described(
    assets: Iterable[dg.AssetsDefinition], settings: Settings
) -> list[dg.AssetsDefinition]:
    """Return the assets with all that `FACTS` and the schemas tell of them.

    Parameters
    ----------
    assets : iterable of AssetsDefinition
        Whose keys end with a name of `FACTS`.
    settings : Settings
        Name the place of the lake and the length of a bar.
    """
    tables = {table.name: table for table in TABLES}
    return [
        asset.map_asset_specs(lambda spec: _described(spec, tables, settings)) for asset in assets
    ]


def column_schema(table: Table) -> dg.TableSchema:
    """Return the columns of a table as Dagster's pages show them."""
    unique = table.key[0] if len(table.key) == 1 else ""
    return dg.TableSchema(
        [
            dg.TableColumn(
                name,
                _WORDS.get(dtype, dtype),
                " ".join(str(table.schema.columns[name].description).split()),
                dg.TableColumnConstraints(
                    nullable=table.schema.columns[name].nullable, unique=name == unique
                ),
            )
            for name, dtype in table.dtypes.items()
        ]
    )


def _described(spec: dg.AssetSpec, tables: dict[str, Table], settings: Settings) -> dg.AssetSpec:
    *folder, name = spec.key.path
    facts = FACTS[name]
    table = tables[facts.table or name].at("/".join(folder))
    beside = f" Beside it: {', '.join(facts.beside)}." if facts.beside else ""
    command = command_of_asset(spec.key.path)
    whole = f"As one HTML page: `{command}`.\n\n" if command else ""
    root = without_login(settings.lake_root).rstrip("/")
    uri = f"{root}/{table.path}" if "://" in root else f"file://{root}/{table.path}"
    described = spec.replace_attributes(
        description=f"{spec.description}\n\nA row is {facts.row}.{beside}\n\n"
        f"{whole}Read on: `{facts.page}`.",
        freshness_policy=_freshness(facts, settings),
    )
    return described.merge_attributes(
        metadata={
            "dagster/column_schema": column_schema(table),
            "dagster/table_name": table.path,
            "dagster/uri": uri,
        },
        tags={CADENCE_TAG: facts.cadence},
    )


def _freshness(facts: Facts, settings: Settings) -> dg.FreshnessPolicy | None:
    if facts.overdue is None:
        return None
    longest = max(
        (market.bar for market in settings.market_list()), default=BARS[settings.timeframe]
    )
    fail = facts.overdue + 3 * longest
    return dg.FreshnessPolicy.time_window(fail_window=fail, warn_window=fail * 2 / 3)
