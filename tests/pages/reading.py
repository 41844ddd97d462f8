"""Pages read back: the tables and the charts that stand in their HTML."""

import json
import re
from html.parser import HTMLParser


class _Tables(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tables = {}
        self._name, self._heads, self._row, self._cell, self._text = None, [], [], None, ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "figure" and "data-name" in given:
            self._name, self._heads = given["data-name"], []
            self.tables[self._name] = []
        elif tag == "tr":
            self._row = []
        elif tag in {"td", "th"} and self._name:
            self._cell, self._text = given, ""

    def handle_data(self, data):
        self._text += data

    def handle_endtag(self, tag):
        if tag == "figure":
            self._name = None
        elif tag == "th" and self._name:
            self._heads.append(self._text)
        elif tag == "td" and self._name:
            self._row.append(_value(self._cell, self._text))
        elif tag == "tr" and self._name and self._row:
            self.tables[self._name].append(dict(zip(self._heads, self._row, strict=True)))


def _value(cell, text):
    kinds = (cell.get("class") or "").split()
    whole = cell.get("data-v", text)
    if "none" in kinds:
        return None
    if "n" in kinds:
        return float(whole) if re.search(r"[.einf]", whole) else int(whole)
    return {"true": True, "false": False}.get(whole, whole)


def tables_of(html):
    """Return name to rows, each a dict by column, with numbers as they are saved."""
    seen = _Tables()
    seen.feed(html)
    return seen.tables


def chart_data(html):
    """Return what each chart of a page carries, in the order of the page."""
    return [json.loads(one) for one in re.findall(r'class="data">(.*?)</script>', html)]
