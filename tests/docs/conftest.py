"""The platform that was lived in, on which the commands of the pages are run."""

from tests.assets.conftest import feed, lived_in

__all__ = ["feed", "lived_in"]
