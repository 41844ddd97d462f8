"""Settings files: the project's, the home's, and how one goes over the other."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.settings_names import variable_of

MAX_TOML_BYTES = 100_000
HOME_FILE = "traderai.toml"
_OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def home_file(file: Mapping[str, Any], model: type[BaseModel], home: Path | None = None) -> Path:
    """Return where the settings of a home lie, whether there are any or not."""
    told = home or os.environ.get(variable_of("home")) or file.get("home")
    return Path(str(told or model.model_fields["home"].default)) / HOME_FILE


def over(above: Mapping[str, Any], file: Mapping[str, Any]) -> dict[str, Any]:
    """Put what a home says over what the project's file says."""
    joined = dict(file)
    for name, value in above.items():
        below = joined.get(name)
        if isinstance(value, dict) and isinstance(below, dict) and name != "strategies":
            joined[name] = {**below, **value}
        else:
            joined[name] = value
    return joined


def read_toml(path: Path) -> dict[str, Any]:
    """Read a settings file; one that is not there says nothing.

    Raises
    ------
    InvalidSettings
        If it is no file, too long, not UTF-8 or not TOML, or cannot be opened.
    """
    try:
        if not path.exists() and not path.is_symlink():
            return {}
        if not path.is_file():
            raise InvalidSettings(f"{path} is no file, or a link to nothing; expected a TOML file")
        if path.stat().st_size > MAX_TOML_BYTES:
            raise InvalidSettings(
                f"{path} has {path.stat().st_size} bytes; a settings file has at most "
                f"{MAX_TOML_BYTES}"
            )
        content = path.read_bytes()
    except OSError as error:
        raise InvalidSettings(f"{path} cannot be read: {error.strerror}") from error
    if other := _OTHER_ENCODINGS.get(content[:2]):
        raise InvalidSettings(f"{path} is written in {other}; save it as UTF-8")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))  # Editors of Windows begin with a mark
    except UnicodeDecodeError as error:
        raise InvalidSettings(
            f"{path} is not UTF-8: byte {error.start} is {content[error.start]:#04x}; save it as "
            "UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings(f"{path} cannot be read: {error}") from None
    except RecursionError:
        raise InvalidSettings(f"{path} cannot be read: it is nested too deeply") from None
