"""A value of each kind that a table's column may have, for rows of which only some matter."""

from datetime import UTC, datetime

ANY_VALUE = {
    "float64": 0.5,
    "int64": 1,
    "int32": 1,
    "int8": 1,
    "bool": True,
    "str": "none",
    "object": b"",
    "datetime64[ms, UTC]": datetime(2026, 1, 1, tzinfo=UTC),
}
