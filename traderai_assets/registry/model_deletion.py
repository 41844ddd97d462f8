"""Deleting models: the row, what it said out of sample, its backtest and its searches, or nothing.

Every step is stored before the next is begun, and finds what was done already:

1. that the model is to go is noted in `model_deletions`, with the content its month had;
2. its row leaves `models`, so that no run that begins from now on reads it;
3. runs that began before, and rows that refer to it, are looked for once more: if there are any
   the row is put back as it was, and the deletion is withdrawn;
4. what is the model's own goes, and that it went is noted.

Whoever is killed in between leaves a model whose last step is `asked`. `finish_deletions` goes on
there, and every deletion in the market begins with it. So no row ever refers to a model that is
gone: what could refer to it began before step 2, and is seen in step 3.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from resources.lake.resource import LakeResource
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.markets import Market
from traderai_assets.domain.strategies.strategy import UNNAMED, Strategy
from traderai_assets.partitions import partition_key
from traderai_assets.registry.desk import CODE_VERSION, Desk, with_row
from traderai_assets.registry.references import (
    named_runs,
    references,
    referred,
    runs_with_models,
)
from traderai_assets.registry.stored_models import StoredModel, find_model, last_made
from traderai_assets.runs.strategy_assets import asset_key
from traderai_assets.schemas.backtests import BACKTEST_EQUITY, BACKTEST_METRICS, BACKTEST_TRADES
from traderai_assets.schemas.model_deletions import ASKED, DELETED, MODEL_DELETIONS, WITHDRAWN
from traderai_assets.schemas.models import MODELS, OUT_OF_SAMPLE
from traderai_assets.schemas.tables import ALL_MONTHS, Table
from traderai_assets.strategies import strategies_of

# Of the last model of a month; metrics say whose they are, and go last
LAST_MODELS_OWN = (OUT_OF_SAMPLE, BACKTEST_TRADES, BACKTEST_EQUITY, BACKTEST_METRICS)
Step = dict[str, Any]


def delete_models(desk: Desk, models: Sequence[StoredModel]) -> list[str]:
    """Delete models, and finish what earlier deletions in their markets left; return their ids.

    Raises
    ------
    InvalidInput
        If anything refers to one of them, or a run works with models of its market: then none of
        them is deleted. If that is only seen after one was begun, that one is put back and those
        after it are left as they are.
    WriteConflict
        If a run made a model of the same month meanwhile; do it again.
    """
    markets = {model.market.key: model.market for model in models}
    for market in markets.values():
        finish_deletions(desk, market)
    _refuse_at_work(desk, markets)
    found = {key: references(desk.settings, desk.lake, one) for key, one in markets.items()}
    for model in models:
        _refuse(model.model_id, referred(found[model.market.key], model.model_id))
    for model in models:
        stored_as = _own(desk, model.strategy).snapshot(MODELS)
        step = {
            "step": ASKED,
            "model_id": model.model_id,
            "owner": model.strategy.name,
            "folder": model.strategy.folder_of(MODELS.name),
            "served_month": model.served.key,
            "stored_as": stored_as.content_hash(model.market, model.served),
            "by": desk.by,
            "reason": desk.reason,
        }
        _note(desk, model.market, step)
        _carry_out(desk, model.market, step)
    return [model.model_id for model in models]


def delete_asked(desk: Desk, model_ids: Sequence[str], market: Market) -> list[str]:
    """Delete models of a market by their ids, those that are half gone among them.

    Raises
    ------
    InvalidInput
        If one is not there, or is another market's; else as `delete_models`.
    """
    gone = finish_deletions(desk, market)
    asked = [one for one in model_ids if not any(was.startswith(one) for was in gone)]
    models = [find_model(desk.lake, one, strategies_of(desk.settings)) for one in asked]
    for model in models:
        if model.market != market:
            raise InvalidInput(
                f"model {model.model_id} is of {model.market.key}, not of {market.key}; "
                "one run deletes models of one market"
            )
    return [*gone, *(delete_models(desk, models) if models else [])]


def finish_deletions(desk: Desk, market: Market) -> list[str]:
    """Go on where deletions in a market were interrupted; return the ids of what went.

    What was withdrawn meanwhile, since something refers to it, stays, and is named in no error.
    """
    gone = []
    for step in unfinished_deletions(desk.lake, market):
        try:
            _carry_out(desk, market, step)
        except InvalidInput:  # It was put back, and that is stored
            continue
        gone.append(str(step["model_id"]))
    return gone


def finish_all_deletions(desk: Desk) -> list[str]:
    """Go on where deletions were interrupted, in every market; return the ids of what went."""
    markets = desk.lake.snapshot(MODEL_DELETIONS).markets()
    return [one for key in markets for one in finish_deletions(desk, Market.parse(key))]


def unfinished_deletions(lake: LakeResource, market: Market) -> list[Step]:
    """Return the steps of a market's models that were to go, and neither went nor stayed."""
    rows = lake.snapshot(MODEL_DELETIONS).read(market, [ALL_MONTHS]).sort_values("number")
    last = rows.drop_duplicates(["owner", "model_id"], keep="last")
    open_steps = last[last["step"] == ASKED].to_dict("records")
    return [{str(name): value for name, value in step.items()} for step in open_steps]


