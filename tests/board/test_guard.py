"""The guard before the board: it answers reading by its own names, and nothing else."""

import pytest

pytestmark = pytest.mark.processes
LINK = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
PAGE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {"Host": "evil.example"}, 403),
        ("GET", "/", {"Host": "evil.example:{port}"}, 403),
        ("GET", "/", {"Host": "127.0.0.1:1"}, 403),
        ("GET", "/queue", {"Origin": "http://evil.example"}, 403),
        ("GET", "/queue", {"Origin": "http://127.0.0.1:3000"}, 403),
        ("GET", "/events", {"Origin": "http://evil.example"}, 403),
        ("GET", "/events", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("GET", "/events", LINK, 403),
        ("GET", "/server_info", LINK, 403),
        ("GET", "/static/page.js", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("GET", "/", {**LINK, "Sec-Fetch-Dest": "iframe"}, 403),
        ("POST", "/", {"Content-Type": "application/json"}, 405),
        ("POST", "/events", {"Content-Type": "application/json"}, 405),
        ("PUT", "/queue", {}, 405),
        ("DELETE", "/models", {}, 405),
        ("OPTIONS", "/", {}, 405),
    ],
)
def test_what_is_not_reading_by_our_own_names_is_refused(board, method, path, headers, status):
    sent = {name: value.format(port=board.port) for name, value in headers.items()}
    answer = board.send(method, path, sent)
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert not any(name.lower().startswith("access-control-") for name in answer.headers)


def test_links_from_dagsters_web_ui_lead_to_pages_and_no_frame_shows_them(board):
    for headers in ({}, LINK, {**LINK, "Sec-Fetch-Site": "none"}, PAGE):
        answer = board.send("GET", "/queue", headers)
        assert answer.status == 200
    assert answer.headers["X-Frame-Options"] == "DENY"
    [policy] = [
        one for one in answer.headers.get_all("Content-Security-Policy") if "default" in one
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert (rules["script-src"], rules["connect-src"]) == ("'self'", "'self'")
    assert (rules["form-action"], rules["frame-ancestors"]) == ("'none'", "'none'")
    assert "unsafe" not in rules["script-src"]


def test_a_head_says_what_a_get_would(board):
    answer = board.send("HEAD", "/queue")
    assert (answer.status, answer.text) == (200, "")


@pytest.mark.parametrize("name", ["nothing.js", "..%2fapp.py", "../app.py", "%2e%2e/app.py"])
def test_no_other_file_is_served(board, name):
    assert board.send("GET", f"/static/{name}").status == 404


def test_every_file_that_a_page_asks_for_is_served_and_none_is_elsewhere(board):
    html = board.page("/")
    parts = [
        one.split('"')[0]
        for word in ('src="', 'rel="stylesheet" href="')
        for one in html.split(word)[1:]
    ]
    assert len(parts) >= 4
    for path in parts:
        assert path.startswith("/static/")
        answer = board.send("GET", path)
        assert answer.status == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        kept = board.send("GET", path, {"If-None-Match": answer.headers["ETag"]})
        assert (kept.status, kept.text) == (304, "")
