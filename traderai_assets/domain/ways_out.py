"""What to do when the machine refuses: one sentence for each cause that a person can mend.

Pure: which file it was, and on which disk, the caller knows.
"""

import errno
import re

_WAYS_OUT = {
    errno.ENOSPC: "free space on its disk",
    errno.EDQUOT: "free space within the user's quota, or raise it",
    errno.EFBIG: 'raise the limit on the size of files ("ulimit -f")',
    errno.EROFS: "its disk is read-only: mount it for writing, or set TRADERAI_HOME elsewhere",
    errno.EACCES: "give the user who runs TraderAI the right to read and write it",
    errno.EPERM: "give the user who runs TraderAI the right to read and write it",
    errno.ENOENT: "is its disk mounted, and is the path right?",
    errno.ENOTDIR: "a file stands where a folder should: move it aside, or choose another path",
    errno.EISDIR: "a folder stands where a file should: move it aside, or choose another path",
    errno.EEXIST: "something stands in its place: move it aside, or choose another path",
    errno.ELOOP: "its symbolic links go round in a circle: mend them",
    errno.ENAMETOOLONG: "choose a shorter path",
    errno.EMFILE: 'too many files are open in one process: raise the limit ("ulimit -n")',
    errno.ENFILE: "too many files are open on this machine: end other programs, or raise its limit",
    errno.ENOMEM: "free memory, or give the machine more",
    errno.EIO: "the disk fails: look at its health, and restore from a backup",
    errno.ESTALE: "the network file system has lost it: mount it again",
    errno.ENODEV: "is its disk mounted?",
    errno.ENXIO: "is its disk mounted?",
    errno.EADDRINUSE: "another program has the port: end it, or name another port",
    errno.ECONNREFUSED: "nothing listens there: is it running, and is the address right?",
}
# As Rust words it.
_OS_ERROR = re.compile(r"\(os error (\d+)\)")


def way_out_of(number: int | None) -> str | None:
    """Return what to do about an errno; None where nothing sensible can be said."""
    return None if number is None else _WAYS_OUT.get(number)


def errno_in(text: str) -> int | None:
    """Return the errno that the text of a library's error names, the last if several are."""
    found = _OS_ERROR.findall(text)
    return int(found[-1]) if found else None
