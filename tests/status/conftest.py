"""The command line's home and instance, for the read model below it as well."""

from tests.cli.conftest import empty_instance, gone, home, instance, run, traderai

__all__ = ["empty_instance", "gone", "home", "instance", "run", "traderai"]
