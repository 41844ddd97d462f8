"""The sandbox as a process beside Dagster: started from a home's origin, its clock kept and set."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click

from traderai_assets.cli.processes import HOST, Service, free_port, sandbox_running
from traderai_assets.cli.sandbox.origin import SandboxOrigin
from traderai_assets.settings import Settings

PORT = 8790


class SandboxProcess:
    """A running sandbox: its address, its process and its clock."""

    def __init__(self, url: str, service: Service) -> None:
        self.url, self.service = url, service

    def now(self) -> datetime:
        """Return the time at the sandbox."""
        return datetime.fromisoformat(self._clock(None)["now"])

    def advance(self, seconds: float) -> None:
        """Let time pass at the sandbox."""
        self._clock({"advance_seconds": seconds})

    def _clock(self, change: dict[str, Any] | None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/sandbox/clock",
            data=json.dumps(change).encode() if change else None,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            answered: dict[str, Any] = json.load(answer)
            return answered


@contextmanager
def sandbox_of(
    settings: Settings, origin: SandboxOrigin, *, speed: float
) -> Iterator[SandboxProcess]:
    """Run the sandbox of `origin`; where its clock stops is where it goes on next time."""
    port = free_port(PORT)
    url = f"http://{HOST}:{port}"
    settings.home.mkdir(parents=True, exist_ok=True)
    origin.save(settings)
    click.echo(f"Exchange: a sandbox on this machine, {origin.label}.")
    log = settings.home / "sandbox.log"
    with sandbox_running(origin.arguments(port, speed), url, log) as service:
        sandbox = SandboxProcess(url, service)
        try:
            yield sandbox
        finally:
            if service.how_it_ended() is None:  # Its time is lost with it, else
                origin.at(sandbox.now()).save(settings)
