"""Each limit and each default is written once, and by no other name's twin."""

import ast
from pathlib import Path

import pytest

ONCE = ("traderai_assets/domain/limits.py", "traderai_assets/domain/defaults.py")
PACKAGES = ("traderai_assets", "resources", "sensors")


def constants_of(file: Path) -> set[str]:
    """Names that a file gives a value at its top."""
    found = set()
    for node in ast.parse(file.read_text()).body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple) else [target]
            found |= {part.id for part in parts if isinstance(part, ast.Name)}
    return found


@pytest.mark.parametrize("source", ONCE)
def test_no_other_file_gives_a_limit_or_a_default_another_value(repository, source):
    own = {name for name in constants_of(repository / source) if name.isupper()}
    assert len(own) > 10
    twins = [
        f"{file.relative_to(repository)}: {name}"
        for package in PACKAGES
        for file in sorted((repository / package).rglob("*.py"))
        if file != repository / source
        for name in sorted(constants_of(file) & own)
    ]
    assert twins == []


def test_settings_and_resources_write_no_number_that_stands_there(repository):
    """A default or a limit of a section that a plan or a resource shares is a name, no number."""
    shared = {
        "traderai_assets/settings_sections.py": {"TrainingSettings", "SearchSettings"},
        "resources/exchange/resource.py": {"ExchangeResource"},
    }
    own = {"max_model_age_days", "first_wait_seconds", "max_answer_bytes"}
    found = []
    for name, classes in shared.items():
        for node in ast.walk(ast.parse((repository / name).read_text())):
            if isinstance(node, ast.ClassDef) and node.name in classes:
                found += [
                    f"{name}: {field.target.id}"
                    for field in node.body
                    if isinstance(field, ast.AnnAssign) and field.target.id not in own
                    for value in ast.walk(field)
                    if isinstance(value, ast.Constant)
                    and type(value.value) in {int, float}
                    and value.value not in {0, 1}
                ]
    assert found == []
