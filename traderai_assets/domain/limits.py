"""Limits of numbers that people write: refused by name, value and limit."""

import math

from traderai_assets.domain.errors import InvalidSettings


def check_whole(name: str, value: object, least: int, most: int) -> None:
    """Raise InvalidSettings unless `value` is a whole number from `least` to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidSettings(f"{name} = {value!r} is not a whole number from {least} to {most}")


def check_number(name: str, value: object, least: float, most: float) -> None:
    """Raise InvalidSettings unless `value` is a finite number from `least` to `most`."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not math.isfinite(value) or not least <= value <= most:  # type: ignore[arg-type, operator]
        raise InvalidSettings(f"{name} = {value!r} is not a number from {least} to {most}")
