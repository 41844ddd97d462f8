"""Source texts: which modules a folder holds, what they import and what they say.

Nothing is imported for it: a module is found by the import system and read as text.
"""

import ast
from collections.abc import Iterable, Iterator
from importlib.abc import InspectLoader
from importlib.util import find_spec
from pkgutil import iter_modules


def modules_in(package: str) -> list[str]:
    """Name the modules of a package, in order, but for those whose name begins with `_`.

    A single module is itself; of a package that is not there nothing is named. A package may be a
    namespace package: several folders of one name are one.
    """
    found = find_spec(package)
    if found is None:
        return []
    if found.submodule_search_locations is None:
        return [package]
    names = {module.name for module in iter_modules(found.submodule_search_locations)}
    return [f"{package}.{name}" for name in sorted(names) if not name.startswith("_")]


def file_of(module: str) -> str:
    """Name the file of a module; the module itself where it has none."""
    found = find_spec(module)
    return (found.origin if found else None) or module


def source_of(module: str) -> str | None:
    """Source text of a module; None where it has none, as when only its bytecode is installed."""
    found = find_spec(module)
    loader = found.loader if found else None
    return loader.get_source(module) if isinstance(loader, InspectLoader) else None


def reached_from(modules: Iterable[str], *, package: str, without: Iterable[str] = ()) -> list[str]:
    """Name every module of `package` that `modules` import, and that those import in turn.

    Parameters
    ----------
    modules : iterable of str
        Where to begin; those of `package` among them are named too.
    package : str
        Imports of other packages are not followed.
    without : iterable of str
        Modules that are neither named nor followed.

    Returns
    -------
    list of str
        In order of name. An import inside a function counts as one at the top.
    """
    inside = f"{package}."
    seen, waiting = set(without), list(modules)
    reached = set()
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        if module.startswith(inside):
            reached.add(module)
        waiting += [name for name in _imports_of(module, inside) if name not in seen]
    return sorted(reached)


def _imports_of(module: str, inside: str) -> Iterator[str]:
    """Name the modules that a module imports, wherever in it, whose names begin with `inside`."""
    for node in ast.walk(ast.parse(source_of(module) or "")):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif not isinstance(node, ast.ImportFrom) or not f"{node.module}.".startswith(inside):
            continue
        elif _is_package(str(node.module)):  # What is taken of a package are its modules
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            names = [str(node.module)]
        yield from (name for name in names if name.startswith(inside))


def _is_package(name: str) -> bool:
    found = find_spec(name)
    return found is not None and found.submodule_search_locations is not None