def _carry_out(desk: Desk, market: Market, step: Step) -> None:
    model_id, month = str(step["model_id"]), str(step["served_month"])
    strategy = Strategy(str(step["owner"])) if step["folder"] else UNNAMED
    lake = _own(desk, strategy)
    before = lake.read_content(MODELS, market, month, str(step["stored_as"]))
    left = _without(desk, lake, market, month, model_id)
    try:
        _refuse_at_work(desk, {market.key})
        _refuse(model_id, referred(references(desk.settings, desk.lake, market), model_id))
    except InvalidInput:
        _put_back(desk, lake, market, month, before[before["model_id"] == model_id])
        _note(desk, market, {**step, "step": WITHDRAWN})
        raise
    # Where a model was made since, what stands beside is that one's
    none_since = set(left["model_id"]) <= set(before["model_id"])
    if none_since and str(last_made(before)["model_id"]) == model_id:
        for table in LAST_MODELS_OWN:
            _publish(desk, lake, table, market, month, table.empty())
    if left.empty:
        desk.studies.of(strategy).remove(market.key, month)
    _note(desk, market, {**step, "step": DELETED})
    desk.tell(
        asset_key(strategy, MODELS.name),
        partition_key(market.key, month),
        f"model {model_id} deleted by {step['by']}: {step['reason']}",
        model_id=model_id,
    )


def _without(
    desk: Desk, lake: LakeResource, market: Market, month: str, model_id: str
) -> pd.DataFrame:
    """Take a model's row out of its month, if it is there; return what is left."""
    models = lake.snapshot(MODELS)
    rows = models.read(market, [month])
    left = rows[rows["model_id"] != model_id].reset_index(drop=True)
    if len(left) != len(rows):
        models.publish({(market.key, month): left}, run_id=desk.run_id, code_version=CODE_VERSION)
    return left


def _put_back(
    desk: Desk, lake: LakeResource, market: Market, month: str, row: pd.DataFrame
) -> None:
    models = lake.snapshot(MODELS)
    rows = models.read(market, [month])
    if set(row["model_id"]) <= set(rows["model_id"]):
        return
    if len(rows) and int(row["generation"].iloc[0]) in set(rows["generation"]):
        row = row.assign(generation=int(rows["generation"].max()) + 1)
    joined = pd.concat([rows, row], ignore_index=True) if len(rows) else row
    models.publish({(market.key, month): joined}, run_id=desk.run_id, code_version=CODE_VERSION)


def _publish(
    desk: Desk, lake: LakeResource, table: Table, market: Market, month: str, rows: pd.DataFrame
) -> None:
    lake.snapshot(table).publish(
        {(market.key, month): rows}, run_id=desk.run_id, code_version=CODE_VERSION
    )


def _note(desk: Desk, market: Market, step: Step) -> None:
    table = desk.lake.snapshot(MODEL_DELETIONS)
    told = {name: value for name, value in step.items() if name != "number"}
    rows = with_row(
        table.read(market, [ALL_MONTHS]), MODEL_DELETIONS.empty(), told | {"at": desk.clock()}
    )
    table.publish({(market.key, ALL_MONTHS): rows}, run_id=desk.run_id, code_version=CODE_VERSION)


def _own(desk: Desk, strategy: Strategy) -> LakeResource:
    return desk.lake.of(strategy)


def _refuse(model_id: str, by: str) -> None:
    if by:
        raise InvalidInput(
            f"model {model_id} is not deleted, since these refer to it: {by}. What ever spoke, was "
            "recorded or replayed is audit and stays with its model; "
            '"traderai reset" ends audit and all'
        )


def _refuse_at_work(desk: Desk, markets: Iterable[str]) -> None:
    runs = runs_with_models(desk.instance, markets, but=desk.run_id)
    if runs:
        raise InvalidInput(f"no model is deleted while runs may use one: {named_runs(runs)}")
