"""`assets/` is what it says: one asset a file, and nothing in it that another file would want."""

import ast
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent.parent
FILES = sorted((REPOSITORY / "traderai_assets" / "assets").glob("[a-z]*.py"))


def decorators(node: ast.AST) -> set[str]:
    return {ast.unparse(one).partition("(")[0] for one in getattr(node, "decorator_list", [])}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_holds_the_asset_of_its_name_and_is_for_nobody_else(file: Path):
    body = ast.parse(file.read_text()).body
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    kinds = {"dg.asset", "strategy_asset", "asset_over_strategies"}
    assets = [node.name for node in functions if kinds & decorators(node)]
    assert assets == [file.stem]
    assert [node.name for node in functions if not node.name.startswith("_")] == assets
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    assert {ast.unparse(base) for node in classes for base in node.bases} <= {"dg.Config"}


def test_nobody_reaches_into_the_assets_for_anything():
    reaching = {
        f"{file.relative_to(REPOSITORY)}: {node.module}"
        for package in ("traderai_assets", "resources", "sensors", "benchmarks")
        for file in (REPOSITORY / package).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("traderai_assets.assets.")
    }
    assert reaching == set()
