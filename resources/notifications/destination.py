"""A destination: what people are reached by, under a name that tells no secret."""

from typing import Protocol

from traderai_assets.domain.errors import TraderAIError
from traderai_assets.domain.notifications.facts import Message

SECONDS_TO_TAKE = 10.0


class NotDelivered(TraderAIError):
    """A destination did not take a message; nothing of its address is in the sentence."""

    may_pass = True


class Destination(Protocol):
    """Where a message can go."""

    @property
    def name(self) -> str:
        """What it is called: its scheme, and a number where there are several."""
        ...

    def send(self, message: Message) -> None:
        """Deliver a message.

        Raises
        ------
        NotDelivered
            If it was not taken within `SECONDS_TO_TAKE`.
        """
        ...
