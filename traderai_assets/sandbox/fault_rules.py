"""Faults that can be ordered: rules, revisions, and what each kind means.

A rule strikes `count` of the answers it matches, each with `probability`, after letting `skip` of
them pass. Which ones it strikes is decided in `faults.py`; what then happens to rows is in
`broken_rows.py`, to bytes on the wire in `broken_answers.py`.
"""

from typing import Annotated, Literal, Self, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

WireFault = Literal[
    "status",  # answer with `status`, and Retry-After if `retry_after` is given
    "reset_before",  # connection reset before any byte of the answer
    "reset_mid",  # connection reset in the middle of the body
    "truncate",  # connection closed before the promised length is reached
    "html",  # 200 with a web page
    "empty",  # 200 with nothing
    "empty_object",  # 200 with {}
    "drip",  # the right answer, `seconds` between pieces of `piece` bytes
    "stall",  # the right answer after `seconds`
    "oversize",  # a JSON answer of `size` bytes or a little more, streamed
]
RowFault = Literal[
    "duplicate",  # `rows` rows twice
    "missing",  # `rows` rows left out
    "shuffle",  # every row somewhere else
    "off_grid",  # `rows` extra rows off the timeframe's grid
    "future",  # `rows` extra rows after the exchange's own time
    "garbage",  # `rows` rows with a bad value, see `garbage`
]
Garbage = Literal["none", "nan", "inf", "zero", "negative", "text", "high_below_low"]
Column = Literal["open", "high", "low", "close", "volume"]
WIRE_FAULTS = frozenset(get_args(WireFault))
ROW_FAULTS = frozenset(get_args(RowFault))


class FaultRule(BaseModel):
    """One fault that comes and goes; `count` None means for ever."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: WireFault | RowFault | Literal["clock_skew"]
    count: int | None = Field(default=1, ge=1)
    probability: float = Field(default=1.0, gt=0, le=1)
    seed: int = Field(default=0, ge=0, description="Of the probability and of the rows chosen.")
    skip: int = Field(default=0, ge=0)
    endpoint: str | None = Field(default=None, description="A path, such as /api/v3/klines.")
    symbol: str | None = Field(default=None, description="BTC/USDT or BTCUSDT.")
    timeframe: str | None = None
    since: AwareDatetime | None = Field(default=None, description="Only rows that open then...")
    until: AwareDatetime | None = Field(default=None, description="...and before then.")
    status: Literal[400, 403, 418, 429, 451, 500, 502, 503, 504] = 503
    retry_after: int | None = Field(default=None, ge=0)
    seconds: float = Field(default=1.0, ge=-(10**9), le=10**9)
    piece: int = Field(default=16, ge=1)
    size: int = Field(default=10_000_000, ge=1)
    rows: int = Field(default=1, ge=1)
    garbage: Garbage = "none"
    column: Column = "close"

    @model_validator(mode="after")
    def _only_the_clock_goes_back(self) -> Self:
        if self.seconds < 0 and self.kind != "clock_skew":
            raise ValueError(f"seconds {self.seconds} of a {self.kind} fault must be at least 0")
        return self


class Revision(BaseModel):
    """One candle of one timeframe that has other values from now on, in every answer."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["revise"] = "revise"
    symbol: str
    timeframe: str
    open_time: AwareDatetime
    values: dict[Column, float] = Field(min_length=1)


Rules = TypeAdapter[list[FaultRule | Revision]](
    list[Annotated[FaultRule | Revision, Field(discriminator="kind")]]
)
