"""`traderai candles steps` and `confirm`: prices that nobody can have traded to, and what they are.

A decision is a row of its own table; candles are never changed. Gate and web UI name the
months that it makes stale; the command that is printed makes them anew.
"""

from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli.account import account_name
from traderai_assets.cli.context import open_lake, open_settings, stored_market
from traderai_assets.cli.printing import answer, json_option, print_rows
from traderai_assets.domain.errors import InvalidInput

if TYPE_CHECKING:
    import pandas as pd

    from resources.lake.resource import LakeResource
    from traderai_assets.domain.months import Month

_TIME_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
_NONE = ""


@click.command()
@click.argument("market")
@json_option
def steps(market: str, *, as_json: bool) -> None:
    """List the bars of MARKET whose prices nobody can have traded to, and what was decided.

    Example: traderai candles steps binance:BTC/USDT
    """
    from traderai_assets.schemas.candles import CANDLES

    settings = open_settings()
    lake = open_lake(settings)
    key = stored_market(settings, market, lake.snapshot(CANDLES).markets())
    print_rows(_step_rows(lake, key), as_json=as_json, empty=f"{key} has no impossible step.")


@click.command()
@click.argument("market")
@click.argument("time", type=click.DateTime(_TIME_FORMATS))
@click.option("--real", is_flag=True, help="The move was traded.")
@click.option(
    "--ratio", help="The unit changed: prices from TIME on over those before, 100 or 1/3."
)
@click.option("--revoke", is_flag=True, help="Take back what was decided about this bar.")
@json_option
def confirm(
    market: str, time: datetime, *, real: bool, ratio: str | None, revoke: bool, as_json: bool
) -> None:
    """Decide on the bar of MARKET that opened at TIME (UTC), so that learning may cross it.

    Example: traderai candles confirm binance:SHIB/USDT 2026-03-05T10:00 --ratio 1000
    """
    from traderai_assets.domain.candles.crossings import RATIO, REAL, REVOKED
    from traderai_assets.schemas.candles import CANDLES

    if sum((real, ratio is not None, revoke)) != 1:
        raise InvalidInput("say one of --real, --ratio N or --revoke")
    settings = open_settings()
    lake = open_lake(settings)
    key = stored_market(settings, market, lake.snapshot(CANDLES).markets())
    verdict = REAL if real else REVOKED if revoke else RATIO
    opened = time.replace(tzinfo=UTC)
    outcome = _decide(lake, key, opened, verdict, None if ratio is None else _ratio_of(ratio))
    answer(outcome, as_json=as_json, market=key, opened=opened.isoformat(), outcome=outcome)


def _decide(
    lake: "LakeResource", key: str, opened: datetime, verdict: str, ratio: float | None
) -> str:
    """Add the decision where it is new; return a sentence for the person."""
    import pandas as pd

    from traderai_assets.domain.candles.crossings import REVOKED, standing_decisions
    from traderai_assets.domain.markets import Market
    from traderai_assets.domain.months import Month
    from traderai_assets.plan import reach
    from traderai_assets.schemas.candles import CANDLES
    from traderai_assets.schemas.price_decisions import PRICE_DECISIONS

    month = Month.of(opened)
    _require_bar(lake.snapshot(CANDLES).read(key, [month.key]), key, opened)
    snapshot = lake.snapshot(PRICE_DECISIONS)
    stored = snapshot.read(key, [month.key])
    standing = standing_decisions(stored)
    before = standing[standing["open_time"] == pd.Timestamp(opened)]
    stands, written = (REVOKED, None) if before.empty else before[["verdict", "ratio"]].iloc[0]
    told = f"{key} {opened:%Y-%m-%d %H:%M} UTC: {_verdict_text(verdict, ratio)}"
    if stands == verdict and ratio in (None, written):
        return f"{told} already; nothing changed."
    row = {
        "open_time": [opened],
        "decided_at": [datetime.now(UTC)],
        "verdict": [verdict],
        "ratio": [float("nan") if ratio is None else ratio],
        "decided_by": [account_name()],
    }
    added = pd.DataFrame(row).astype(PRICE_DECISIONS.dtypes)
    frame = pd.concat([stored, added], ignore_index=True) if len(stored) else added
    snapshot.publish({(key, month.key): frame}, run_id="traderai candles confirm", code_version="1")
    last = month.shift(reach(open_settings()).months_made(Market.parse(key).bar))
    joined = "and" if last == month.shift(1) else "to"
    return (
        f"{told}. Features and labels of {month.key} {joined} {last.key} depend on it; make "
        f'them anew with "{_backfill(key, month, last)}".'
    )


