"""The page of settings: default, limits and meaning of each, as pydantic holds them."""

import json
from collections.abc import Iterator
from typing import Any

from scripts.reference.markdown import code, summary, table
from traderai_assets.settings import Settings

_HEAD = """# Settings

What `traderai.toml` may say. Each can be set in the environment too, under the name given here; a
name that is no setting, and a value beyond its limit, is refused. What they must be together is
checked before any work: [operations](../operations.md#settings).

"""
_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "maxItems": "at most {} entries",
    "minItems": "at least {} entries",
}


def settings_page() -> str:
    """Return the page."""
    schema = Settings.model_json_schema()
    kinds = schema["$defs"]
    plain, sections = {}, {}
    for name, told in schema["properties"].items():
        kind = told.get("$ref", "").rpartition("/")[2]
        if kind:
            sections[name] = kinds[kind]
        elif name != "strategies":
            plain[name] = told
    parts = [_HEAD + "## At the top of the file\n\n" + _table(plain, "TRADERAI_")]
    parts += [
        f"## `[{name}]`\n\n{summary(kind['description'])}\n\n"
        + _table(kind["properties"], f"TRADERAI_{name.upper()}__")
        for name, kind in sections.items()
    ]
    own = kinds["StrategySettings"]
    inner = ", ".join(f"`[strategies.NAME.{name}]`" for name in own["properties"])
    parts.append(
        f"## `[strategies.NAME]`\n\n{summary(own['description'])} Sections: {inner}, each with the "
        "settings of the section of that name. In the file alone, not in the environment:\n"
        "[strategies](../strategies.md).\n"
    )
    return "\n".join(parts)


def setting_names() -> Iterator[str]:
    """Yield the name of every setting, as `section.name` where it has a section."""
    schema = Settings.model_json_schema()
    for name, told in schema["properties"].items():
        kind = told.get("$ref", "").rpartition("/")[2]
        if kind:
            yield from (f"{name}.{inner}" for inner in schema["$defs"][kind]["properties"])
        else:
            yield name


def _table(settings: dict[str, Any], prefix: str) -> str:
    rows = (
        [
            code(name),
            _kind(told),
            code(json.dumps(told["default"])) if "default" in told else "required",
            ", ".join(_limits(told)),
            told["description"],
            code(f"{prefix}{name.upper()}"),
        ]
        for name, told in settings.items()
    )
    return table(["setting", "kind", "default", "limits", "meaning", "in the environment"], rows)


def _kind(told: dict[str, Any]) -> str:
    if "anyOf" in told:
        return " or ".join(_kind(one) for one in told["anyOf"])
    if "enum" in told:
        return "one of " + ", ".join(code(one) for one in told["enum"])
    words = {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "`true` or `false`",
        "null": "nothing",
    }
    if told["type"] == "array":
        return f"list of {_kind(told['items'])}"
    return words[told["type"]]


def _limits(told: dict[str, Any]) -> Iterator[str]:
    for one in (told, told.get("items", {}), *told.get("anyOf", ())):
        yield from (
            text.format(_number(one[name])) for name, text in _LIMITS.items() if name in one
        )


def _number(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
