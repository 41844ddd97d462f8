"""The page of assets, jobs, schedules and sensors, as the definitions have them."""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from scripts.reference.markdown import code, summary, table
from traderai_assets.definitions import build_definitions
from traderai_assets.schemas.catalogue import TABLES
from traderai_assets.settings import Settings
from traderai_assets.work_classes import JOBS

_HEAD = """# Assets, jobs and sensors

As they are with the settings that are shipped. Where `traderai.toml` names strategies, each has
assets of its own, `NAME/models` and so on ([strategies](../strategies.md)).

"""


def definitions() -> dg.Definitions:
    """Return the platform with the settings that are shipped, whatever a file here says."""
    return build_definitions(settings=Settings())


def assets_page() -> str:
    """Return the page."""
    built = definitions()
    specs = sorted(built.resolve_all_asset_specs(), key=lambda spec: spec.key)
    assets = table(
        ["asset", "what it is", "a row", "partitions", "group", "made of", "made with"],
        (
            [
                code(spec.key.to_user_string()),
                summary(spec.description),
                _row(spec.key.path[-1]),
                _partitions(spec.partitions_def),
                spec.group_name,
                ", ".join(sorted(code(dep.asset_key.to_user_string()) for dep in spec.deps)),
                ", ".join(sorted(spec.kinds)),
            ]
            for spec in specs
        ),
    )
    return "\n".join([_HEAD + "## Assets\n", assets, *_jobs(built), *_who_asks(built)])


def _row(asset: str) -> str:
    """Tell what a row of an asset's table is, or name the tables of one that has several."""
    own = next((one for one in TABLES if one.name == asset), None)
    if own is not None:
        return summary(own.schema.description)
    several = [one.name for one in TABLES if one.name.startswith(f"{asset.removesuffix('s')}_")]
    return f"see {', '.join(f'[{name}](tables.md#{name})' for name in several)}"


def _jobs(built: dg.Definitions) -> Iterable[str]:
    repository = built.get_repository_def()
    jobs = sorted(
        (job for job in repository.get_all_jobs() if not job.name.startswith("__")),
        key=lambda job: job.name,
    )
    yield "## Jobs\n"
    yield table(
        ["job", "what it does", "what it writes"],
        (
            [code(job.name), summary(job.description), ", ".join(sorted(JOBS.get(job.name, ())))]
            for job in jobs
        ),
    )


def _who_asks(built: dg.Definitions) -> Iterable[str]:
    yield "## Sensors and schedules\n"
    asking: list[Any] = [*(built.sensors or ()), *(built.schedules or ())]
    yield table(
        ["name", "when", "what it does"],
        (
            [code(one.name), _when(one), summary(one.description)]
            for one in sorted(asking, key=lambda one: str(one.name))
        ),
    )


def _when(one: Any) -> str:
    if isinstance(one, dg.ScheduleDefinition):
        return f"cron {code(one.cron_schedule)}, UTC"
    return f"every {one.minimum_interval_seconds} s"


def _partitions(parts: dg.PartitionsDefinition[Any] | None) -> str:
    if parts is None:
        return "one"
    if isinstance(parts, dg.MultiPartitionsDefinition):
        return " x ".join(one.name for one in parts.partitions_defs)
    return "market"
