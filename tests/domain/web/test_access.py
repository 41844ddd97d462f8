"""Access: no spelling of a stranger's request passes, and ours always does."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.web.access import AccessPolicy, RequestHead, refusal, served_hosts
from traderai_assets.domain.web.authority import Authority

PORT = 3000
POLICY = AccessPolicy(hosts=served_hosts(PORT, ["traderai.example", "box.lan:8443"]))
JSON = ("content-type", "application/json")
OURS = ("127.0.0.1:3000", "localhost:3000", "[::1]:3000", "traderai.example", "box.lan:8443")
NAMES = st.text(string.ascii_lowercase + string.digits + "-.:@[]%/ \\\t\x00é_", max_size=40)


def head(*headers, method="POST", path="/graphql", websocket=False):
    return RequestHead(method, path, "", tuple(headers), websocket)


def scheme_of(host):
    return "https" if host in {"traderai.example", "box.lan:8443"} else "http"


@given(NAMES)
@example("evil.example:3000")
@example("127.0.0.1.evil.example:3000")
@example("evil.example@localhost:3000")
@example("localhost:3000@evil.example")
@example("localhost:3000 ")
@example("localhost:03000")
@example("[::1%lo]:3000")
@example("[::ffff:127.0.0.1]:3000")
@example("2130706433:3000")
@example("127.1:3000")
@example("0.0.0.0:3000")
@example("localhost:3000..")
def test_a_host_is_answered_only_where_it_is_one_of_ours(host):
    refused = refusal(head(("host", host), JSON), POLICY)
    try:
        ours = Authority.parse(host.strip()) in POLICY.hosts
    except InvalidInput:
        ours = False
    assert (refused is None) == ours
    plain = host.strip().lower().removesuffix(".")
    if refused is None:
        known = {"127.0.0.1", "localhost", "[::1]", "traderai.example", "box.lan"}
        named = plain.partition("]")[0] + "]" if plain[0] == "[" else plain.partition(":")[0]
        assert named.removesuffix(".") in known


@given(NAMES, st.sampled_from(["http", "https", "file", "ws", "null", ""]), st.sampled_from(OURS))
@example("localhost:3000", "http", "127.0.0.1:3000")
@example("127.0.0.1:3000", "https", "127.0.0.1:80")
@example("traderai.example@evil.example", "https", "traderai.example")
@example("traderai.example/", "https", "traderai.example")
def test_an_origin_is_answered_only_where_it_is_the_host_that_was_asked(name, scheme, host):
    refused = refusal(head(("host", host), ("origin", f"{scheme}://{name}"), JSON), POLICY)
    if refused is None:
        default = {"http": "80", "https": "443"}[scheme]
        named, asked = (one.removesuffix(f":{default}") for one in (name.lower(), host))
        assert named.replace(".:", ":").removesuffix(".") == asked


@given(
    st.sampled_from(OURS),
    st.sampled_from([str.lower, str.upper, str.title]),
    st.sampled_from(["", "same-origin", "none"]),
    st.booleans(),
    st.booleans(),
)
def test_our_own_pages_are_answered_however_their_name_is_spelt(host, spelt, site, origin, socket):
    headers = [("host", spelt(host)), JSON]
    headers += [("sec-fetch-site", site)] if site else []
    headers += [("origin", f"{scheme_of(host)}://{host}")] if origin else []
    method = "GET" if socket else "POST"
    assert refusal(head(*headers, method=method, websocket=socket), POLICY) is None


@given(st.text(max_size=30), st.sampled_from(["GET", "POST"]), st.booleans())
@example("cross-site", "GET", True)
@example("same-site", "POST", False)
@example("Same-Origin ", "POST", False)
def test_what_the_browser_says_of_another_site_is_believed(site, method, socket):
    said = ("sec-fetch-site", site)
    socket = socket and method == "GET"
    refused = refusal(head(("host", OURS[0]), said, JSON, method=method, websocket=socket), POLICY)
    assert (refused is None) == (site.strip() in {"same-origin", "none"})


@given(st.text(max_size=60))
@example("text/plain; a=application/json")
@example("application/json, text/plain")
@example("application/json+x")
@example("multipart/form-data; boundary=application/json")
def test_only_json_is_taken(content_type):
    refused = refusal(head(("host", OURS[0]), ("content-type", content_type)), POLICY)
    essence = content_type.partition(";")[0].strip().lower()
    assert (refused is None) == (essence == "application/json")


@pytest.mark.parametrize("name", ["host", "origin", "sec-fetch-site", "content-type"])
def test_a_header_that_is_said_twice_is_refused_also_where_both_are_right(name):
    own = {"host": OURS[0], "origin": f"http://{OURS[0]}", "sec-fetch-site": "same-origin"}
    headers = [("host", OURS[0]), JSON, (name, {**own, "content-type": JSON[1]}[name])]
    headers += [headers[-1]] if name not in {"host", "content-type"} else []
    refused = refusal(head(*headers), POLICY)
    assert refused is not None
    assert refused.reason == f"the request has more than one {name} header"


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_a_reason_repeats_nothing_that_a_terminal_or_a_page_would_obey(host, origin, method):
    heads = (
        head(("host", host)),
        head(("host", OURS[0]), ("origin", origin)),
        head(("host", OURS[0]), ("sec-fetch-site", origin)),
        head(("host", OURS[0]), ("content-type", origin)),
        head(("host", OURS[0]), method=method),
    )
    for one in heads:
        refused = refusal(one, POLICY)
        assert refused is None or (refused.reason.isascii() and refused.reason.isprintable())


@pytest.mark.parametrize("text", ["", "*", "*.example", "http://x", "x y", "x:0", "x:65536", "a/b"])
def test_a_name_that_is_no_host_cannot_be_allowed(text):
    with pytest.raises(InvalidInput, match=r"is not a host|ports are 1 to 65535"):
        served_hosts(PORT, [text])


def test_loopback_is_good_with_the_served_port_and_a_proxys_name_with_its_schemes():
    assert Authority("localhost", 80) not in served_hosts(3000)
    assert Authority("localhost") in served_hosts(80)
    assert {Authority("x"), Authority("x", 443), Authority("x", 3000)} <= served_hosts(3000, ["x"])
    assert Authority("x", 3001) not in served_hosts(3000, ["x"])
    assert Authority("x", 3000) not in served_hosts(3000, ["x:8443"])
