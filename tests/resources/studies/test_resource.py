import subprocess
import sys

import pytest

from resources.studies.database import check_no_secret
from resources.studies.resource import StudiesResource
from traderai_assets.domain.errors import InvalidInput, InvalidSettings, LakeError
from traderai_assets.domain.search.names import study_name
from traderai_assets.domain.strategies.strategy import Strategy


def test_every_market_and_month_has_a_journal_of_its_own(studies, toy, tmp_path):
    studies.storage(toy.MARKET, "2026-03")
    studies.storage(toy.MARKET, "2026-04")
    studies.storage("binance.ETH-USDT.5m", "2026-03")
    assert sorted(path.name for path in (tmp_path / "studies").iterdir()) == [
        "binance.BTC-USDT.5m.2026-03.journal",
        "binance.BTC-USDT.5m.2026-04.journal",
        "binance.ETH-USDT.5m.2026-03.journal",
    ]


def test_another_resource_finds_the_search_that_was_done(stored, tmp_path, toy):
    later = StudiesResource(uri=str(tmp_path / "studies"))
    assert toy.toy_search(later.storage(toy.MARKET, toy.MONTH)) == stored


def test_two_searches_share_a_journal_and_not_their_trials(stored, studies, toy):
    storage = studies.storage(toy.MARKET, toy.MONTH)
    assert toy.toy_search(storage, sampler="random", name="other") != stored
    assert toy.toy_search(storage) == stored


@pytest.mark.usefixtures("stored")
def test_removing_forgets_and_may_be_repeated(studies, toy, journal_path):
    studies.remove(toy.MARKET, toy.MONTH)
    assert not journal_path.exists()
    studies.remove(toy.MARKET, toy.MONTH)


@pytest.mark.parametrize("market", ["../../etc", "binance.BTC/USDT.5m", "x" * 300, "a\0b"])
def test_a_hostile_market_touches_nothing(studies, tmp_path, market):
    for verb in (studies.storage, studies.remove):
        with pytest.raises(InvalidInput):
            verb(market, "2026-03")
    with pytest.raises(InvalidInput):
        studies.remove("binance.BTC-USDT.5m", "../x")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path, toy):
    (tmp_path / "file").write_text("")
    studies = StudiesResource(uri=str(tmp_path / "file" / "studies"))
    with pytest.raises(LakeError, match=r"file/studies/.*cannot be written"):
        studies.storage(toy.MARKET, toy.MONTH)


def test_only_folders_and_postgresql_are_known(toy):
    with pytest.raises(InvalidSettings, match="begins with s3://; expected a local folder"):
        StudiesResource(uri="s3://bucket/studies").storage(toy.MARKET, toy.MONTH)


@pytest.mark.parametrize(
    "uri",
    [
        "postgresql://me:hunter2@db.example/studies",
        "postgresql://me@db.example/studies?password=hunter2",
    ],
)
def test_a_password_in_the_uri_is_refused_and_not_repeated(uri, toy):
    studies = StudiesResource(uri=uri)
    with pytest.raises(InvalidSettings, match=r"db\.example holds a password.*PGPASSWORD") as told:
        studies.storage(toy.MARKET, toy.MONTH)
    assert "hunter2" not in str(told.value)
    assert "hunter2" not in repr(studies)


def test_a_uri_without_a_password_passes():
    check_no_secret("postgresql://me@db.example:5433/studies?sslmode=require")


@pytest.mark.processes
def test_importing_the_resource_imports_no_optuna():
    code = "import sys, resources.studies.resource; sys.exit('optuna' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603
    assert done.returncode == 0


def test_a_study_is_named_after_all_that_decides_its_outcome():
    decided = {"candles": "abc", "plan": {"seed": 7, "trials": 20}}
    name = study_name("binance.BTC-USDT.5m", "2026-03", "learners", decided)
    assert name.startswith("binance.BTC-USDT.5m|2026-03|learners|")
    turned = {"plan": {"trials": 20, "seed": 7}, "candles": "abc"}
    assert study_name("binance.BTC-USDT.5m", "2026-03", "learners", turned) == name
    other = {**decided, "candles": "abd"}
    assert study_name("binance.BTC-USDT.5m", "2026-03", "learners", other) != name


@pytest.mark.usefixtures("stored")
def test_a_training_goes_on_with_its_own_studies_and_forgets_those_of_earlier_ones(
    studies, toy, journal_path
):
    [kept] = studies.storage(toy.MARKET, toy.MONTH).get_all_studies()
    size = journal_path.stat().st_size
    again = studies.continued(toy.MARKET, toy.MONTH, kept.study_name[:-3])
    assert [study.study_name for study in again.get_all_studies()] == [kept.study_name]
    assert journal_path.stat().st_size == size
    assert studies.continued(toy.MARKET, toy.MONTH, "another").get_all_studies() == []


def test_searches_of_months_before_are_kept_until_a_later_month_is_searched(studies, toy, tmp_path):
    others = ("binance.ETH-USDT.5m", "2026-01"), (toy.MARKET, "2026-04")
    for market, month in ((toy.MARKET, "2026-01"), (toy.MARKET, "2026-02"), *others):
        toy.toy_search(studies.storage(market, month), name=f"{market}|{month}|learners|1")
    (tmp_path / "studies" / f"{toy.MARKET}.notes").write_text("")
    # A refit of February goes on with its study and takes nothing from anybody
    studies.continued(toy.MARKET, "2026-02", "none", f"{toy.MARKET}|2026-02|learners|1")
    assert len([*(tmp_path / "studies").glob("*.journal")]) == 4
    studies.continued(toy.MARKET, "2026-03", f"{toy.MARKET}|2026-03|learners|1")
    assert sorted(path.name for path in (tmp_path / "studies").iterdir()) == [
        "binance.BTC-USDT.5m.2026-03.journal",
        "binance.BTC-USDT.5m.2026-04.journal",
        "binance.BTC-USDT.5m.notes",
        "binance.ETH-USDT.5m.2026-01.journal",
    ]


def test_two_strategies_search_for_one_month_and_neither_forgets_the_others(
    stored, studies, toy, tmp_path
):
    fast, slow = (studies.of(Strategy(name)) for name in ("fast", "slow"))
    name = study_name(toy.MARKET, toy.MONTH, "learners", {})
    assert toy.toy_search(fast.storage(toy.MARKET, toy.MONTH), name=name)
    fast.continued(toy.MARKET, toy.MONTH, name)
    slow.continued(toy.MARKET, toy.MONTH, "another")
    [kept] = fast.storage(toy.MARKET, toy.MONTH).get_all_studies()
    assert kept.study_name == name
    assert toy.toy_search(studies.storage(toy.MARKET, toy.MONTH)) == stored
    assert studies.of(Strategy("default")) is studies
    assert (tmp_path / "studies" / "fast").is_dir()
