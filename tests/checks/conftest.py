"""The houses of the assets' tests, for the checks as well."""

from tests.assets.conftest import feed, house, lived_in, old_house, open_house

__all__ = ["feed", "house", "lived_in", "old_house", "open_house"]
