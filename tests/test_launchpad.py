"""What people see where they launch: every job, sensor and schedule described, every field too."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest

from traderai_assets.definitions import build_definitions
from traderai_assets.settings import Settings

# What nobody can guess: which market, which model, how many, why. All else has a default
ASKED = {
    "live_update: markets",
    "promote_model: market, model, reason",
    "rollback_champion: market, reason",
    "delete_models: market, models, reason",
    "keep_last_models: market, newest",
    "note_model: market, model, text",
}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory) -> dg.Definitions:
    home = tmp_path_factory.mktemp("home")
    return build_definitions(settings=Settings(home=home, queue={"aging_minutes": 30}))


def fields_of(job: dg.JobDefinition) -> Iterator[tuple[str, Any]]:
    """Every field that somebody may set where the job is launched, of whatever op."""
    schema: Any = job.run_config_schema.config_type
    for op in schema.fields["ops"].config_type.fields.values():
        config = op.config_type.fields.get("config")
        yield from getattr(config and config.config_type, "fields", {}).items()


def test_every_job_sensor_and_schedule_says_what_it_does(definitions):
    jobs = [job for job in definitions.resolve_all_job_defs() if not job.name.startswith("__")]
    for one in (*jobs, *definitions.sensors, *definitions.schedules):
        assert one.description, one.name
        assert one.description[0].isupper(), one.name
        assert one.description.endswith("."), one.name


def test_every_field_of_every_job_is_described_and_typed(definitions):
    found = {
        (job.name, name): field
        for job in definitions.resolve_all_job_defs()
        for name, field in fields_of(job)
    }
    assert ("delete_models", "models") in found
    for (job, name), field in found.items():
        assert field.description, (job, name)
        assert field.description.endswith("."), (job, name)
        assert field.config_type.kind.name != "ANY", (job, name)


def test_what_has_to_be_said_is_what_nobody_can_guess(definitions):
    asked = set()
    for job in definitions.resolve_all_job_defs():
        needed = sorted(name for name, field in fields_of(job) if field.is_required)
        if needed:
            asked.add(f"{job.name}: {', '.join(needed)}")
    assert asked == ASKED