def _require_bar(candles: "pd.DataFrame", key: str, opened: datetime) -> None:
    import pandas as pd

    if not (candles["open_time"] == pd.Timestamp(opened)).any():
        raise InvalidInput(
            f"no candle of {key} that opened at {opened:%Y-%m-%d %H:%M} UTC is stored; "
            f'"traderai candles steps {key}" lists the bars that may be meant'
        )


def _backfill(key: str, first: "Month", last: "Month") -> str:
    """Return the command that makes the months anew, as far as they have begun."""
    from traderai_assets.domain.freshness.training_data import backfill_commands
    from traderai_assets.domain.months import months_between

    now = datetime.now(UTC)
    months = months_between(first.start, max(min(now, last.end), first.end))
    return backfill_commands(key, months, now)[0]


def _ratio_of(text: str) -> float:
    """Read 100, 0.01 or 1/100."""
    try:
        ratio = float(Fraction(text.replace(" ", "")))
    except (ValueError, ZeroDivisionError, OverflowError):
        ratio = 0.0
    if not 1e-12 <= ratio <= 1e12 or ratio == 1:
        raise InvalidInput(
            f"--ratio {text!r} is not a number above 0 other than 1, such as 100, 0.01 or 1/100; "
            "a move that was traded is confirmed with --real"
        )
    return ratio


def _verdict_text(verdict: str, ratio: float | None) -> str:
    return f"ratio {ratio:g}" if ratio is not None else verdict


def _step_rows(lake: "LakeResource", key: str) -> list[dict[str, Any]]:
    """Every suspected bar of a market as its candles are stored, and every bar decided on."""
    from traderai_assets.domain.candles.crossings import standing_decisions
    from traderai_assets.domain.candles.price_steps import find_price_steps
    from traderai_assets.schemas.candles import CANDLES
    from traderai_assets.schemas.price_decisions import PRICE_DECISIONS

    snapshot, decisions = lake.snapshot(CANDLES), lake.snapshot(PRICE_DECISIONS)
    found = find_price_steps(snapshot.read(key, sorted(snapshot.content_hashes(key))))
    decided = standing_decisions(decisions.read(key, sorted(decisions.content_hashes(key))))
    both = found.merge(
        decided[["open_time", "verdict", "ratio"]].rename(columns={"ratio": "written"}),
        on="open_time",
        how="outer",
    )
    return [_shown(step) for step in both.to_dict("records")]


def _shown(step: dict[Any, Any]) -> dict[str, Any]:
    """One line of the list; one that is decided on and not suspected shows the decision alone."""
    decided = step["verdict"] if isinstance(step["verdict"], str) else "undecided"
    if step["written"] == step["written"]:  # Not NaN
        decided = f"ratio {step['written']:g}"
    figures = {
        name: float(f"{step[name]:.6g}") if step[name] == step[name] else None
        for name in ("before", "after", "ratio", "volume_ratio")
    }
    return {
        "opened": f"{step['open_time']:%Y-%m-%dT%H:%M}",
        "kind": step["kind"] if isinstance(step["kind"], str) else _NONE,
        **figures,
        "near": step["near"] if isinstance(step["near"], str) else _NONE,
        "decided": decided,
    }
