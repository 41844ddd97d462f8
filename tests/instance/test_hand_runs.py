"""Changes by hand wait in the queue as what they are, and hold what they write of their market."""

from dagster import DagsterRun

from traderai_assets.domain.queue.hand_jobs import HAND_JOBS
from traderai_assets.instance.live_runs import ASSETS_TAG
from traderai_assets.instance.run_coordinator import queue_tags
from traderai_assets.work_classes import CLASS_TAG, MARKET_TAG, WRITES_TAG

BTC = "binance.BTC-USDT.5m"


def asked(job, written):
    config = {"ops": {HAND_JOBS[job]: {"config": {"market": BTC}}}}
    tags = {ASSETS_TAG: written} if written else {}
    return queue_tags(DagsterRun(job_name=job, run_config=config, tags=tags), "2026-03")


def test_a_promotion_is_a_training_and_the_one_writer_of_its_markets_champions():
    tags = asked("promote_model", "champions")
    assert tags[CLASS_TAG] == "training"
    assert (tags[MARKET_TAG], tags[f"{WRITES_TAG}champions"]) == (BTC, BTC)


def test_a_deletion_is_never_urgent_and_holds_the_models_of_every_strategy():
    tags = asked("delete_models", "fast/backtests,fast/models,slow/backtests,slow/models")
    assert tags[CLASS_TAG] == "historical"
    assert tags[f"{WRITES_TAG}fast/models"] == tags[f"{WRITES_TAG}slow/models"] == BTC


def test_a_note_writes_no_asset():
    tags = asked("note_model", "")
    assert tags[CLASS_TAG] == "historical"
    assert not [tag for tag in tags if tag.startswith(WRITES_TAG)]
