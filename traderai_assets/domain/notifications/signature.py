"""The signature of a webhook: who sent it, that nobody changed it, and that it is not an old one.

HMAC-SHA256 over the time of sending, a dot and the body's bytes, as Slack and Stripe do it.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

TIMESTAMP_HEADER = "X-TraderAI-Timestamp"
SIGNATURE_HEADER = "X-TraderAI-Signature"
NAME_HEADER = "X-TraderAI-Message"
TOLERANCE = timedelta(minutes=5)
_PREFIX = "sha256="


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return what stands in the header.

    Parameters
    ----------
    secret : str
        Shared with the receiver.
    timestamp : int
        Seconds since 1970, as the other header has them.
    body : bytes
        As they are sent.

    Returns
    -------
    str
        `sha256=` and 64 hexadecimal digits.
    """
    signed = b"%d." % timestamp + body
    return _PREFIX + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def is_signed(secret: str, timestamp: str, given: str, body: bytes, now: datetime) -> bool:
    """Whether a request is from who has the secret, unchanged, and not repeated later.

    Parameters
    ----------
    secret : str
    timestamp, given : str
        The two headers as they came.
    body : bytes
    now : datetime
        By the receiver's clock.
    """
    if not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    age = abs(now.timestamp() - int(timestamp))
    expected = signature(secret, int(timestamp), body)
    return age <= TOLERANCE.total_seconds() and hmac.compare_digest(
        expected.encode(), given.encode()
    )
