"""Code versions: one table says them, and none stays behind when the code it stands for changes."""

import ast

import pytest

from tests.code_sources import (
    DECIDING,
    READING,
    REPOSITORY,
    SAYING,
    code_of,
    digest_of,
    kept_digests,
    sources_of,
)
from traderai_assets.definitions import build_definitions
from traderai_assets.domain.code_versions import CODE_VERSIONS, version_of
from traderai_assets.domain.features.catalogue import FEATURE_CODE_VERSION
from traderai_assets.domain.models.card import code_versions


@pytest.mark.parametrize("kind", CODE_VERSIONS)
def test_a_version_stands_for_the_sources_as_they_are(kind):
    assert kept_digests().get(kind) == digest_of(kind), (
        f"what decides the values of {kind} has changed and its version is still "
        f"{version_of(kind)!r}: if the same inputs may make other values now, raise the version of "
        f"{kind} in traderai_assets/domain/code_versions.py; then, in any case, write its digest "
        'anew by "python -m tests.code_sources"'
    )


def test_no_digest_is_kept_of_what_has_no_version():
    assert list(kept_digests()) == list(CODE_VERSIONS)


def test_every_asset_has_the_version_that_the_table_says():
    specs = {
        spec.key.path[-1]: spec.code_version
        for spec in build_definitions().resolve_all_asset_specs()
    }
    assert specs == CODE_VERSIONS | {"features": FEATURE_CODE_VERSION}


def test_no_code_version_is_written_where_an_asset_is():
    for file in (REPOSITORY / "traderai_assets" / "assets").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "code_version":
                assert not isinstance(node.value, ast.Constant), f"{file.name}:{node.value.lineno}"


def test_a_models_card_names_the_version_of_its_asset():
    assert code_versions() == {
        "features": FEATURE_CODE_VERSION,
        "training": version_of("models"),
    }


def test_what_a_kind_is_computed_by_is_among_its_sources():
    labels, models = sources_of("labels"), sources_of("models")
    assert "traderai_assets/domain/labels/kernel.py" in labels  # Imported late, inside a function
    assert "traderai_assets/domain/backtest/account_kernel.py" in models
    assert "traderai_assets/registry/training_rows.py" in models
    assert "traderai_assets/domain/candles/crossings.py" in labels  # By way of how it reads them
    assert not {name for name in labels if "/backtest/account" in name}


def test_what_is_left_out_of_the_sources_exists_and_would_be_among_them():
    for module in (*SAYING, READING):
        assert (REPOSITORY / f"{module.replace('.', '/')}.py").exists(), module
        assert module.startswith((*DECIDING, READING))


def test_words_change_no_digest_and_a_number_or_an_indentation_does():
    body = '    """One."""\n    if x:\n        x += 1  # why\n        x *= 2\n    return x\n'
    code = f"def f(x):\n{body}"
    assert code_of(code) == code_of(code.replace("One.", "Another.").replace("# why", "# because"))
    assert code_of(code) != code_of(code.replace("+= 1", "+= 2"))
    assert code_of(code) != code_of(code.replace("        x *= 2", "    x *= 2"))
    assert code_of("a = '# no comment'\n") != code_of("a = '# a text'\n")
