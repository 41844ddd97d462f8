"""Promoting and rolling back on a platform that was lived in; the rule respects what people did."""

import dagster as dg
import pytest

from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.markets import Market
from traderai_assets.domain.queue.hand_jobs import HAND_JOBS
from traderai_assets.registry.champions_by_hand import promote, roll_back
from traderai_assets.registry.desk import Desk
from traderai_assets.registry.model_comparison import compared_models
from traderai_assets.registry.model_list import model_card, model_rows, stored_models
from traderai_assets.registry.model_notes import notes_on
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.strategies import strategies_of

ETH = Market("binance", "ETH/USDT", "1h")


def desk_of(platform: InProcessPlatform) -> Desk:
    return Desk(
        platform.settings,
        platform.lake,
        None,
        platform.instance,
        "the newer one saw a halt",
        "ada",
    )


def models(platform):
    return list(stored_models(platform.lake, strategies_of(platform.settings)))


def speaks(platform):
    return platform.rows(CHAMPIONS).sort_values("number").iloc[-1]


def test_a_promoted_model_stands_against_the_rule_until_it_is_rolled_back(
    old_platform: InProcessPlatform,
):
    newest, earlier, *_ = models(old_platform)
    desk = desk_of(old_platform)
    assert speaks(old_platform)["model_id"] == newest.model_id
    promote(desk, earlier)
    assert speaks(old_platform)["model_id"] == earlier.model_id
    old_platform.run("choose_champion")
    last = speaks(old_platform)
    assert (last["model_id"], last["action"]) == (earlier.model_id, "pinned")
    assert '"by": "ada"' in last["evidence"]
    assert last["reason"] == "the newer one saw a halt"
    roll_back(desk, old_platform.market)
    old_platform.run("choose_champion")
    assert speaks(old_platform)["action"] == "rolled_back"
    assert speaks(old_platform)["model_id"] == newest.model_id


def test_who_when_and_why_stands_in_the_event_log_of_champions(old_platform: InProcessPlatform):
    promote(desk_of(old_platform), models(old_platform)[1])
    asked = dg.AssetRecordsFilter(dg.AssetKey("champions"))
    [record] = old_platform.instance.fetch_materializations(asked, limit=1).records
    event = record.asset_materialization
    assert event.partition == old_platform.market.key
    assert event.description == "pinned by ada: the newer one saw a halt"
    [version] = old_platform.hashes(CHAMPIONS).values()
    assert event.tags["dagster/data_version"] == version


def test_what_may_not_speak_is_refused_with_the_reason(old_platform: InProcessPlatform):
    newest, *_, oldest = models(old_platform)
    desk, before = desk_of(old_platform), old_platform.hashes(CHAMPIONS)
    with pytest.raises(InvalidInput, match=r"speaks for .* already"):
        promote(desk, newest)
    with pytest.raises(InvalidInput, match="a model speaks for its own"):
        promote(desk, oldest, ETH)
    strict = old_platform.settings.model_copy(
        update={"champions": type(old_platform.settings.champions)(allow_unproven=False)}
    )
    unproven = Desk(strict, desk.lake, None, desk.instance, "so", "ada")
    with pytest.raises(InvalidInput, match=r"it is insufficient. A change by hand lifts no"):
        promote(unproven, oldest)
    assert old_platform.hashes(CHAMPIONS) == before


def launch(platform: InProcessPlatform, name: str, **config: object) -> dg.ExecuteInProcessResult:
    """Run a job by hand with what somebody typed into the Launchpad."""
    job = platform.definitions.resolve_job_def(name)
    typed = {"market": platform.market.key, "by": "ada", **config}
    return job.execute_in_process(
        run_config={"ops": {HAND_JOBS[name]: {"config": typed}}}, instance=platform.instance
    )


def test_each_job_does_what_its_command_does(old_platform: InProcessPlatform):
    there = newest, earlier, spoken, _ = models(old_platform)
    assert launch(
        old_platform, "note_model", model=spoken.model_id[:12], text="a calm month"
    ).success
    notes = notes_on(old_platform.lake, spoken.market, spoken.model_id)
    assert notes[["by", "text"]].to_numpy().tolist() == [["ada", "a calm month"]]
    assert launch(old_platform, "promote_model", model=earlier.model_id[:12], reason="so").success
    assert speaks(old_platform)["model_id"] == earlier.model_id
    assert launch(old_platform, "rollback_champion", reason="not so").success
    assert speaks(old_platform)["model_id"] == newest.model_id
    with pytest.raises(InvalidInput, match=r"is not deleted, since these refer to it: record"):
        launch(old_platform, "delete_models", models=[spoken.model_id], reason="old")
    # All have spoken, were recorded or replayed: that is audit
    assert launch(old_platform, "keep_last_models", newest=1, apply=True).success
    assert [one.model_id for one in models(old_platform)] == [one.model_id for one in there]


def test_models_are_listed_shown_and_compared(old_platform: InProcessPlatform):
    found = models(old_platform)
    told = old_platform.settings, old_platform.lake, old_platform.instance
    rows = model_rows(*told, found)
    assert [row["served"] for row in rows] == ["2024-07", "2024-07", "2024-06", "2024-05"]
    assert rows[0]["speaks"] == "on paper"
    assert rows[0]["rows_referring"] > 0
    card = model_card(*told, found[0])
    assert card["features"] > 10
    assert "champions" in card["referred_by"]
    facts, sentence = compared_models(old_platform.lake, found[0], found[2])
    assert facts[0]["differs"] == "yes"
    assert sentence == "Not comparable: both forecast 0 bars unseen, too few."
    assert "no longer stored" in compared_models(old_platform.lake, found[0], found[1])[1]
