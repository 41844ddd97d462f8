"""The platforms of the assets' tests, for the checks as well."""

from tests.assets.conftest import feed, lived_in, old_platform, open_platform, platform

__all__ = ["feed", "lived_in", "old_platform", "open_platform", "platform"]
