"""What a page is asked with: where it is, what is named in its path and query, and its links."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from traderai_assets.board.dagster_links import DagsterLinks
from traderai_assets.board.menu import job_links, menu
from traderai_assets.board.sources import Sources
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.markets import Market
from traderai_assets.pages.parts import Page, Part, Section
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.status.run_facts import moment


@dataclass(frozen=True)
class Asked:
    """One page as somebody asked for it.

    Attributes
    ----------
    sources : Sources
    links : DagsterLinks
    path : str
    named : mapping
        Parts of the path by name.
    query : mapping
        The first value of each parameter.
    """

    sources: Sources
    links: DagsterLinks
    path: str
    named: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

    def page(self, title: str, about: str, sections: list[Section]) -> Page:
        """Return a page with its menu, and the jobs that act on what it shows."""
        jobs: list[Part] = [*job_links(self.path, self.links)]
        acting = [Section("jobs", "Act, in Dagster's web UI", jobs)] if jobs else []
        return Page(
            title=title,
            about=about,
            sections=[*sections, *acting],
            links=menu(),
            facts={"read at": moment(self.sources.clock()), "home": self.sources.settings.home},
        )

    def market(self) -> Market:
        """Return the market that the path names.

        Raises
        ------
        InvalidInput
            If it is none, or no candles of it are stored.
        """
        market = Market.parse(self.named["market"])
        stored = self.sources.lake.snapshot(CANDLES).markets()
        if market.key not in stored:
            raise InvalidInput(
                f"no candles of {market.key} are stored; there are those of "
                f"{', '.join(stored) or 'nothing'}"
            )
        return market
