"""A model is made again from the command line; what it prints stands in tests/assets."""

from types import SimpleNamespace

import pytest

from traderai_assets.cli import reproduce
from traderai_assets.domain.strategies.strategy import UNNAMED
from traderai_assets.domain.training.progress import Progress
from traderai_assets.registry import reproduction, stored_models

MODEL = SimpleNamespace(
    model_id="3f2a" * 8,
    market=SimpleNamespace(key="binance.BTC-USDT.1h"),
    served=SimpleNamespace(key="2026-04"),
    row={"generation": 2},
    card={},
    strategy=UNNAMED,
)


@pytest.fixture
def found(monkeypatch):
    """Let a model be found, and let its training end with these differences."""

    def end_with(changes, parts):
        def train(_lake, _stored, report):
            report(Progress("search", 2, 5, 7, 20, 1.234, "lightgbm", 50, 37.0))

        monkeypatch.setattr(reproduce, "SECONDS_BETWEEN_LINES", 0.0)
        monkeypatch.setattr(stored_models, "find_model", lambda *_: MODEL)
        monkeypatch.setattr(reproduction, "reasons_to_differ", lambda _: changes)
        monkeypatch.setattr(reproduction, "train_again", train)
        monkeypatch.setattr(reproduction, "differences", lambda *_: parts)

    return end_with


def test_the_same_bytes_are_said_and_end_well(traderai, found):
    found([], [])
    code, out, err = traderai("reproduce", MODEL.model_id)
    assert code == 0
    assert out.splitlines()[-1] == "Trained again: the same bytes."
    assert err == "search fold 2/5 trial 7/20 best 1.23 37%\n"


def test_other_versions_are_named_before_what_differs_and_the_code_is_one(traderai, found):
    found(["Made with lightgbm 4.5.0, here is 4.6.0."], ["card: rounds is {}, was 1"])
    code, out, _ = traderai("reproduce", MODEL.model_id)
    assert code == 1
    assert out.splitlines()[1:] == [
        "Made with lightgbm 4.5.0, here is 4.6.0. Other bytes are to be expected.",
        "Trained again: other bytes.",
        "  card: rounds is {}, was 1",
    ]


def test_a_model_that_is_not_stored_is_named(traderai):
    code, out, err = traderai("reproduce", "3f2a9c51")
    assert (code, out) == (1, "")
    assert err.startswith("traderai: no model '3f2a9c51' is stored")
