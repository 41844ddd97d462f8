"""A destination of apprise's: Telegram, Discord, e-mail and a hundred more, by one URL each."""

import logging
import re
from dataclasses import dataclass, field
from io import StringIO
from typing import Any
from urllib.parse import unquote

from resources.notifications.destination import SECONDS_TO_TAKE, NotDelivered
from traderai_assets.domain.notifications.facts import Message
from traderai_assets.domain.plain_text import plain_line

_SHORTEST_SECRET = 4
_MOST_CHARACTERS = 200


@dataclass(frozen=True)
class AppriseDestination:
    """What an URL of apprise's reaches.

    Attributes
    ----------
    name : str
    url : str
        With its tokens and passwords; shown nowhere.
    """

    name: str
    url: str = field(repr=False)

    def send(self, message: Message) -> None:
        """Hand the message to apprise, which has a few seconds for it.

        Raises
        ------
        NotDelivered
            If the URL is none of apprise's, or the service did not take the message.
        """
        from apprise import Apprise, LogCapture

        listen: Any = LogCapture
        told = Apprise()
        limits = f"cto={SECONDS_TO_TAKE / 2:g}&rto={SECONDS_TO_TAKE / 2:g}"
        url = f"{self.url}{'&' if '?' in self.url else '?'}{limits}"
        with listen(level=logging.WARNING, fmt="%(message)s") as heard:
            taken = told.add(url) and told.notify(
                title=message.title,
                body=message.body,
                notify_type=message.severity,
                body_format="text",
            )
            said = self._without_secrets(heard)
        if not taken:
            why = f": {said}" if said else "; is its URL one of apprise's?"
            raise NotDelivered(f"{self.name} did not take the message{why}")

    def _without_secrets(self, heard: Any) -> str:
        """Return what apprise logged, without anything that stands in the URL."""
        text = heard.getvalue() if isinstance(heard, StringIO) else ""
        _, _, rest = self.url.partition("://")
        parts = {part for raw in (rest, unquote(rest)) for part in re.split(r"[/:@?&=,]+", raw)}
        for part in sorted(parts, key=len, reverse=True):
            if len(part) >= _SHORTEST_SECRET:
                text = text.replace(part, "***")
        return plain_line(text, most=_MOST_CHARACTERS)
