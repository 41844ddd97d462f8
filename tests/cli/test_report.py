"""`traderai report` on a home with nothing in it, and what it refuses."""

import json

import pytest

from tests.pages.reading import tables_of


@pytest.mark.usefixtures("home")
def test_a_strategy_without_anything_has_a_page(traderai, tmp_path):
    file = tmp_path / "folder" / "page.html"
    code, out, err = traderai("report", "strategy", "default", "--out", str(file))
    assert (code, err) == (0, "")
    html = file.read_text()
    assert out == (
        f"Strategy default: {file}, {len(html.encode()):,} bytes; open it in a browser\n"
    )
    assert "default is not judged yet" in html
    assert tables_of(html)["trades"] == []


@pytest.mark.usefixtures("home")
def test_a_page_may_be_tables_alone_and_json_for_a_program(traderai, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "traderai.toml").touch()
    folder = tmp_path / "tables"
    asked = ("report", "strategy", "default", "--sections", "settings,verdict")
    code, out, err = traderai(*asked, "--tables", str(folder), "--json")
    assert code == 0
    told = json.loads(out)
    assert told["title"] == "Strategy default"
    assert next(iter(told["tables"])) == "settings"
    assert {row["setting"] for row in told["tables"]["settings"]} >= {"training.folds"}
    assert "each as CSV, JSON and Parquet" in err
    rows = json.loads((folder / "settings.json").read_text())
    assert rows == told["tables"]["settings"]
    assert not list(tmp_path.glob("*.html"))


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("strategy", "nobody"), "there is no strategy 'nobody'; the settings make default"),
        (("strategy", "default", "--sections", "x"), "there is no section 'x' in this report"),
        (
            ("strategy", "default", "--since", "2026-02-01", "--until", "2026-01-01"),
            "--since 2026-02-01 00:00 is not before --until 2026-01-01 00:00; give an earlier one",
        ),
        (("strategy", "default", "--since", "soon"), "--since 'soon' is no time; expected one"),
        (("model", "3f2a9c51"), "no model '3f2a9c51' is stored"),
        (("market", "binance:BTC/USDT"), "no candles of binance.BTC-USDT.1h are stored"),
    ],
)
def test_what_there_is_no_report_of_is_named_with_the_way_out(traderai, tmp_path, words, told):
    file = tmp_path / "page.html"
    code, out, err = traderai("report", *words, "--out", str(file))
    assert (code, out) == (1, "")
    assert err.startswith("traderai: ")
    assert told in err
    assert not file.exists()
