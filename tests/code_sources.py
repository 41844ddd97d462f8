"""The sources that decide a kind of result, and their digest; run it to write the digests anew.

`python -m tests.code_sources` is right where a change left every value as it was. Where it did
not, raise the kind's version in `traderai_assets/domain/code_versions.py` first.
"""

import ast
import hashlib
import io
import json
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from traderai_assets.domain.code_versions import CODE_VERSIONS

REPOSITORY = Path(__file__).parent.parent
DIGESTS = REPOSITORY / "tests" / "code_digests.json"
# A result is decided where its asset is, and in what that imports from these
DECIDING = (
    "traderai_assets.domain",
    "traderai_assets.ingest",
    "traderai_assets.making",
    "traderai_assets.registry",
)
# How an asset reads candles: marked where learning may not cross
READING = "traderai_assets.runs.partition"
# What they say, and to whom, changes no value
SAYING = {
    "traderai_assets.domain.code_versions",
    "traderai_assets.domain.errors",
    "traderai_assets.domain.numbers",
    "traderai_assets.domain.plain_text",
    "traderai_assets.domain.progress_line",
    "traderai_assets.domain.training.progress",
    "traderai_assets.domain.ways_out",
    *(
        f"traderai_assets.domain.pictures.{kind}"
        for kind in ("bar_chart", "candle_chart", "line_chart", "scale", "small_table")
    ),
    "traderai_assets.domain.pictures.sparkline",
    "traderai_assets.domain.pictures.svg",
    "traderai_assets.ingest.candle_metadata",
    *(f"traderai_assets.making.{kind}_page" for kind in ("feature", "label", "outcome", "signal")),
    *(
        f"traderai_assets.registry.{kind}_page"
        for kind in ("backtest", "champion", "drift", "model", "record", "verdict")
    ),
}


def sources_of(kind: str) -> list[str]:
    """Files that decide the values of a kind, sorted: its asset, and what that leads to."""
    waiting = [f"traderai_assets.assets.{kind}", READING]
    found: dict[str, Path] = {}
    while waiting:
        module = waiting.pop()
        file = _file_of(module)
        if module in found or module in SAYING or file is None:
            continue
        found[module] = file
        waiting += [name for name in _imports(file) if name.startswith(DECIDING)]
    return sorted(str(file.relative_to(REPOSITORY)) for file in found.values())


def digest_of(kind: str) -> str:
    """Digest of the code of a kind: comments, docstrings and empty lines do not count."""
    digest = hashlib.sha256()
    for name in sources_of(kind):
        digest.update(f"{name}\0{code_of((REPOSITORY / name).read_text())}\0".encode())
    return digest.hexdigest()[:16]


@cache
def code_of(source: str) -> str:
    """Source text without comments, docstrings and empty lines, whatever Python reads it."""
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for first, last in _docstrings(ast.parse(source)):
        lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(line.rstrip() for line in lines if line.strip())


def kept_digests() -> dict[str, str]:
    """Read the digest of each kind as it was last written."""
    return dict(json.loads(DIGESTS.read_text()))


def write_digests() -> list[str]:
    """Write today's digest of every kind; return the kinds whose digest was another, or none."""
    before, today = kept_digests(), {kind: digest_of(kind) for kind in CODE_VERSIONS}
    DIGESTS.write_text(json.dumps(today, indent=2) + "\n")
    return sorted(kind for kind in today.keys() | before if today.get(kind) != before.get(kind))


def _file_of(module: str) -> Path | None:
    file = REPOSITORY / f"{module.replace('.', '/')}.py"
    return file if file.exists() else None


@cache
def _imports(file: Path) -> frozenset[str]:
    """Modules that a file imports anywhere in it, also by `from package import module`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def _docstrings(tree: ast.Module) -> Iterator[tuple[int, int]]:
    """First and last line of each text that stands alone, as docstrings do."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
            continue
        if isinstance(node.value.value, str):
            yield node.lineno, node.end_lineno or node.lineno


if __name__ == "__main__":
    renewed = write_digests()
    sys.stdout.write(f"written anew: {', '.join(renewed) or 'nothing'}\n")
