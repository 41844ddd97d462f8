"""Settings of the web server: the section `[web]` of traderai.toml."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from traderai_assets.domain.web.authority import Authority


class WebSettings(BaseModel):
    """Who may ask the web server, and for what; docs/operations.md, Exposure."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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
