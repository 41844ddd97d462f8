"""The signed webhook: a POST that its receiver can tell from anybody else's.

How it is verified: docs/notifications.md.

apprise has a JSON webhook and signs nothing, so this one is our own.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message as Headers
from typing import IO

from resources.notifications.destination import SECONDS_TO_TAKE, NotDelivered
from traderai_assets.domain.notifications.facts import Message
from traderai_assets.domain.notifications.signature import (
    NAME_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    signature,
)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would hand message and signature to another server."""

    def redirect_request(
        self,
        req: urllib.request.Request,  # noqa: ARG002
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: Headers,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> None:
        return None


@dataclass(frozen=True)
class SignedWebhook:
    """A server that takes JSON, and knows the secret.

    Attributes
    ----------
    name : str
    url : str
        http(s)://HOST[:PORT][/PATH].
    secret : str
        What is signed with.
    now : callable
        The time of sending.
    """

    name: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def send(self, message: Message) -> None:
        """Post the message as JSON, signed; any 2xx is taken for its receipt.

        Raises
        ------
        NotDelivered
            If nobody answers in time, or with another status.
        """
        body = json.dumps(message.value(), sort_keys=True).encode()
        sent_at = int(self.now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "TraderAI",
            TIMESTAMP_HEADER: str(sent_at),
            SIGNATURE_HEADER: signature(self.secret, sent_at, body),
            NAME_HEADER: message.name,
        }
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310  # the settings let http(s) pass
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS_TO_TAKE):
                return
        except urllib.error.HTTPError as error:
            raise NotDelivered(f"{self.name} answered with {error.code}") from None
        except OSError as error:
            reason = getattr(error, "reason", error)
            said = getattr(reason, "strerror", None) or type(reason).__name__
            raise NotDelivered(f"{self.name} cannot be reached: {said}") from None
