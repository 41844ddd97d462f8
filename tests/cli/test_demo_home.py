"""The demo's home: new ones are given settings of their own, others keep what they have."""

from traderai_assets.cli.demo.home_settings import demo_settings
from traderai_assets.settings import load_settings
from traderai_assets.settings_files import HOME_FILE


def test_a_new_home_has_two_strategies_that_every_command_knows(home):
    assert sorted(demo_settings().strategies) == ["patient", "reckless"]
    known = load_settings()
    assert sorted(known.strategies) == ["patient", "reckless"]
    assert known.of("patient").training.horizon_bars == 12
    assert known.of("reckless").training.confidence == 0.5
    assert (home.home / HOME_FILE).stat().st_mode & 0o077 == 0


def test_a_home_that_has_settings_keeps_them(home):
    home.home.mkdir()
    (home.home / HOME_FILE).write_text("[strategies.mine]\n")
    assert sorted(demo_settings().strategies) == ["mine"]
    assert (home.home / HOME_FILE).read_text() == "[strategies.mine]\n"
