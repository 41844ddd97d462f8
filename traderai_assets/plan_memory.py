"""The plan that was checked last: checked again only where anything that decides it has changed.

To check a plan imports pandas, numpy and every rule of a training, which is most of what a command
that only looks would cost. The same settings on the same day by the same code give the same answer.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from traderai_assets.domain.defaults import USER_LEARNERS, USER_RULES

if TYPE_CHECKING:
    from traderai_assets.settings import Settings

FILE = "plan-checked"


def check_plan_once(settings: "Settings", now: datetime) -> None:
    """Check the plan as `plan.check_plan` does, unless just this was found to be good before.

    Raises
    ------
    InvalidSettings
        As there. What is refused is never remembered.
    """
    file, told = settings.home / FILE, _digest(settings, now)
    with suppress(OSError):  # Not there, or not ours to read: nothing is remembered
        if file.read_text() == told:
            return
    from traderai_assets.plan import check_plan

    check_plan(settings, now)
    if settings.home.is_dir():
        with suppress(OSError):  # A home that cannot be written costs time, and nothing else
            draft = file.with_name(f"{FILE}.{os.getpid()}")
            draft.write_text(told)
            draft.replace(file)


def _digest(settings: "Settings", now: datetime) -> str:
    """Return the hash of all that the answer follows from; no secret is in it."""
    told = [settings.model_dump_json(), f"{now:%Y-%m-%d}", *_code()]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _code() -> Iterator[str]:
    """Yield each file of the rules, and of code of one's own, with its size and time."""
    here = Path(__file__).parent
    places = [here / "domain", here / "schemas", *here.glob("*.py")]
    for name in (USER_LEARNERS, USER_RULES):
        spec = find_spec(name)
        if spec is not None:
            places += [Path(one) for one in spec.submodule_search_locations or [spec.origin or ""]]
    for place in places:
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            state = file.stat()
            yield f"{file} {state.st_size} {state.st_mtime_ns}"
