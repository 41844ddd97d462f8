"""Links into Dagster's web UI: to runs and assets, and to the jobs that act."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from traderai_assets.domain.web.authority import Authority
from traderai_assets.pages.parts import Link
from traderai_assets.status.run_facts import short

# As workspace.yaml and deploy/code_location.yaml have it; a test holds them together
LOCATION = "traderai"


@dataclass(frozen=True)
class DagsterLinks:
    """Where Dagster's web UI is, as the reader's browser reaches it.

    Attributes
    ----------
    root : str
        Without a slash at its end: `http://127.0.0.1:3000`.
    """

    root: str

    def run(self, run_id: str) -> Link:
        """Return the link to a run."""
        return Link(short(run_id), f"{self.root}/runs/{quote(run_id)}")

    def asset(self, path: Iterable[str], text: str) -> Link:
        """Return the link to an asset by the parts of its key."""
        return Link(text, f"{self.root}/assets/{'/'.join(quote(part) for part in path)}")

    def job(self, name: str) -> Link:
        """Return the link to a job, from which it is launched."""
        return Link(f"{name} ↗", f"{self.root}/locations/{LOCATION}/jobs/{quote(name)}")

    def sensor(self, name: str) -> Link:
        """Return the link to a sensor with its ticks."""
        return Link(name, f"{self.root}/locations/{LOCATION}/sensors/{quote(name)}")


def links_from(host: str, scheme: str, port: int, url: str = "") -> DagsterLinks:
    """Return the links as a reader of the board needs them.

    Parameters
    ----------
    host : str
        The Host header by which the board was asked; the guard has let it pass.
    scheme : str
        http or https.
    port : int
        Of the web UI on the same host.
    url : str
        Where the web UI is if it is elsewhere, as behind a proxy.
    """
    if url:
        return DagsterLinks(url.rstrip("/"))
    return DagsterLinks(f"{scheme}://{Authority(Authority.parse(host).host, port)}")
