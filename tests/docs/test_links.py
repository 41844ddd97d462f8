"""Every link of a page leads somewhere: to a file of this repository, and to a heading in it."""

import pytest

from tests.docs.pages import NAMES, PAGES, REPOSITORY, anchors, links


@pytest.mark.parametrize("name", NAMES)
def test_every_link_of_a_page_leads_to_a_file_and_to_a_heading_in_it(name):
    page = REPOSITORY / name
    lost = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or not target.is_relative_to(REPOSITORY):
            lost.append(f"{link}: no such file")
        elif anchor and anchor not in anchors(target):
            lost.append(f"{link}: {target.name} has {sorted(anchors(target))}")
    assert lost == []


def test_headings_are_named_as_github_names_them(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# What `it` says, and why\n\n```sh\n# no heading\n```\n## Twice\n## Twice\n")
    assert anchors(page) == {"what-it-says-and-why", "twice", "twice-1"}


def test_every_page_of_the_docs_is_linked_from_another():
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in PAGES
        for link in links(page)
        if not link.startswith("#")
    }
    folders = {target for target in linked if target.is_dir()}
    entrances = {REPOSITORY / "README.md"}
    alone = [
        str(page.relative_to(REPOSITORY))
        for page in PAGES
        if page not in linked | entrances and page.parent not in folders
    ]
    assert alone == []
