"""Where a growing partition is cut: few chunks, and each row written anew a few times in its life.

The rows of the last hour, or the last few, are a chunk of their own: the one that each bar writes
anew. What is finished goes into the chunk before it, together with all chunks there that are not
several times as large: so they grow geometrically towards the first, and a month of 8,640 rows has
about six.
"""

from collections.abc import Sequence

# A file of so few rows is as large as one of a single row: columns have a footer each.
OPEN_ROWS = 24
# The more, the fewer chunks to read and the more often a row is written anew.
_GROWTH = 4


def rows_kept_and_cuts(
    kept_ends: Sequence[int], hour_ends: Sequence[int], *, closed: bool
) -> tuple[int, list[int]]:
    """Say how many stored chunks stay as they are, and how the rows after them are cut.

    Parameters
    ----------
    kept_ends : sequence of int
        Rows up to the end of each stored chunk that may stay, rising.
    hour_ends : sequence of int
        Rows up to the end of each hour that has rows, rising; the last is all of them. Holds every
        one of `kept_ends`.
    closed : bool
        Whether no more rows are to come: then there is one chunk, as readers like it best.

    Returns
    -------
    tuple
        The number of chunks that stay, and rows up to the end of each new chunk, rising.
    """
    rows, kept = hour_ends[-1], len(kept_ends)
    starts = [0, *kept_ends]
    if closed:
        return 0, [rows]
    if starts[kept] == rows:
        return kept, []
    before_last_hour = hour_ends[-2] if len(hour_ends) > 1 else 0
    if rows - starts[kept] <= OPEN_ROWS or before_last_hour <= starts[kept]:
        return kept, [rows]
    while kept and starts[kept] - starts[kept - 1] < _GROWTH * (before_last_hour - starts[kept]):
        kept -= 1
    return kept, [before_last_hour, rows]
