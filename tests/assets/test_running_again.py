"""Running again what was run: nothing changes, and the exchange is asked for the tail alone."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.assets.house import House
from traderai_assets.domain.content_hash import EMPTY_HASH
from traderai_assets.sandbox.clock import milliseconds
from traderai_assets.sandbox.ledger import KlineQuery

LAST_CLOSE = datetime(2024, 6, 13, 11, tzinfo=UTC)
HOUR = 3_600_000
TAIL_BARS = 12


@dataclass
class Seen:
    """What a house looked like before anything ran again, and after each of two runs of all."""

    lake: list[dict[str, Any]]
    events: list[dict[str, Any]]
    asked: list[KlineQuery]
    stale: dict[str, list[str]]


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest, lived_in: Path) -> Seen:
    house: House = request.getfixturevalue("again")
    lake, events = [house.lake_state()], []
    for _ in range(2):
        house.asked()
        house.run_everything()
        lake.append(house.lake_state())
        events.append(house.all_data_versions())
    return Seen(lake, events, house.asked(), house.stale())
