"""Privacy: a home is its user's alone, also one that was made before that was so."""

import os
import stat
from pathlib import Path

import click

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def close_to_others(home: Path) -> None:
    """Take what a home holds from the machine's other users, and say so where they had it.

    What is made anew is private from the start, by the umask that `traderai` sets. Left alone is a
    folder that is more than a home: one that everybody shares, the user's own, or one we stand in.
    """
    if not home.is_dir():
        return
    mode = home.stat().st_mode
    if not mode & _OTHERS or mode & stat.S_ISVTX or _is_more_than_a_home(home.resolve()):
        return
    try:
        home.chmod(stat.S_IMODE(mode) & ~_OTHERS)
    except PermissionError:
        click.echo(
            f"{home} can be read by others on this machine and is not yours to close; ask user "
            f"{home.stat().st_uid} for it, or name another home with TRADERAI_HOME",
            err=True,
        )
        return
    _close_all_in(home)
    click.echo(f"{home} could be read by others on this machine; it is yours alone now", err=True)


def _is_more_than_a_home(home: Path) -> bool:
    return home == Path.home() or Path.cwd().resolve().is_relative_to(home)


def _close_all_in(folder: Path) -> None:
    """Close each file and folder; what a link leads to is somebody else's."""
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            mode = path.lstat().st_mode
            if mode & _OTHERS and not stat.S_ISLNK(mode):
                path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
