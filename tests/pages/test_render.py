"""Pages as HTML: what is read is what was given, nothing runs or is asked for but what is ours."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from tests.pages.reading import chart_data, tables_of
from traderai_assets.pages.parts import (
    Bar,
    Candles,
    Chart,
    Link,
    Marker,
    Number,
    Numbers,
    Page,
    Picture,
    Section,
    Series,
    Sketch,
    Table,
    Toned,
    Trace,
    Words,
)
from traderai_assets.pages.render import render, render_sections
from traderai_assets.pages.static_files import served_files

HOSTILE = "</script><script>alert(1)</script>&\"'<img src=x onerror=alert(2)>"


def page(*parts, **more):
    return Page("A title", "about it", [Section("one", "One", parts)], **more)


def everything(text=HOSTILE):
    rows = [(1_700_000_000 + 3600 * i, 1.0, 2.0, 0.5, 1.5 + i / 7, 3.0) for i in range(5)]
    return page(
        Numbers([Number(text, text, text, "bad")]),
        Words([text]),
        Words([text, "two"], "warn"),
        Link(text, "#one"),
        Table("t", text, [text, "n"], [[text, 1 / 3], [Toned(text, "good"), None]], note=text),
        Table("b", "b", ["bar", "link"], [[Bar(2.0, text), Link(text, "/x")]], folded=True),
        Table("e", "e", ["a"], [], empty=text),
        Table("s", "s", ["s"], [[Sketch("<svg ></svg>", text)], [Sketch("", text)]]),
        Picture(text, "<svg xmlns='http://www.w3.org/2000/svg'></svg>"),
        Chart(
            text, [row[0] for row in rows], [Series(text, [1.0, None, 2.0, 3.0, 0.1])], note=text
        ),
        Candles(
            text,
            rows,
            [Marker(rows[1][0], text, True)],
            [(rows[0][0], rows[2][0], 1.9, text)],
            [(row[0], text) for row in rows],
            text,
            [Trace(text, [(row[0], 0.5) for row in rows])],
        ),
        links=[Link(text, "/y")],
        facts={text: text},
    )


class Elements(HTMLParser):
    """Counts elements and collects what would be asked for or run."""

    def __init__(self):
        super().__init__()
        self.tags, self.asked, self.handlers = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append((tag, name))
            if name in {"src", "srcset", "data", "poster"} or (name == "href" and tag != "a"):
                self.asked.append((tag, value))


def elements(html):
    seen = Elements()
    seen.feed(html)
    return seen


def test_no_text_becomes_markup():
    hostile, harmless = (elements(render(everything(t), standalone=True)) for t in (HOSTILE, "x"))
    assert hostile.tags == harmless.tags
    assert hostile.handlers == []


def test_a_page_of_one_file_asks_for_nothing():
    assert elements(render(everything(), standalone=True)).asked == [("link", "data:,")]


def test_its_policy_lets_run_exactly_the_scripts_it_holds():
    html = render(everything(), standalone=True)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1].replace("&#39;", "'")
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'"
        for s in scripts
    }
    assert len(scripts) == 3
    allowed = re.search(r"script-src ([^;]+);", policy)[1].split(" ")
    assert set(allowed) == hashes
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-inline" not in policy.replace("style-src 'unsafe-inline'", "")


def test_a_page_without_charts_does_not_carry_them():
    small, large = (
        render(page(part), standalone=True)
        for part in (Words(["x"]), Chart("c", [1, 2], [Series("s", [1.0, 2.0])]))
    )
    assert len(small) < 30_000 < 250_000 < len(large)
    assert "Apache License" in large
    assert "Leon Sorokin" in large


def test_a_served_page_asks_for_files_that_exist_and_holds_no_script_that_runs():
    html = render(everything(), standalone=False, static="/files")
    asked = [value for _, value in elements(html).asked if value != "data:,"]
    assert len(asked) == 5
    assert {value.removeprefix("/files/") for value in asked} == set(served_files())
    assert re.findall(r"<script(?! src| type=\"application/json\")", html) == []


def test_what_is_put_in_later_is_what_stands_in_main():
    whole, part = render(everything(), standalone=False), render_sections(everything())
    inside = re.search(r"<main>(.*)</main>", whole, re.DOTALL)[1]
    assert inside.strip() == part.strip()


def test_a_table_keeps_whole_numbers_beside_the_short_ones():
    table = Table("t", "T", ["a", "b"], [[1 / 3, 7], [float("nan"), None], [True, "x, y"]])
    html = render(page(table), standalone=True)
    assert tables_of(html)["t"] == [
        {"a": 1 / 3, "b": 7},
        {"a": None, "b": None},
        {"a": True, "b": "x, y"},
    ]
    assert ">0.333333<" in html


def test_a_chart_carries_its_numbers_with_five_digits_and_its_holes():
    [data] = chart_data(
        render(page(Chart("c", [1, 2], [Series("s", [1 / 3, None])])), standalone=True)
    )
    assert data["values"] == [[0.33333, None]]
    assert data["seconds"] == {"first": 1, "count": 2, "steps": [1]}


def test_no_more_markers_than_can_be_told_apart_and_the_latest():
    marks = [Marker(i, str(i), True) for i in range(300)]
    rows = [(i, 1.0, 1.0, 1.0, 1.0, 1.0) for i in range(300)]
    [data] = chart_data(render(page(Candles("c", rows, marks)), standalone=True))
    assert [marker[0] for marker in data["markers"]] == list(range(100, 300))


def test_words_are_carried_by_a_letter_a_bar():
    rows = [(i, 1.0, 1.0, 1.0, 1.0, 1.0) for i in range(6)]
    words = [(0, "a"), (1, "a"), (2, "b"), (4, "a"), (5, "a")]
    html = render(page(Candles("c", rows, words=words)), standalone=True)
    [data] = chart_data(html)
    assert (data["kinds"], data["words"]) == (["a", "b"], "aab aa")
    assert "a: 4 bars" in html


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (Table("t", "T", ["a", "b"], [[1]]), "table 't' has 2 columns, but a row of 1 cells"),
        (
            Chart("c", [1, 2], [Series("s", [1.0])]),
            "chart 'c' has 2 moments, its lines .*1",
        ),
        (Picture("p", "<img src=x>"), "a picture is SVG made by domain/pictures"),
        (Picture("p", "<svg ><script>1</script></svg>"), "not '<script'"),
    ],
)
def test_what_does_not_fit_is_refused(part, told):
    with pytest.raises(ValueError, match=told):
        render(page(part), standalone=True)


def test_sections_have_names_of_their_own():
    twice = Page("t", "a", [Section("x", "X", []), Section("x", "Y", [])])
    with pytest.raises(ValueError, match="names of their own"):
        render(twice, standalone=True)


def test_what_is_vendored_is_what_was_written_down(repository):
    folder = repository / "traderai_assets/pages/vendored"
    written = dict(
        re.findall(
            r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", (folder / "VENDORED.md").read_text(), re.M
        )
    )
    assert set(written) == {
        file.name for file in folder.iterdir() if file.suffix in {".js", ".css"}
    }
    for name, digest in written.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_json_of_charts_closes_no_script():
    for block in re.findall(r'class="data">(.*?)</script>', render(everything(), standalone=True)):
        assert "<" not in block
        json.loads(block)


def test_the_wheel_holds_every_file_that_a_page_is_made_of(repository):
    from hatchling.builders.wheel import WheelBuilder

    packed = {
        one.distribution_path for one in WheelBuilder(str(repository)).recurse_included_files()
    }
    folder = repository / "traderai_assets/pages"
    files = {str(one.relative_to(repository)) for one in folder.rglob("*.*") if one.is_file()}
    files = {one for one in files if "__pycache__" not in one}
    assert len(files) > 15
    assert files <= packed


def test_a_small_picture_stands_in_a_cell_and_its_words_are_saved():
    rows = [[Sketch("<svg ></svg>", "price of a")], [Sketch("", "price of b")]]
    html = render(page(Table("t", "t", ["price"], rows)), standalone=False)
    assert tables_of(html)["t"] == [{"price": "price of a"}, {"price": None}]
    assert '<td class="sketch" data-v="price of a" title="price of a"><svg ></svg></td>' in html
    with pytest.raises(ValueError, match="a picture is SVG made by"):
        render(page(Table("t", "t", ["p"], [[Sketch("<svg onload=x>", "")]])), standalone=False)
