"""`traderai walk-forward`: what is launched of which strategy, and what is said of it."""

from types import SimpleNamespace

import pytest

from tests.cli.test_launch_selected import answering
from traderai_assets.cli import walk_forward
from traderai_assets.domain.months import Month
from traderai_assets.registry import walk_forward as planning

APRIL, MAY, JULY = (Month(2024, month) for month in (4, 5, 7))
BTC = "binance.BTC-USDT.1h"


@pytest.fixture
def launched(monkeypatch):
    """What would have been sent to the web server."""
    sent = []

    def launch(_, job, strategy, market=None, months=()):
        months = [month.key for month in months]
        sent.append((job, strategy.name, market.key if market else None, months))
        return "0123456789abcdef"

    monkeypatch.setattr(walk_forward, "_launch", launch)
    return sent


@pytest.fixture
def lacks(monkeypatch):
    """Say which months lack a record, of April to July."""
    found = SimpleNamespace(months=[])
    served = [Month(2024, month) for month in (4, 5, 6, 7)]
    monkeypatch.setattr(planning.WalkForward, "months", lambda *_, **__: served)
    monkeypatch.setattr(
        planning.WalkForward,
        "lacking",
        lambda _, __, months: [month for month in months if month in found.months],
    )
    return found


@pytest.mark.usefixtures("home")
def test_what_is_lacking_is_queued_in_one_run_a_stretch(traderai, launched, lacks):
    lacks.months = [APRIL, MAY, JULY]
    code, out, _ = traderai("walk-forward", "--market", "binance:BTC/USDT")
    assert code == 0
    assert launched == [
        ("train", "default", BTC, ["2024-04", "2024-05"]),
        ("train", "default", BTC, ["2024-07"]),
    ]
    assert f"default: queued run 01234567: {BTC}, 2024-04 to 2024-05\n" in out
    assert 'See "traderai status --watch"' in out


@pytest.mark.usefixtures("home", "launched")
@pytest.mark.parametrize(("shortest", "days"), [("0", 30), ("20", 20)])
def test_months_begin_behind_the_shortest_look_back(traderai, monkeypatch, shortest, days):
    asked = []
    few = {"FOLDS": "2", "MINIMUM_ROWS": "20", "EXPANDING_FROM_DAYS": shortest}
    for name, value in few.items():
        monkeypatch.setenv(f"TRADERAI_TRAINING__{name}", value)
    monkeypatch.setattr(
        planning.WalkForward,
        "months",
        lambda *_, look_back_days: asked.append(look_back_days) or [],
    )
    code, _, error = traderai("walk-forward", "--market", "binance:BTC/USDT")
    assert (code, error) == (0, "")
    assert asked == [days]


@pytest.mark.usefixtures("home")
def test_where_nothing_is_lacking_the_verdict_is_asked_for(traderai, launched, lacks):
    lacks.months = [APRIL, JULY]
    span = ["--since", "2024-05", "--until", "2024-06"]
    out = traderai("walk-forward", "default", "--market", BTC, *span).out
    assert launched == [("judge", "default", None, [])]
    assert "its record lacks nothing; queued run 01234567 to judge" in out


@pytest.mark.usefixtures("home", "lacks")
@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["nobody"], "there is no strategy 'nobody'"),
        (["--since", "2024-5"], "--since"),
        (["--since", "2024-05", "--until", "2024-04"], "--since 2024-05 is after --until 2024-04"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_launched(traderai, launched, asked, says):
    code, _, err = traderai("walk-forward", *asked)
    assert code != 0
    assert says in err
    assert launched == []


@pytest.mark.usefixtures("home", "lacks")
def test_of_a_market_without_candles_the_way_out_is_named(traderai, launched, monkeypatch):
    monkeypatch.setattr(planning.WalkForward, "months", lambda *_, **__: [])
    out = traderai("walk-forward", "--market", BTC).out
    assert f'no month with candles behind a look-back of 30 days; "traderai backfill {BTC}' in out
    assert [job for job, *_ in launched] == ["judge"]


@pytest.mark.usefixtures("home", "lacks")
def test_the_verdict_is_launched_through_the_web_server(traderai):
    with answering() as (url, asked):
        out = traderai("walk-forward", "--market", BTC, "--url", url).out
    assert "queued run 0badcafe to judge" in out
    [params] = [one["variables"]["params"] for one in asked if one["variables"]]
    assert params["selector"] == {
        "repositoryName": "__repository__",
        "repositoryLocationName": "traderai",
        "jobName": "judge",
    }
    assert params["executionMetadata"] == {"tags": []}
