"""Closing resources: their values come from the settings alone, no run config reaches them.

Dagster lets whoever launches a run override every field of a `ConfigurableResource`, and the folder
of its own I/O manager: hosts, paths and tables would be the asker's. A closed resource has no field
to set, so Dagster itself refuses such a run, by whatever way it comes to a worker.
"""

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import dagster as dg


def closed(
    resource: Any, *, admit: Callable[[dg.InitResourceContext], None]
) -> dg.ResourceDefinition:
    """Return `resource` as it is for each run, opened and closed as Dagster does, and not to set.

    Parameters
    ----------
    resource : ConfigurableResource or any other value
        A resource is copied for each run: what one run opens no other sees.
    admit : callable
        Asked before anything is opened; raises where the run must not have it.
    """

    def opened(context: dg.InitResourceContext) -> Iterator[Any]:
        admit(context)
        if not isinstance(resource, dg.ConfigurableResource):
            yield resource
            return
        fresh = type(resource)(**resource.model_dump())
        with fresh.yield_for_execution(context) as value:
            yield value

    made: dg.ResourceDefinition = dg.resource(config_schema={}, description=type(resource).__doc__)(
        opened
    )
    return made


class NothingPasses(dg.IOManager):
    """Stands where Dagster would pickle into a folder that a run may name: nothing passes here."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> NoReturn:
        """Refuse: assets and jobs of ours write to the lake and return nothing."""
        raise dg.DagsterInvariantViolationError(
            f"{context.step_key} returned a {type(obj).__name__} to be passed on; write it to the "
            "lake and return nothing"
        )

    def load_input(self, context: dg.InputContext) -> NoReturn:
        """Refuse, likewise."""
        raise dg.DagsterInvariantViolationError(
            f"{context.name} asks for what another step returned; read it from the lake"
        )


@dg.io_manager(config_schema={}, description=NothingPasses.__doc__)
def nothing_passes() -> NothingPasses:
    """Build the I/O manager that has no folder."""
    return NothingPasses()
