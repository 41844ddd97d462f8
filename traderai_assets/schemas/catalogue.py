"""Every table of the lake, found in the modules of this folder: nothing has to list them."""

from importlib import import_module

from traderai_assets.domain.sources import modules_in
from traderai_assets.schemas.tables import Table


def tables_in(package: str) -> tuple[Table, ...]:
    """Return the tables that the modules of a package declare or import, in order of their names.

    Raises
    ------
    ValueError
        If two tables have one name: in the lake they would be one folder.
    """
    found: dict[str, Table] = {}
    for module in modules_in(package):
        for value in vars(import_module(module)).values():
            if isinstance(value, Table) and found.setdefault(value.name, value) is not value:
                raise ValueError(f"{module} has a second table {value.name!r}; name it otherwise")
    return tuple(found[name] for name in sorted(found))


TABLES = tables_in(__package__)
