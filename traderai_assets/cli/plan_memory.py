"""Plans that were found to be possible: what a command that only looks need not work out again.

To check a plan imports pandas, numpy and every rule of a training: most of what such a command
would cost. The same settings on the same day by the same code give the same answer. It is kept in
the user's cache, not in the home: a command that only reads writes nothing there.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import traderai_assets
from traderai_assets.domain.defaults import USER_LEARNERS, USER_RULES

if TYPE_CHECKING:
    from traderai_assets.settings import Settings

MOST_REMEMBERED = 50


def check_plan_once(settings: "Settings", now: datetime) -> None:
    """Check the plan as `plan.check_plan` does, unless just this was found to be good before.

    Raises
    ------
    InvalidSettings
        As there. What is refused is never remembered.
    """
    file, told = _file(), _digest(settings, now)
    known: list[str] = []
    with suppress(OSError):  # Not there, or not ours to read: nothing is remembered
        known = file.read_text().split()
    if told in known:
        return
    from traderai_assets.plan import check_plan

    check_plan(settings, now)
    with suppress(OSError):  # A cache that cannot be written costs time, and nothing else
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.write_text("\n".join([*known, told][-MOST_REMEMBERED:]))
        draft.replace(file)


def _file() -> Path:
    """Return where it is kept, as the XDG directories have it."""
    named = os.environ.get("XDG_CACHE_HOME")
    return (Path(named) if named else Path.home() / ".cache") / "traderai" / "possible-plans"


def _digest(settings: "Settings", now: datetime) -> str:
    """Return the hash of all that the answer follows from; no secret is in it."""
    told = [settings.model_dump_json(), f"{now:%Y-%m-%d}", *_code()]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _code() -> Iterator[str]:
    """Yield each file of the rules, and of code of one's own, with its size and time."""
    here = Path(traderai_assets.__path__[0])
    places = [here / "domain", here / "schemas", *sorted(here.glob("*.py"))]
    for name in (USER_LEARNERS, USER_RULES):
        spec = find_spec(name)
        if spec is not None:
            places += [Path(one) for one in spec.submodule_search_locations or [spec.origin or ""]]
    for place in places:
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            state = file.stat()
            yield f"{file} {state.st_size} {state.st_mtime_ns}"
