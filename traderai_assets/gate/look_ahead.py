"""The proof before training: no model is made while a feature is known to look ahead.

The check itself blocks what comes after it in its own run. Whoever trains in another run, by a
button for one, is stopped here.
"""

import dagster as dg
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from traderai_assets.domain.errors import LookAhead

LOOK_AHEAD_CHECK = dg.AssetCheckKey(dg.AssetKey("features"), "no_look_ahead")


def require_proof(instance: dg.DagsterInstance) -> None:
    """Raise LookAhead if the last proof of the features failed; one never tried is none failed."""
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key([LOOK_AHEAD_CHECK])
    record = latest.get(LOOK_AHEAD_CHECK)
    if record is not None and record.status is AssetCheckExecutionRecordStatus.FAILED:
        raise LookAhead(
            f"a feature looks ahead: check {LOOK_AHEAD_CHECK.name} of features failed in run "
            f"{record.run_id}; the check's page names the feature. Mend or remove it, materialize "
            "features, and train again"
        )
