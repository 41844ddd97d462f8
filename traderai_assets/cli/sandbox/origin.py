"""The origin of a home: which sandbox its candles come from, so that nothing else is mixed in.

A lake of simulated candles must not be continued with real ones. The demo writes down here what
it was fed from; `traderai dev` starts the same sandbox again, where its clock stopped.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Self

from traderai_assets.cli.context import open_lake
from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.settings import Settings


@dataclass(frozen=True)
class SandboxOrigin:
    """What the sandbox serves, how much of the planted edge, and what time it is there."""

    candles: str | None
    seed: int
    start: str | None
    began: str
    now: str
    edge: float = 1.0

    def __post_init__(self) -> None:
        for moment in (self.start, self.began, self.now):
            if moment is not None:
                datetime.fromisoformat(moment)

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """Read the origin of `settings.home`; None where it is no sandbox.

        The lake has it, too: a home that lost its file is still that of a sandbox.
        """
        from resources.lake.sandbox_mark import MARK, read_mark

        file = settings.sandbox_file
        where = str(file) if file.exists() else f"{settings.lake_root}/{MARK}"
        text = file.read_bytes() if file.exists() else read_mark(settings.lake_root)
        if text is None:
            return None
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError) as error:
            raise InvalidSettings(
                f"{where} cannot be read as the sandbox this home was made with: {error}; "
                'start afresh with "make clean"'
            ) from error

    def save(self, settings: Settings) -> None:
        """Write it down, whole or not at all, in the home and in the lake."""
        from resources.lake.sandbox_mark import write_mark

        settings.home.mkdir(parents=True, exist_ok=True)
        file = settings.sandbox_file
        draft = file.with_suffix(".draft")
        text = json.dumps(asdict(self), indent=2)
        draft.write_text(text)
        draft.replace(file)
        write_mark(settings.lake_root, text.encode())

    def at(self, now: datetime) -> Self:
        """Return the same origin at another time."""
        return replace(self, now=now.astimezone(UTC).isoformat())

    @property
    def label(self) -> str:
        """What its candles are, for people."""
        if self.candles:
            return f"real candles replayed from {self.candles}"
        return f"SIMULATED candles (seed {self.seed}, edge {self.edge:g})"

    def arguments(self, port: int, speed: float) -> list[str]:
        """Return the options of `traderai sandbox` that start this one again."""
        options = ["--port", str(port), "--seed", str(self.seed), "--speed", str(speed)]
        options += ["--now", _plain(self.now)]
        options += ["--candles", self.candles] if self.candles else ["--edge", f"{self.edge:g}"]
        options += ["--start", _plain(self.start)] if self.start else []
        return options


def same_origin(settings: Settings, wanted: SandboxOrigin) -> SandboxOrigin:
    """Return the home's origin if it is the wanted one, at its own time; refuse to mix two.

    Raises
    ------
    InvalidSettings
        If the home holds candles of another source.
    """
    from traderai_assets.schemas.candles import CANDLES

    kept = SandboxOrigin.of(settings)
    if kept is None:
        if open_lake(settings).snapshot(CANDLES).markets():
            raise InvalidSettings(
                f"{settings.home} holds candles of a real exchange; give the demo a home of its "
                "own with TRADERAI_HOME=FOLDER"
            )
        return wanted
    if (kept.candles, kept.seed, kept.edge) != (wanted.candles, wanted.seed, wanted.edge):
        raise InvalidSettings(
            f'{settings.home} holds {kept.label}; remove it with "make clean", or give the demo '
            "another home with TRADERAI_HOME=FOLDER"
        )
    return kept


def _plain(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
