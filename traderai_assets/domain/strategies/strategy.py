"""A strategy: everything that decides what is learnt and traded, and the id that follows from it.

Markets, dates and the name have no part in the id. Numbers are written in one way: 1 and 1.0 are
one setting, and a default that is spelled out is the default.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from traderai_assets.domain.errors import InvalidSettings

# What settings without any [strategies.NAME] make; its tables and assets carry no name
DEFAULT = "default"
LABELS = "labels"
_ID_DIGITS = 16
# As [strategies.NAME] writes it: also the name of a folder, and of a part of asset keys
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


@dataclass(frozen=True)
class Strategy:
    """One strategy, as settings and code make it; `Strategy.of` writes the texts.

    Attributes
    ----------
    name : str
        `DEFAULT`, or the name the settings give it.
    settings : str
        All settings that decide, as canonical JSON.
    code : str
        The code versions that decide, likewise.
    labels_folder : str
        Where its labels lie: strategies that label alike share them. Empty for `DEFAULT`.
    """

    name: str
    settings: str = "{}"
    code: str = "{}"
    labels_folder: str = ""

    @classmethod
    def of(
        cls,
        name: str,
        settings: Mapping[str, Any],
        code: Mapping[str, str],
        *,
        horizon_bars: int,
        multiple: float,
    ) -> Self:
        """Make it of its settings and code versions.

        Parameters
        ----------
        name : str
        settings : mapping
            What decides, as JSON can hold it.
        code : mapping of str to str
            Version by kind of result.
        horizon_bars, multiple
            How the stored labels are made.

        Raises
        ------
        InvalidSettings
            If the name is none.
        """
        labels = "" if name == DEFAULT else labels_folder(horizon_bars, multiple)
        if name != DEFAULT:
            check_strategy_name(name)
        return cls(name, canonical_text(settings), canonical_text(code), labels)

    @property
    def id(self) -> str:
        """16 hexadecimal characters: the same settings and code under any name are the same."""
        return _digest(f'{{"code":{self.code},"settings":{self.settings}}}')

    @property
    def settings_id(self) -> str:
        """As `id`, of the settings alone."""
        return _digest(self.settings)

    @property
    def folder(self) -> str:
        """Where its tables lie under the lake's root, and what its asset keys begin with."""
        return "" if self.name == DEFAULT else self.name

    def folder_of(self, kind: str) -> str:
        """Return the folder of one kind of result, such as `models`."""
        return self.labels_folder if kind == LABELS else self.folder


UNNAMED = Strategy(DEFAULT)
"""Stands for the one strategy where only the places of its tables matter."""


def check_strategy_name(name: str) -> None:
    """Raise InvalidSettings unless a strategy may be called so."""
    if not _NAME.fullmatch(name) or name == DEFAULT:
        raise InvalidSettings(
            f"strategy {name[:40]!r} is not a name; expected a small letter and up to 30 small "
            f"letters, digits and _, but not {DEFAULT!r}"
        )


def labels_folder(horizon_bars: int, multiple: float) -> str:
    """Return where labels of a horizon and a multiple lie; no strategy's name begins so."""
    wide = f"{_plain(multiple)}".replace(".", "_").replace("-", "m").replace("+", "p")
    return f"{horizon_bars}_bars_{wide}"


def canonical_text(value: object) -> str:
    """Write a value as the one JSON text it has: sorted, no spaces, whole numbers without point.

    Raises
    ------
    ValueError
        If a number in it is none, or infinite.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]
