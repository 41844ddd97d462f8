"""What a run may be told is a list; whatever is not on it is refused, and no value is repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traderai_assets.domain.run_config import CHECKED_KINDS, RUN_CONFIG, refused_run_config

SECRET = "postgresql://me:hunter2@stranger/x"  # noqa: S105 - what must not be repeated
NAMES = st.one_of(
    st.sampled_from(
        ["ops", "resources", "execution", "loggers", "candles", "config", "refetch", "inputs"]
    ),
    st.text(max_size=8),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda parts: st.one_of(st.lists(parts, max_size=3), st.dictionaries(NAMES, parts, max_size=4)),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"resources": {"lake": {"config": {"root": SECRET}}}}, "resources.lake.config.root"),
        ({"resources": {"studies": {"config": {"uri": SECRET}}}}, "resources.studies.config.uri"),
        ({"resources": {"io_manager": {"config": {"base_dir": SECRET}}}}, "io_manager"),
        ({"execution": {"config": {"multiprocess": {"max_concurrent": 9}}}}, "execution.config"),
        ({"loggers": {"console": {"config": {"name": SECRET}}}}, "loggers.console"),
        (
            {"ops": {"candles": {"inputs": {"x": {"pickle": {"path": SECRET}}}}}},
            "ops.candles.inputs",
        ),
        ({"ops": {"candles": {"outputs": [{"result": SECRET}]}}}, "ops.candles.outputs"),
        ({"ops": {"candles": {"config": {"url": SECRET}}}}, "ops.candles.config.url"),
        ({"ops": {"candles": {"config": {"refetch": SECRET}}}}, "ops.candles.config.refetch"),
        ({"ops": {"candles": {"config": {"refetch": {"env": "X"}}}}}, "refetch.env"),
        ({"ops": {"candles": {"config": {"refetch": 1}}}}, "ops.candles.config.refetch"),
        ({"ops": {"candles": {"ops": {"candles": {"config": {"refetch": True}}}}}}, "candles.ops"),
        ({"ops": {"models": {"config": {"seed": 1}}}}, "ops.models.config.seed"),
        ({"ops": {"maintain_tables": {"config": {"keep_days": True}}}}, "keep_days"),
        ({"ops": {"update_markets": {"config": {"markets": [SECRET]}}}}, "config.markets"),
        ({"ops": {"update_markets": {"config": {"markets": SECRET}}}}, "config.markets"),
        ({"ops": {"update_markets": {"config": {"markets": [{"env": "X"}]}}}}, "config.markets"),
        ({"ops": {"candles": {"config": {"refetch": ["binance.BTC-USDT.5m"]}}}}, "refetch"),
        ({"ops": SECRET}, "ops"),
        ({"solids": {"candles": {"config": {"refetch": True}}}}, "solids"),
        ({"\x1b]0;owned\x07": 1}, r"\x1b]0;owned\x07"),
        ([SECRET], "itself"),
    ],
)
def test_what_is_not_on_the_list_is_named_and_its_value_is_not(config, named):
    refusal = refused_run_config(config)
    assert named in refusal
    assert "ops.candles.config.refetch" in refusal  # The way out
    assert "hunter2" not in refusal
    assert "\x1b" not in refusal


@pytest.mark.parametrize(
    "config",
    [
        {},
        None,
        {"ops": {"candles": {"config": {"refetch": True}}}},
        {"ops": {"maintain_tables": {"config": {"keep_days": 2.5}}}},
        {"ops": {"update_markets": {"config": {"markets": ["binance.BTC-USDT.5m"]}}}},
        # What the launchpad writes where nothing was filled in
        {"ops": {"features": {"config": {}}}, "resources": {"lake": {"config": {}}}, "loggers": {}},
    ],
)
def test_what_is_on_the_list_passes_and_so_does_what_is_empty(config):
    assert refused_run_config(config) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "../lake"),
        ("model", "3F2A9C51"),
        ("model", "3f2a9"),
        ("market", "binance.BTC-USDT.5m/../x"),
        ("market", "s3://elsewhere/lake"),
        ("reason", "two\nlines"),
        ("reason", "\x1b]0;owned\x07"),
        ("reason", "a" * 301),
        ("reason", {"env": "X"}),
        ("by", 1),
    ],
)
def test_a_change_by_hand_is_told_ids_keys_of_markets_and_plain_words_alone(field, value):
    config = {"ops": {"promote_champion": {"config": {field: value}}}}
    assert f"ops.promote_champion.config.{field}" in refused_run_config(config)


def test_a_change_by_hand_passes_with_what_a_person_writes():
    told = {
        "model": "3f2a9c51",
        "market": "binance.BTC-USDT.5m",
        "reason": "why: s3://x",
        "by": "a",
    }
    assert refused_run_config({"ops": {"promote_champion": {"config": told}}}) is None
    deleted = {"models": ["3f2a9c51", "77b0e1d4"], "market": "binance.BTC-USDT.5m", "reason": "so"}
    assert refused_run_config({"ops": {"delete_market_models": {"config": deleted}}}) is None
    kept = {"newest": 3, "strategy": "fast", "apply": True, "market": "binance.BTC-USDT.5m"}
    assert refused_run_config({"ops": {"keep_last_market_models": {"config": kept}}}) is None


@given(VALUES)
def test_only_a_field_of_the_table_with_a_value_of_its_kind_ever_passes(config):
    if refused_run_config(config) is None:
        for path, value in leaves(config):
            section, op, part, field = path
            assert (section, part) == ("ops", "config")
            kinds = RUN_CONFIG[op][field]
            checked = set(kinds) & set(CHECKED_KINDS)
            assert type(value) in kinds or (checked and type(value) in {str, list})


def leaves(value, path=()):
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, (*path, name))
    elif value is not None and value != []:
        yield path, value
