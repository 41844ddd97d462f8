"""What is said in one place: a second one would agree by luck."""

import ast
from collections.abc import Callable
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
PACKAGES = ("traderai_assets", "resources", "sensors")
ASKED_ABOUT = (ast.Constant, ast.Call, ast.FunctionDef)


def places(is_wanted: Callable[[ast.AST], bool], *, outside: str = "") -> set[str]:
    """Files in which a node is of the wanted kind, but for those under `outside`."""
    return {
        name
        for name, nodes in all_nodes().items()
        if not (outside and name.startswith(outside)) and any(map(is_wanted, nodes))
    }


@cache
def all_nodes() -> dict[str, list[ast.AST]]:
    """Constants, calls and functions of every file: all that is asked about."""
    return {
        str(file.relative_to(REPOSITORY)): [
            node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ASKED_ABOUT)
        ]
        for package in PACKAGES
        for file in sorted((REPOSITORY / package).rglob("*.py"))
    }


def test_a_partition_key_is_split_and_joined_in_one_place():
    def names_the_separator(node: ast.AST) -> bool:
        return isinstance(node, ast.Constant) and node.value == "|"

    studies = "traderai_assets/domain/search/names.py"  # Their names are no partition keys
    assert places(names_the_separator) == {"traderai_assets/partitions.py", studies}


def test_the_settings_become_costs_in_one_place():
    def builds_costs(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Costs"

    outside = "traderai_assets/domain/"
    assert places(builds_costs, outside=outside) == {"traderai_assets/plan.py"}


def test_the_last_month_of_a_market_is_found_by_the_lake_alone():
    def seeks_the_last_month(node: ast.AST) -> bool:
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "max":
            return False
        return any(getattr(inner, "attr", "") == "content_hashes" for inner in ast.walk(node))

    assert places(seeks_the_last_month) == set()


def test_the_close_of_the_last_bar_is_defined_once():
    def defines_it(node: ast.AST) -> bool:
        return isinstance(node, ast.FunctionDef) and node.name == "last_close"

    assert places(defines_it) == {"traderai_assets/domain/candles/frames.py"}
