"""Print how the folders of the packages import each other: `make graph`.

Every folder is one line, with those it imports and by how many imports. Below stand the arrows that
run back against the layers in `pyproject.toml`, the circles, and the assets that import assets; the
exit code is 1 where there is one of them. What is imported for the types of annotations alone never
runs, and is left out. `python scripts/import_graph.py FOLDER` looks at another
checkout, by the contracts of this one.
"""

import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import grimp

ROOT = Path(__file__).parent.parent
PACKAGES = ("traderai_assets", "resources", "sensors")


class Arrow(NamedTuple):
    """One folder, or module beside the folders, that imports another."""

    importer: str
    imported: str


def folder_of(module: str, packages: Iterable[str]) -> str:
    """Name the folder of a module; a module that lies beside the folders is one of its own.

    >>> folder_of("traderai_assets.domain.months", {"traderai_assets", "traderai_assets.domain"})
    'traderai_assets.domain'
    >>> folder_of("traderai_assets.jobs", {"traderai_assets", "traderai_assets.domain"})
    'traderai_assets.jobs'
    """
    if module in packages:
        return module
    parent = module.rpartition(".")[0]
    return module if parent in ("", "traderai_assets") else parent


def arrows_of(graph: grimp.ImportGraph) -> Counter[Arrow]:
    """Count the imports between folders."""
    packages = {module.rpartition(".")[0] for module in graph.modules}
    found: Counter[Arrow] = Counter()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            arrow = Arrow(folder_of(importer, packages), folder_of(imported, packages))
            if arrow.importer != arrow.imported:
                found[arrow] += 1
    return found


def ranks_of(contracts: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Give each layer its height, contract by contract."""
    ranks: dict[str, dict[str, int]] = {}
    for contract in contracts:
        if contract["type"] == "layers":
            heights = ranks.setdefault(contract["name"], {})
            containers = contract.get("containers") or [""]
            for height, layer in enumerate(reversed(contract["layers"])):
                for name in str(layer).replace("|", ":").split(":"):
                    for container in containers:
                        heights[f"{container}.{name.strip(' ()')}".strip(".")] = height
    return ranks


def height_in(module: str, heights: Mapping[str, int]) -> int | None:
    """Look up the height of a module's layer, that of the package it lies in included."""
    while module:
        if module in heights:
            return heights[module]
        module = module.rpartition(".")[0]
    return None


def backward(arrows: Iterable[Arrow], ranks: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Name the arrows that lead from a lower layer to a higher one."""
    found = []
    for name, heights in ranks.items():
        for arrow in sorted(arrows):
            below, above = (height_in(module, heights) for module in arrow)
            if below is not None and above is not None and below < above:
                found.append(f"{arrow.importer} -> {arrow.imported} ({name})")
    return found


def circles(arrows: Iterable[Arrow]) -> list[list[str]]:
    """Group the names that can be reached from each other; each group is a circle, or several."""
    followed: dict[str, set[str]] = {}
    for arrow in arrows:
        followed.setdefault(arrow.importer, set()).add(arrow.imported)
    reached = {name: _reached_from(name, followed) for name in followed}
    together = {
        tuple(sorted(other for other in reached[name] if name in reached.get(other, ())))
        for name in followed
        if name in reached[name]
    }
    return [list(names) for names in sorted(together)]


def _reached_from(start: str, followed: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = set(followed.get(start, ()))
    while ahead:
        name = ahead.pop()
        reached.add(name)
        ahead |= followed.get(name, set()) - reached
    return reached


def module_arrows(graph: grimp.ImportGraph) -> list[Arrow]:
    """List the imports between modules."""
    return [
        Arrow(importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    ]


def report(graph: grimp.ImportGraph, contracts: Iterable[Mapping[str, Any]]) -> tuple[str, int]:
    """Write the page, and count what is wrong."""
    arrows, modules = arrows_of(graph), module_arrows(graph)
    lines = []
    for importer in sorted({arrow.importer for arrow in arrows}):
        told = [f"{a.imported} {n}" for a, n in sorted(arrows.items()) if a.importer == importer]
        lines.append(f"{importer} -> {', '.join(told)}")
    assets = [
        f"{a.importer} -> {a.imported}"
        for a in sorted(modules)
        if all(name.startswith("traderai_assets.assets.") for name in a)
    ]
    wrong = {
        "arrows that run back": backward(arrows, ranks_of(contracts)),
        "circles of folders": [" <-> ".join(names) for names in circles(arrows)],
        "circles of modules": [" <-> ".join(names) for names in circles(modules)],
        "assets that import assets": assets,
    }
    for title, found in wrong.items():
        lines += ["", f"{title}: {len(found)}", *(f"  {one}" for one in found)]
    return "\n".join(lines), sum(map(len, wrong.values()))


def main(repository: Path = ROOT) -> int:
    """Read the packages of a checkout and the contracts of this one, and print the page."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    sys.path.insert(0, str(repository.resolve()))
    graph = grimp.build_graph(*PACKAGES, cache_dir=None, exclude_type_checking_imports=True)
    page, wrong = report(graph, project["tool"]["importlinter"]["contracts"])
    print(page)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
