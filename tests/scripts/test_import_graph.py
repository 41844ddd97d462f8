"""The graph of folders, on a project of five files that does everything wrong."""

import grimp
import pytest

from scripts.import_graph import Arrow, arrows_of, circles, folder_of, ranks_of, report

FILES = {
    "traderai_assets/__init__.py": "",
    "traderai_assets/jobs.py": "import traderai_assets.assets.candles",
    "traderai_assets/assets/__init__.py": "",
    "traderai_assets/assets/candles.py": "import traderai_assets.domain.months",
    "traderai_assets/assets/features.py": "import traderai_assets.assets.candles",
    "traderai_assets/domain/__init__.py": "",
    "traderai_assets/domain/months.py": "import traderai_assets.jobs",
}
CONTRACT = {
    "name": "one way",
    "type": "layers",
    "layers": ["traderai_assets.jobs", "traderai_assets.assets", "traderai_assets.domain"],
}


@pytest.fixture
def graph():
    """Imports of the files above, as grimp has them."""
    made = grimp.ImportGraph()
    modules = {
        name.removesuffix(".py").removesuffix("/__init__").replace("/", "."): text
        for name, text in FILES.items()
    }
    for module in modules:
        made.add_module(module)
    for module, text in modules.items():
        if text:
            made.add_import(importer=module, imported=text.removeprefix("import "))
    return made


def test_a_module_beside_the_folders_is_a_folder_of_its_own():
    packages = {"traderai_assets", "traderai_assets.domain"}
    assert folder_of("traderai_assets.domain.months", packages) == "traderai_assets.domain"
    assert folder_of("traderai_assets.domain", packages) == "traderai_assets.domain"
    assert folder_of("traderai_assets.jobs", packages) == "traderai_assets.jobs"


def test_imports_are_counted_from_folder_to_folder(graph):
    assert arrows_of(graph) == {
        Arrow("traderai_assets.jobs", "traderai_assets.assets"): 1,
        Arrow("traderai_assets.assets", "traderai_assets.domain"): 1,
        Arrow("traderai_assets.domain", "traderai_assets.jobs"): 1,
    }


def test_what_runs_back_what_goes_round_and_assets_of_assets_are_counted(graph):
    page, wrong = report(graph, [CONTRACT])
    assert "traderai_assets.domain -> traderai_assets.jobs (one way)" in page
    assert "arrows that run back: 1" in page
    assert "circles of folders: 1" in page
    assert "circles of modules: 1" in page
    assert "assets that import assets: 1" in page
    assert wrong == 4


def test_two_circles_that_share_nothing_are_two():
    arrows = [Arrow(*pair) for pair in ("ab", "ba", "bc", "cd", "de", "ec")]
    assert circles(arrows) == [["a", "b"], ["c", "d", "e"]]
    assert circles(arrows[2:5]) == []


def test_layers_beside_each_other_and_layers_of_a_container_have_their_heights():
    beside = {"name": "a", "type": "layers", "layers": ["cli", "gate | status", "domain : web"]}
    inside = {"name": "b", "type": "layers", "layers": ["(x)", "y"], "containers": ["traderai"]}
    assert ranks_of([beside, inside, {"name": "c", "type": "forbidden"}]) == {
        "a": {"cli": 2, "gate": 1, "status": 1, "domain": 0, "web": 0},
        "b": {"traderai.x": 1, "traderai.y": 0},
    }
