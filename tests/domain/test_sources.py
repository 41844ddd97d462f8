"""Which modules others import, told from their text: none of them is run for it."""

import sys

import pytest

from traderai_assets.domain.sources import modules_in, reached_from, source_of

FILES = {
    "a.py": "import json\nfrom {package} import b\n",
    "b.py": "def late():\n    from {package}.inner.c import VALUE\n    return VALUE\n",
    "inner/c.py": "import {package}.d\nVALUE = 1\n",
    "d.py": "raise RuntimeError('it was run')\n",
    "e.py": "",
    "_shared.py": "",
}


@pytest.fixture
def package(monkeypatch, tmp_path):
    name = f"chain_{tmp_path.name}"
    for file, text in FILES.items():
        (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name / file).write_text(text.format(package=name))
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]


def test_imports_are_followed_through_packages_functions_and_plain_imports(package):
    reached = reached_from([f"{package}.a"], package=package)
    assert reached == [f"{package}.{name}" for name in ("a", "b", "d", "inner.c")]


def test_what_is_left_out_is_not_followed_either(package):
    reached = reached_from([f"{package}.a"], package=package, without={f"{package}.inner.c"})
    assert reached == [f"{package}.a", f"{package}.b"]


def test_modules_of_a_folder_come_in_order_without_the_shared_ones_and_none_is_run(package):
    assert modules_in(package) == [f"{package}.{name}" for name in ("a", "b", "d", "e")]
    assert source_of(f"{package}.d") == FILES["d.py"]
    assert modules_in("a_package_that_is_not_there") == []
