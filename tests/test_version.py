"""The version stands in one place, and what repeats it says the same."""

import re
import tomllib
from importlib.metadata import version


def project(repository):
    return tomllib.loads((repository / "pyproject.toml").read_text())["project"]


def test_the_changelog_begins_with_the_version(repository):
    headings = re.findall(r"^## (.+)$", (repository / "CHANGELOG.md").read_text(), re.M)
    assert headings[0].split()[0] == project(repository)["version"]


def test_the_versions_of_the_changelog_go_back_step_by_step(repository):
    headings = re.findall(r"^## (\S+)", (repository / "CHANGELOG.md").read_text(), re.M)
    numbers = [
        tuple(map(int, re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", one).groups())) for one in headings
    ]
    assert numbers == sorted(set(numbers), reverse=True)


def test_what_is_installed_is_what_stands_here(repository):
    written = project(repository)["version"]
    assert version("traderai") == written, (
        f"pyproject.toml says {written}, and {version('traderai')} is installed; run `make check`,"
        " which installs what is new"
    )


def test_no_page_names_another_version(repository):
    written = project(repository)["version"]
    pages = [repository / "README.md", *(repository / "docs").rglob("*.md")]
    named = {
        (page.name, found)
        for page in pages
        for found in re.findall(r"(?i)traderai[ =]{1,2}v?(\d+\.\d+\.\d+)", page.read_text())
    }
    assert {found for _, found in named} <= {written}, named
