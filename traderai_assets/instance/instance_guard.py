"""Whether a Dagster instance is ours: slots, classes, watched workers and retries rest on it.

Its dagster.yaml is a file that anybody may edit, and DAGSTER_HOME may name another project's: so it
is checked before a command opens it, and by every sensor and run before they do anything.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.domain.queue.limits import TagLimit
from traderai_assets.domain.ways_out import way_out_of
from traderai_assets.work_classes import LIMITS

if TYPE_CHECKING:
    from dagster import DagsterInstance, InitResourceContext

OURS = {
    "run_coordinator": ("traderai_assets.instance.run_coordinator", "ClassifyingRunCoordinator"),
    "run_launcher": ("traderai_assets.instance.run_launcher", "WatchedRunLauncher"),
}
_STORAGE = ("storage", "run_storage", "event_log_storage", "schedule_storage")
_ENABLED = ("run_monitoring", "run_retries")


def refuse_foreign_file(file: Path, way_out: str) -> None:
    """Return if a dagster.yaml makes an instance of ours.

    Raises
    ------
    InvalidSettings
        Naming the file, what it says, what was expected, and `way_out`.
    """
    fault = _fault_of(_read(file, way_out))
    if fault:
        raise InvalidSettings(f"{file} makes no instance of TraderAI: {fault}; {way_out}")


def keeps_files(file: Path) -> bool:
    """Whether a dagster.yaml that was found to be ours leaves the databases to files of SQLite."""
    return not any(part in _read(file, "") for part in _STORAGE)


def foreign(instance: "DagsterInstance") -> str:
    """Say why an instance is not ours; "" where it is, or lives in memory alone, as in tests."""
    if instance.is_ephemeral:
        return ""
    fault = _fault_of_classes(instance) or _fault_of_queue(instance)
    if not fault:
        return ""
    return (
        f"Dagster's instance {instance.root_directory} is not TraderAI's: {fault}; nothing is done "
        'in it: start with "traderai dev", or set DAGSTER_HOME to a folder whose dagster.yaml is '
        "TraderAI's"
    )


def refuse_foreign_run(context: "InitResourceContext") -> None:
    """Refuse to serve a run of an instance that is not ours: no limit would hold it.

    Raises
    ------
    InvalidSettings
        Naming the instance. A sensor, which is no run, says so as its reason to do nothing.
    """
    if context.run is None or context.instance is None:
        return
    fault = foreign(context.instance)
    if fault:
        raise InvalidSettings(fault)


def _read(file: Path, way_out: str) -> Mapping[str, Any]:
    try:
        config = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InvalidSettings(f"there is no {file}; {way_out}") from error
    except OSError as error:
        mend = way_out_of(error.errno) or way_out
        raise InvalidSettings(f"{file} cannot be read: {error.strerror}; {mend}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        shown = " ".join(str(error).split())[:200]
        raise InvalidSettings(f"{file} is not YAML: {shown}; {way_out}") from error
    return config if isinstance(config, Mapping) else {}


def _fault_of(config: Mapping[str, Any]) -> str:
    for part, (module, name) in OURS.items():
        named = config.get(part)
        found = named if isinstance(named, Mapping) else {}
        if (found.get("module"), found.get("class")) != (module, name):
            shown = found.get("class") or "Dagster's own"
            return f"its {part} is {shown}, expected {module}.{name}"
    for part in _ENABLED:
        if not _in(config, part, "enabled"):
            return f"{part} is not enabled: runs of dead workers would hold their slots for ever"
    runs = _in(config, "concurrency", "runs")
    queue = runs if isinstance(runs, Mapping) else {}
    slots = queue.get("max_concurrent_runs")
    if "tag_concurrency_limits" not in queue:  # Then they are our coordinator's own
        return _fault_of_slots(slots)
    return _fault_of_limits(slots, queue["tag_concurrency_limits"] or [])


def _in(config: Mapping[str, Any], *path: str) -> Any:
    found: Any = config
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _fault_of_classes(instance: "DagsterInstance") -> str:
    for part, (module, name) in OURS.items():
        kind = type(getattr(instance, part))
        bases = {f"{base.__module__}.{base.__name__}" for base in kind.__mro__}
        if f"{module}.{name}" not in bases:
            return f"its {part} is {kind.__name__}, expected {name}"
    return ""


def _fault_of_queue(instance: "DagsterInstance") -> str:
    queue = instance.get_concurrency_config().run_queue_config
    if queue is None:
        return "it has no run queue"
    return _fault_of_limits(queue.max_concurrent_runs, queue.tag_concurrency_limits or [])


def _fault_of_slots(slots: Any) -> str:
    if isinstance(slots, int) and 0 < slots <= LIMITS.slots:
        return ""
    return f"concurrency.runs.max_concurrent_runs is {slots}, expected 1 to {LIMITS.slots}"


def _fault_of_limits(slots: Any, limits: Sequence[Any]) -> str:
    """Lower than ours is anybody's choice; higher, or none, breaks what is promised."""
    fault = _fault_of_slots(slots)
    if fault:
        return fault
    for wanted in LIMITS.tags:
        if not any(_holds(limit, wanted) for limit in limits):
            shown = f"{wanted.key}{f' {wanted.value}' if wanted.value else ''}"
            return f"it has no limit of at most {wanted.most} for {shown}"
    return ""


def _holds(limit: Any, wanted: TagLimit) -> bool:
    value = _in(limit, "value")
    per_value = bool(_in(limit, "value", "applyLimitPerUniqueValue"))
    most = _in(limit, "limit")
    same = _in(limit, "key") == wanted.key and per_value == wanted.per_value
    named = wanted.per_value or value == wanted.value
    return same and named and isinstance(most, int) and most <= wanted.most
