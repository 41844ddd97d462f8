"""The command line's home and instance, for what a statement reads of them."""

from tests.cli.conftest import empty_instance, home, instance, run, traderai

__all__ = ["empty_instance", "home", "instance", "run", "traderai"]
