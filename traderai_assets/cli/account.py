"""Who types a command, for what is kept of it."""

import getpass
import os


def account_name() -> str:
    """Name the account; in a container it may have no name."""
    try:
        return getpass.getuser()[:100]
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
