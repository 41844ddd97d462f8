"""Champions: who speaks for a market, as its strategy's verdict and its newest model have it."""

import json
import shutil
from pathlib import Path

import pytest

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform, never_written, opened
from traderai_assets.domain.champions.history import current_champion
from traderai_assets.sandbox.simulation import SimulatedFeed
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.models import MODELS
from traderai_assets.schemas.signals import SIGNALS
from traderai_assets.schemas.tables import ALL_MARKETS, ALL_MONTHS
from traderai_assets.schemas.verdict import VERDICTS, VETOES
from traderai_assets.strategies import strategies_of

JUNE, JULY = "2024-06", "2024-07"


def judged(platform: InProcessPlatform, state: str, *, vetoed: bool = False) -> None:
    """Store a verdict on the only strategy, and what the market says against it."""
    [strategy] = strategies_of(platform.settings)
    stored = platform.lake.snapshot(VERDICTS).read(ALL_MARKETS, [ALL_MONTHS])
    number = len(stored) + 1
    whole = {"strategy_id": strategy.id, "days": 200, "max_drawdown": 0.1}
    verdict = VERDICTS.empty().reindex(range(1)).assign(
        strategy_id=strategy.id, number=number, judged_until=LATER, state=state, sentence="so",
        strategies=1, record="r", numbers=json.dumps({"annual_sharpe": 2.0, "t": 3.0}),
    )  # fmt: skip
    veto = VETOES.empty().reindex(range(1)).assign(
        **whole, verdict=number, about=platform.market.key, vetoed=vetoed, reason="it lost here",
    )  # fmt: skip
    for table, frame in ((VERDICTS, verdict), (VETOES, veto)):
        earlier = platform.lake.snapshot(table).read(ALL_MARKETS, [ALL_MONTHS])
        rows = [*earlier.to_dict("records"), *frame[list(table.dtypes)].to_dict("records")]
        joined = type(frame)(rows)[list(table.dtypes)].astype(table.dtypes)
        platform.lake.snapshot(table).publish(
            {(ALL_MARKETS, ALL_MONTHS): joined}, run_id="test", code_version="1"
        )


@pytest.fixture
def strict(lived_in: Path, feed: SimulatedFeed, tmp_path: Path):
    """The platform lived in, whose champions must be permitted by a verdict; none was made yet."""
    home = tmp_path / "strict"
    shutil.copytree(lived_in, home)
    for table in ("champions", "signals", "predictions", "verdict", "vetoes"):
        never_written(home, table)
    with opened(home, feed, LATER, champions={"allow_unproven": False}) as platform:
        yield platform


def test_where_the_unproven_may_speak_the_newest_model_takes_over_at_its_birth(
    old_platform: InProcessPlatform,
):
    first, second = old_platform.rows(MODELS, JULY)["model_id"]
    began, refreshed = old_platform.rows(CHAMPIONS).to_dict("records")
    assert (began["action"], began["model_id"]) == ("speaks", first)
    assert (refreshed["action"], refreshed["model_id"]) == ("refreshed", second)
    assert (began["strategy"], began["state"], began["paper"]) == ("default", "insufficient", True)
    assert "though unproven (allow_unproven)" in began["reason"]
    given = old_platform.rows(SIGNALS, JUNE)
    assert given["paper"].all()
    assert set(given["strategy_state"]) == {"insufficient"}


def test_a_strategy_without_a_verdict_is_refused_and_says_nothing(strict: InProcessPlatform):
    strict.run("choose_champion")
    strict.run("generate_signals", JUNE)
    [row] = strict.rows(CHAMPIONS).to_dict("records")
    assert (row["action"], row["reason"]) == (
        "silenced",
        "nobody speaks: default: it is insufficient",
    )
    assert current_champion(strict.rows(CHAMPIONS)) is None
    assert strict.rows(SIGNALS, JUNE).empty
    strict.run("choose_champion")
    assert len(strict.rows(CHAMPIONS)) == 1


def test_states_and_vetoes_decide_how_it_speaks_one_row_a_change(strict: InProcessPlatform):
    newest = strict.rows(MODELS, JULY)["model_id"].iloc[-1]
    steps = [("candidate", False), ("promoted", False), ("promoted", True), ("suspended", False)]
    for state, vetoed in steps:
        judged(strict, state, vetoed=vetoed)
        strict.run("choose_champion")
    history = strict.rows(CHAMPIONS)
    assert history["action"].tolist() == ["speaks", "speaks", "silenced"]
    assert history["paper"].tolist() == [True, False, False]
    assert history["model_id"].fillna("none").tolist() == [newest, newest, "none"]
    assert "vetoed here, it lost here" in history["reason"].iloc[-1]


def test_a_model_with_a_fault_is_passed_over_for_the_one_before_it(strict: InProcessPlatform):
    stored = strict.rows(MODELS, JULY)
    first, second = stored["model_id"]
    strict.store(MODELS, JULY, stored.assign(fault=[None, "it is ill"]))
    judged(strict, "candidate")
    strict.run("choose_champion")
    [row] = strict.rows(CHAMPIONS).to_dict("records")
    assert (row["model_id"], second != first) == (first, True)


def test_its_event_names_what_it_was_made_of(strict: InProcessPlatform):
    judged(strict, "candidate")
    found = strict.run("choose_champion")
    # The first is Dagster's own, of the whole run
    [_, told] = found.get_asset_materialization_events()
    event = told.event_specific_data.materialization
    inputs = event.metadata["inputs"].data
    assert set(inputs) == {"models", "verdict", "vetoes"}
    assert event.metadata["speaks"].text == "on paper"
    assert event.tags["dagster/input_data_version/models"] != "none"
    assert event.tags["dagster/input_data_version/verdict"] != "none"
