"""Where settings are read: file, home and environment, and what is wrong with what they say.

A home may have a settings file of its own, as the demo's has; what it says goes over the project's
file, section by section, and its strategies are all there are.

An error names the variable, or the file and the key. No value of an unknown key is repeated, and
none that may hold a password.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ValidationError

from traderai_assets.domain.errors import InvalidSettings
from traderai_assets.settings_files import home_file, over, read_toml
from traderai_assets.settings_names import (
    annotations_of,
    is_json,
    is_ours,
    name_of,
    named_sections_of,
    nearest,
    sections_of,
    variable_of,
)

# Addresses may carry a user and a password
_MAY_HOLD_A_SECRET = frozenset(
    {"exchange_url", "lake", "studies", "proxy", "destinations", "webhook_secret"}
)


@dataclass(frozen=True)
class Sources:
    """What the settings file says, and which variables of the environment are settings.

    Attributes
    ----------
    path : Path
    own : Path
        The home's own file, whether there is one or not.
    file : dict
        What both say; empty where neither is there.
    variables : mapping of str to str
        Variable as it is written, by the dotted name of its setting.
    model : type
        The settings.
    """

    path: Path
    own: Path
    file: dict[str, Any]
    variables: Mapping[str, str]
    model: type[BaseModel]

    @classmethod
    def read(cls, path: Path, model: type[BaseModel], home: Path | None = None) -> Self:
        """Read all; raise InvalidSettings naming every name and form that is not right.

        `home` is that of the settings where it is given in place of what file and environment say.
        """
        file = read_toml(path)
        own = home_file(file, model, home)
        above = {} if own.resolve() == path.resolve() else read_toml(own)
        variables: dict[str, str] = {}
        wrong = [*_unknown_keys(file, model, str(path)), *_unknown_keys(above, model, str(own))]
        if "home" in above:
            wrong.append(f"{own}: a home does not say where it is; take 'home' out")
        for variable in sorted(filter(is_ours, os.environ)):
            name = name_of(variable)
            if name in variables:
                wrong.append(f"{variables[name]} and {variable} are one setting; keep one of them")
            wrong += _wrong_with(variable, name, model)
            variables[name] = variable
        found = cls(path, own, over(above, file), variables, model)
        if wrong:
            raise InvalidSettings(found.refusal(wrong))
        return found

    def refusal(self, lines: list[str]) -> str:
        """Put what is wrong under one heading."""
        files = f"{self.path}, {self.own}" if self.own.exists() else str(self.path)
        where = f"{files} or the TRADERAI_* environment" if self.file else "the settings"
        return f"{where} cannot be used:\n  " + "\n  ".join(lines)

    def lines(self, error: ValidationError) -> list[str]:
        """Say of each value that is refused where it stands and what was expected."""
        return [
            self._line(problem["loc"], problem["msg"], problem["type"], problem["input"])
            for problem in error.errors(include_url=False, include_context=False)
        ]

    def _line(self, loc: tuple[int | str, ...], message: str, kind: str, value: object) -> str:
        name = ".".join(str(part) for part in loc)
        where = f" ({source})" if (source := self._source(loc)) else ""
        text = message.removeprefix("Value error, ")
        if kind == "extra_forbidden":
            return f"{name}{where} is no setting{_instead(nearest(name, self.model), self.model)}"
        return f"{name or 'settings'}{where}: {text}{self._form(loc)}{_repeated(loc, value)}"

    def _source(self, loc: tuple[int | str, ...]) -> str | None:
        """Variable or file that says what stands at `loc`."""
        for length in range(len(loc), 0, -1):
            name = ".".join(str(part) for part in loc[:length])
            if name in self.variables:
                return self.variables[name]
        content: Any = self.file
        for part in loc:
            if isinstance(content, dict) and part in content:
                content = content[part]
            elif isinstance(content, dict):
                return None
        if not loc:
            return None
        return str(self.own if loc[0] in read_toml(self.own) else self.path)

    def _form(self, loc: tuple[int | str, ...]) -> str:
        """What a list or a section looks like."""
        name = ".".join(str(part) for part in loc)
        if not is_json(annotations_of(self.model).get(name)):
            return ""
        return f"; expected {form_of(name, self.model)}"


def form_of(name: str, model: type[BaseModel]) -> str:
    """What the value of a list or a section looks like in JSON, by its default."""
    section, _, key = name.rpartition(".")
    default = (sections_of(model)[section] if section else model).model_fields[key].default
    if not section and key in named_sections_of(model):
        return f"sections such as [{key}.fast.training]"
    if isinstance(default, BaseModel):
        first = next(iter(type(default).model_fields))
        return f"a section such as {json.dumps({first: getattr(default, first)})}"
    return f"a list such as {json.dumps(default)}"


def _wrong_with(variable: str, name: str, model: type[BaseModel]) -> Iterator[str]:
    """Say what is wrong with the name and the form of a variable; its limits come later."""
    annotations = annotations_of(model)
    first = name.partition(".")[0]
    if first in named_sections_of(model):
        yield (
            f"{variable} is no setting: what has names of its own is written in the file alone, as "
            f"[{first}.NAME]"
        )
    elif name not in annotations:
        near = nearest(name, model)
        yield f"{variable} is no setting{_instead(variable_of(near) if near else None, model)}"
    elif is_json(annotations[name]):
        try:
            value = json.loads(os.environ[variable])
        except (ValueError, RecursionError):
            yield f"{variable} is not JSON; expected {form_of(name, model)}"
            return
        if name in sections_of(model):
            if isinstance(value, dict):
                yield from _unknown_keys({name: value}, model, variable)
            else:
                yield f"{variable} is no JSON object; expected {form_of(name, model)}"


def _unknown_keys(content: Mapping[str, Any], model: type[BaseModel], where: str) -> Iterator[str]:
    """Name the keys that are no settings, with the nearest that are."""
    sections, named = sections_of(model), named_sections_of(model)
    for key, value in content.items():
        inside = sections.get(key)
        if key not in model.model_fields:
            yield f"{where}: {key!r} is no setting{_instead(nearest(key, model), model)}"
        elif key in named and isinstance(value, dict):
            for name, part in value.items():
                if isinstance(part, dict):
                    yield from _unknown_keys(part, named[key], f"{where}: [{key}.{name}]")
        elif inside is not None and isinstance(value, dict):
            for name in value:
                if name not in inside.model_fields:
                    near = nearest(f"{key}.{name}", model)
                    yield f"{where}: {f'{key}.{name}'!r} is no setting{_instead(near, inside)}"


def _instead(near: str | None, model: type[BaseModel]) -> str:
    if near is None:
        return f"; expected one of {', '.join(model.model_fields)}"
    above = "" if "." in near or near.isupper() else " (above the first [section])"
    return f"; did you mean {near}{above}?"


def _repeated(loc: tuple[int | str, ...], value: object) -> str:
    """The value, where it is short, plain and no secret."""
    secret = any(part in _MAY_HOLD_A_SECRET for part in loc)
    if not loc or secret or not isinstance(value, str | int | float) or "://" in str(value):
        return ""
    return f" (got {str(value)[:80]!r})"
