import importlib.util
from pathlib import Path

import pytest

from resources.studies.resource import StudiesResource


@pytest.fixture(scope="session")
def toy():
    """The module next to this one: tests are not a package."""
    spec = importlib.util.spec_from_file_location("toy", Path(__file__).with_name("toy.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def studies(tmp_path):
    return StudiesResource(uri=str(tmp_path / "studies"))


@pytest.fixture
def journal_path(tmp_path, toy):
    return tmp_path / "studies" / f"{toy.MARKET}.{toy.MONTH}.journal"


@pytest.fixture
def stored(studies, toy):
    """A search that is done, and its ledger."""
    return toy.toy_search(studies.storage(toy.MARKET, toy.MONTH))
