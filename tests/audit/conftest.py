"""Platforms that were lived in, as the tests of assets have them."""

from tests.assets.conftest import feed, lived_in, old_platform, open_platform, platform

__all__ = ["feed", "lived_in", "old_platform", "open_platform", "platform"]
