"""What is set up once is used by one worker, and what takes long begins first."""

from tests.sharing import LONG_FOLDERS, PARTS, part_of, place


def test_the_files_of_a_folder_that_shares_something_are_one_part():
    first, second = "tests/assets/test_models.py::test_a[1]", "tests/assets/test_gate.py::test_b"
    assert part_of(first) == part_of(second)
    assert part_of("tests/queue/test_kills.py::test_a") == part_of(
        "tests/web/test_guard.py::test_b"
    )


def test_any_other_file_is_a_part_of_its_own():
    name = "tests/domain/search/test_trials.py"
    assert part_of(f"{name}::test_a[x::y]") == part_of(f"{name}::test_b") == name


def test_what_waits_comes_first_and_what_is_short_last():
    files = ["domain/test_months", "cli/test_help", "assets/test_gate", "web/test_guard"]
    files += ["pipeline/test_gate"]
    names = [f"tests/{file}.py::test_it" for file in files]
    assert sorted(names, key=place) == names[::-1]


def test_the_tests_of_a_part_lie_side_by_side():
    folders = [*PARTS, *LONG_FOLDERS, "domain"]
    names = sorted((f"tests/{folder}/test_a.py::test_it" for folder in folders), key=place)
    parts = list(dict.fromkeys(map(part_of, names)))
    assert [part_of(name) for name in names] == sorted(map(part_of, names), key=parts.index)


def test_what_is_named_exists(repository):
    assert all((repository / "tests" / folder).is_dir() for folder in (*PARTS, *LONG_FOLDERS))
