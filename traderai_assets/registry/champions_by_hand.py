"""Promoting a model and rolling one back: a person's changes of who speaks for a market.

The row is stored first and the event told after it. Who is killed in between and does the same
again has the event told, and no second row.
"""

from typing import Any

import dagster as dg
import pandas as pd

from resources.lake.snapshot import LakeSnapshot
from traderai_assets.domain.champions.by_hand import (
    Pin,
    spoke_before,
    standing_pin,
    with_change_by_hand,
)
from traderai_assets.domain.champions.history import PINNED, ROLLED_BACK, last_speaker
from traderai_assets.domain.code_versions import version_of
from traderai_assets.domain.errors import InvalidInput
from traderai_assets.domain.markets import Market
from traderai_assets.ingest.known_until import known_until
from traderai_assets.registry.contenders import chosen_speaker, newer_models, versions_read
from traderai_assets.registry.desk import Desk
from traderai_assets.registry.stored_models import StoredModel
from traderai_assets.runs.inputs import INPUTS, input_versions
from traderai_assets.runs.partition_events import provenance
from traderai_assets.schemas.candles import CANDLE_GAPS, CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.tables import ALL_MONTHS, Table
from traderai_assets.strategies import strategies_of

_CHAMPIONS = dg.AssetKey("champions")


def promote(desk: Desk, model: StoredModel, market: Market | None = None) -> pd.DataFrame:
    """Have a model be the one by which its strategy speaks, and return the history.

    Parameters
    ----------
    desk : Desk
    model : StoredModel
    market : Market, optional
        For which it is asked; a model speaks for its own alone.

    Raises
    ------
    InvalidInput
        If its strategy may not speak, something is said against it, it is too old, it speaks
        already, or it is another market's.
    WriteConflict
        If somebody else was chosen meanwhile; do it again.
    """
    if market is not None and market != model.market:
        raise InvalidInput(
            f"model {model.model_id} is of {model.market.key}, and a model speaks for its own "
            f'market alone; "traderai models list --market {market.key}" names those of it'
        )
    pin = Pin(model.strategy.name, model.model_id, model.served.key)
    target = desk.lake.snapshot(CHAMPIONS)
    history = target.read(model.market, [ALL_MONTHS])
    last = last_speaker(history)
    if last is not None and (last["strategy"], last["model_id"]) == (pin.strategy, pin.model_id):
        if last["action"] == PINNED and not _is_told(desk, model.market):
            _tell(desk, model.market, history)
            return history
        raise InvalidInput(f"model {pin.model_id} speaks for {model.market.key} already")
    return _change(desk, model.market, target, pin, PINNED)


def roll_back(desk: Desk, market: Market) -> pd.DataFrame:
    """Have those speak again who spoke before the last change, and return the history.

    Raises
    ------
    InvalidInput
        If nobody spoke before, or who did may not speak now.
    WriteConflict
        As `promote`.
    """
    target = desk.lake.snapshot(CHAMPIONS)
    before = spoke_before(target.read(market, [ALL_MONTHS]))
    return _change(desk, market, target, before, ROLLED_BACK)


def _change(
    desk: Desk, market: Market, target: LakeSnapshot, pin: Pin, action: str
) -> pd.DataFrame:
    history = target.read(market, [ALL_MONTHS])
    snapshots: dict[str, LakeSnapshot] = {}

    def of(table: Table) -> LakeSnapshot:
        return snapshots.setdefault(table.path, desk.lake.snapshot(table))

    strategies = strategies_of(desk.settings)
    owner = next((one for one in strategies if one.name == pin.strategy), None)
    if owner is not None:
        newer = newer_models(of, owner, market, pin.model_id)
        if newer is None:
            raise InvalidInput(
                f"model {pin.model_id}, made for {pin.served_month}, has expired, or is gone: only "
                "models of the last three served months speak; train the month anew, or promote a "
                f'newer one of "traderai models list --market {market.key}"'
            )
        pin = Pin(pin.strategy, pin.model_id, pin.served_month, newer)
    choice = chosen_speaker(
        of,
        strategies,
        market,
        history,
        allow_unproven=desk.settings.champions.allow_unproven,
        asked=pin,
    )
    as_of = known_until(of(CANDLES), of(CANDLE_GAPS), market)
    if as_of is None:
        raise InvalidInput(
            f'no candles of {market.key} are stored; "traderai markets add" has them fetched'
        )
    changed = with_change_by_hand(
        history,
        choice,
        pin,
        action=action,
        changed_at=as_of,
        reason=desk.reason,
        by=desk.by,
        at=desk.clock(),
    )
    key, inputs = (market.key, ALL_MONTHS), versions_read(of, strategies, market)
    target.publish(
        {key: changed},
        run_id=desk.run_id,
        code_version=version_of("champions"),
        inputs={key: inputs},
    )
    _tell(desk, market, changed, inputs)
    return changed


def _is_told(desk: Desk, market: Market) -> bool:
    """Whether the event log has the history that is stored."""
    stored = desk.lake.snapshot(CHAMPIONS).content_hash(market, ALL_MONTHS)
    asked = dg.AssetRecordsFilter(_CHAMPIONS, asset_partitions=[market.key])
    records = desk.instance.fetch_materializations(asked, limit=1).records
    event = records[0].asset_materialization if records else None
    return event is not None and (event.tags or {}).get("dagster/data_version") == stored


def _tell(
    desk: Desk, market: Market, history: pd.DataFrame, inputs: dict[str, str] | None = None
) -> None:
    """Tell the partition's event as a run tells it, and who changed it by hand, when and why."""
    version = desk.lake.snapshot(CHAMPIONS).content_hash(market, ALL_MONTHS)
    last = history.sort_values("number").iloc[-1]
    pin = standing_pin(history)
    metadata: dict[str, Any] = {
        "champion": str(last["model_id"]),
        "strategy": str(last["strategy"]),
        "speaks": "on paper" if last["paper"] else "in full",
        "last_action": str(last["action"]),
        "passed_over": ", ".join(sorted(pin.passed_over)) if pin and pin.passed_over else "none",
        "content_hash": version,
        "dagster/row_count": len(history),
        **desk.told(),
    }
    if inputs is not None:
        metadata[INPUTS] = dg.MetadataValue.json(input_versions(inputs))
    desk.instance.report_runless_asset_event(
        dg.AssetMaterialization(
            _CHAMPIONS,
            partition=market.key,
            description=f"{last['action']} by {desk.by}: {desk.reason}",
            metadata=metadata,
            tags=provenance(version_of("champions"), version, {}, {}),
        )
    )
