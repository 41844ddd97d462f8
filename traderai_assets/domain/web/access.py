"""Access: whether a server of ours answers a request, by its head alone.

A server on loopback has no login, and every page in the browser of its owner can send requests to
it. So it answers to its own names only (a stranger's name that was pointed at this machine is DNS
rebinding), to pages of its own origin and to programs that are no browser; and what it is sent is
JSON, which no page of another origin can send without asking first, which is never granted.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from traderai_assets.domain.errors import InvalidInput, InvalidSettings
from traderai_assets.domain.web.authority import DEFAULT_PORTS, PORTS, Authority

LOOPBACK = ("127.0.0.1", "localhost", "::1")
JSON = "application/json"
READING = frozenset({"GET", "HEAD"})
SINGLE = ("host", "origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "content-type")
_SHOWN = 200


@dataclass(frozen=True)
class RequestHead:
    """What a request says before its body; header names in lower case, all values kept."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    websocket: bool = False

    def values(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value.strip() for key, value in self.headers if key == name]

    def value(self, name: str) -> str | None:
        """Return the header's only value; None where it is absent."""
        return next(iter(self.values(name)), None)


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered: an HTTP status, and a sentence in ASCII."""

    status: int
    reason: str


Rule = Callable[[RequestHead], Refusal | None]


@dataclass(frozen=True)
class AccessPolicy:
    """What one server answers.

    Parameters
    ----------
    hosts
        The names it answers to.
    methods
        The methods it knows; a websocket opens with GET.
    is_page
        Whether a path is a page of the server, to which a link of another site may lead.
    rules
        What holds beyond that, of this server alone.
    way_out
        What somebody does whose own name was refused; `{host}` is that name.
    """

    hosts: frozenset[Authority]
    methods: frozenset[str] = READING | {"POST"}
    is_page: Callable[[str], bool] = lambda _: False
    rules: tuple[Rule, ...] = field(default=())
    way_out: str = ""


def served_hosts(port: int, names: Iterable[str] = ()) -> frozenset[Authority]:
    """Return what a server on `port` of this machine answers to.

    Parameters
    ----------
    port
        Where it listens; loopback's names are good with this port alone.
    names
        Further names: `host:port` with this port, `host` without a port, with that of its scheme
        (a proxy's) or with `port`.

    Raises
    ------
    InvalidInput
        If a name is none.
    InvalidSettings
        If the port is none.
    """
    if port not in PORTS:
        raise InvalidSettings(f"port {port} is none; ports are {PORTS[0]} to {PORTS[-1]}")
    hosts = {Authority(host, port) for host in LOOPBACK}
    for authority in map(Authority.parse, names):
        ports = [authority.port] if authority.port else [None, port, *DEFAULT_PORTS.values()]
        hosts |= {Authority(authority.host, one) for one in ports}
    hosts |= {Authority(one.host) for one in hosts if one.port in DEFAULT_PORTS.values()}
    return frozenset(hosts)


def refusal(head: RequestHead, policy: AccessPolicy) -> Refusal | None:
    """Return why the request is not answered; None where it is."""
    checks: tuple[Rule, ...] = (
        _form_refusal,
        lambda head: _host_refusal(head, policy),
        _origin_refusal,
        lambda head: _site_refusal(head, policy),
        lambda head: _method_refusal(head, policy),
        _body_refusal,
        *policy.rules,
    )
    return next((found for check in checks if (found := check(head)) is not None), None)


def _form_refusal(head: RequestHead) -> Refusal | None:
    for name in SINGLE:
        if len(head.values(name)) > 1:
            return Refusal(400, f"the request has more than one {name} header")
    if not head.path.startswith("/"):
        return Refusal(400, "the request names a whole URL, as if this were a proxy")
    return None


def _host_refusal(head: RequestHead, policy: AccessPolicy) -> Refusal | None:
    host = head.value("host") or ""
    try:
        known = Authority.parse(host) in policy.hosts
    except InvalidInput as error:
        return Refusal(400, f"the Host header cannot be read: {error}")
    if known:
        return None
    return Refusal(
        403,
        f"this server does not answer to the name {host}: a page that is no part of it may have "
        f"been pointed at it (DNS rebinding). {policy.way_out.format(host=host)}".rstrip(),
    )


def _origin_refusal(head: RequestHead) -> Refusal | None:
    """Refuse what a page of another origin sent; who sends no Origin is judged by the rest."""
    origin = head.value("origin")
    if origin is None or _is_origin(origin, Authority.parse(head.value("host") or "")):
        return None
    return Refusal(
        403,
        f"the request comes from a page of {origin[:_SHOWN]!a}; this server answers its own pages, "
        f"those of {head.value('host')}, and programs that are no browser (a proxy before it "
        "has to hand on the Host header)",
    )


def _is_origin(origin: str, host: Authority) -> bool:
    scheme, separator, rest = origin.partition("://")
    if not separator or scheme not in DEFAULT_PORTS:
        return False
    try:
        return Authority.parse(rest).at(scheme) == host.at(scheme)
    except InvalidInput:
        return False


def _site_refusal(head: RequestHead, policy: AccessPolicy) -> Refusal | None:
    """Refuse what the browser says another site made it send, unless a person followed a link."""
    site = head.value("sec-fetch-site")
    if site in {None, "same-origin", "none"}:
        return None
    followed = (head.value("sec-fetch-mode"), head.value("sec-fetch-dest"))
    if (
        head.method == "GET"
        and not head.websocket
        and followed == ("navigate", "document")
        and policy.is_page(head.path)
    ):
        return None
    return Refusal(403, f"the browser says that another site sent this ({(site or '')[:_SHOWN]!a})")


def _method_refusal(head: RequestHead, policy: AccessPolicy) -> Refusal | None:
    if head.method in policy.methods and not (head.websocket and head.method != "GET"):
        return None
    known = ", ".join(sorted(policy.methods))
    return Refusal(405, f"method {head.method[:_SHOWN]!a} is not answered; these are: {known}")


def _body_refusal(head: RequestHead) -> Refusal | None:
    """Let JSON pass and nothing else: a page can send other types without being asked."""
    if head.method in READING | {"DELETE"} or media_type(head.value("content-type")) == JSON:
        return None
    said = (head.value("content-type") or "nothing")[:_SHOWN]
    return Refusal(415, f"what is sent must say Content-Type: {JSON}; this says {said!a}")


def media_type(content_type: str | None) -> str:
    """Return the type without its parameters, in lower case."""
    return (content_type or "").partition(";")[0].strip().lower()
