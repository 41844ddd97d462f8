"""Sections of `traderai.toml` on what runs: venues, sensors, the queue, the web server.

As in settings_sections, where those on models stand.
"""

import json
import os
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from traderai_assets.domain import defaults
from traderai_assets.domain.limits import (
    MAX_ATTEMPTS,
    MAX_DEADLINE_SECONDS,
    MAX_REQUEST_TIMEOUT_SECONDS,
    MAX_SHARD_MARKETS,
    MAX_TAIL_BARS,
)
from traderai_assets.domain.notifications.addresses import (
    checked_destination,
    may_stand_in_a_file,
    scheme_of,
    webhook_url,
)
from traderai_assets.domain.notifications.kinds import KIND_NAMES
from traderai_assets.domain.urls import checked_proxy, has_login
from traderai_assets.domain.web.authority import Authority

PROXY_VARIABLE = "TRADERAI_EXCHANGE__PROXY"
DESTINATIONS_VARIABLE = "TRADERAI_NOTIFY__DESTINATIONS"
WEBHOOK_VARIABLE = "TRADERAI_NOTIFY__WEBHOOK_SECRET"
_SHORTEST_SECRET = 16


class Section(BaseModel):
    """What all sections have: no unknown name, nothing changed later, no number that is none."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ExchangeSettings(Section):
    """How patient we are with a venue."""

    attempts: int = Field(
        defaults.ATTEMPTS, ge=1, le=MAX_ATTEMPTS, description="Tries for one page."
    )
    deadline_seconds: float = Field(
        defaults.DEADLINE_SECONDS,
        gt=0,
        le=MAX_DEADLINE_SECONDS,
        description="For one page, all tries in.",
    )
    request_timeout_seconds: float = Field(
        defaults.REQUEST_TIMEOUT_SECONDS,
        gt=0,
        le=MAX_REQUEST_TIMEOUT_SECONDS,
        description="For one request.",
    )
    tail_bars: int = Field(
        defaults.TAIL_BARS,
        ge=0,
        le=MAX_TAIL_BARS,
        description="Stored bars asked for again, in case they were revised.",
    )
    proxy: SecretStr | None = Field(
        None,
        description="What every request to a venue goes through, e.g. socks5h://127.0.0.1:1080; "
        f"with user and password only as {PROXY_VARIABLE}.",
    )

    @field_validator("proxy")
    @classmethod
    def _is_a_proxy(cls, proxy: SecretStr | None) -> SecretStr | None:
        text = proxy.get_secret_value() if proxy is not None else ""
        told = _told_by_environment(PROXY_VARIABLE)
        if text and has_login(checked_proxy(text)) and text not in told:
            raise ValueError(
                f"there is a user name or a password in it; set it as {PROXY_VARIABLE} in the "
                "environment: a file is copied, shown and backed up"
            )
        return proxy if text else None


class SensorSettings(Section):
    """How often the sensors look."""

    interval_seconds: int = Field(30, ge=1, le=3600, description="Between two looks.")
    grace_seconds: float = Field(
        2, ge=0, le=3600, description="After a bar's close before its candle is missed."
    )
    drift_every_hours: float = Field(6, gt=0, le=24 * 31, description="Between drift metrics.")
    drift_cool_down_days: float = Field(
        3, ge=0, le=365, description="Drift has no newer model replaced than one so old."
    )


class QueueSettings(Section):
    """In which order runs leave the queue; slots and classes are those of work_classes.py."""

    aging_minutes: float = Field(
        0, ge=0, le=60 * 24 * 7, description="Waited for one more priority; 0 is never."
    )


class LiveSettings(Section):
    """How bars that close become signals."""

    shard_markets: int = Field(
        25,
        ge=0,
        le=MAX_SHARD_MARKETS,
        description="Markets of an exchange in one run; 0 gives each market runs of its own.",
    )


class RetentionSettings(Section):
    """How long what is no audit is kept; a job of the lowest class sees to it once a day."""

    run_days: float = Field(
        14, ge=1, le=3_650, description="After its end a run is deleted, with its events and logs."
    )
    lake_days: float = Field(
        3, ge=1, le=7, description="Replaced and orphaned files of the lake stay so long."
    )


class WebSettings(Section):
    """Who may ask the web server, and for what; docs/operations.md, Exposure."""

    allowed_hosts: tuple[str, ...] = Field(
        (), max_length=100, description="Names it answers to beside loopback's: host or host:port."
    )
    read_only: bool = Field(False, description="Nothing can be launched, changed or reported.")

    @field_validator("allowed_hosts")
    @classmethod
    def _are_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            Authority.parse(host)
        return hosts


class NotifySettings(Section):
    """Who is told what matters, without looking at a screen; docs/notifications.md."""

    destinations: tuple[SecretStr, ...] = Field(
        (),
        max_length=20,
        description="webhook+https://HOST/PATH, or URLs of apprise; those with a token or a "
        f"password only as {DESTINATIONS_VARIABLE}.",
    )
    webhook_secret: SecretStr | None = Field(
        None,
        description=f"What webhooks are signed with, 16 characters or more; as {WEBHOOK_VARIABLE}.",
    )
    kinds: tuple[Literal[KIND_NAMES], ...] = Field(  # type: ignore[valid-type]
        KIND_NAMES, description="What is told."
    )
    cool_down_minutes: float = Field(
        30, ge=0, le=60 * 24, description="Between two messages of one kind; held until then."
    )
    most_at_once: int = Field(
        5, ge=1, le=100, description="More facts at once than these are one message."
    )
    silent_minutes: float = Field(
        60, ge=1, le=60 * 24 * 7, description="Without a bar that was due, a market is silent."
    )

    @field_validator("destinations")
    @classmethod
    def _are_destinations(cls, destinations: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        told = "".join(_told_by_environment(DESTINATIONS_VARIABLE))
        for one in destinations:
            url = checked_destination(one.get_secret_value())
            if json.dumps(url)[1:-1] not in told and not may_stand_in_a_file(url):
                raise ValueError(
                    f"a destination {scheme_of(url)}:// holds a token or a password; set it as "
                    f"{DESTINATIONS_VARIABLE} in the environment: a file is copied, shown and "
                    "backed up"
                )
        return destinations

    @field_validator("webhook_secret")
    @classmethod
    def _is_a_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        text = secret.get_secret_value() if secret is not None else ""
        if text and text not in _told_by_environment(WEBHOOK_VARIABLE):
            raise ValueError(f"it is a secret; set it as {WEBHOOK_VARIABLE} in the environment")
        if text and len(text) < _SHORTEST_SECRET:
            raise ValueError(
                f"it has {len(text)} characters; expected {_SHORTEST_SECRET} or more, such as "
                "`openssl rand -hex 32` prints"
            )
        return secret if text else None

    @model_validator(mode="after")
    def _webhooks_can_be_signed(self) -> Self:
        if self.webhook_secret is None:
            for one in self.destinations:
                if webhook_url(one.get_secret_value()) is not None:
                    raise ValueError(
                        f"a webhook is signed, and no secret is set: set {WEBHOOK_VARIABLE}, such "
                        "as `openssl rand -hex 32` prints, and give it to the receiver"
                    )
        return self


def _told_by_environment(variable: str) -> list[str]:
    """Return what the environment says of a setting, in whatever case its name is written."""
    return [value for name, value in os.environ.items() if name.upper() == variable]
