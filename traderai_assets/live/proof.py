"""The proof that no feature looks ahead, once for each version of the code that makes features.

It is of rules rather than of rows, and costs more than all else that a live tick does for a market.
Runs of the assets, and trainings, go on proving it each time.
"""

import dagster as dg

from resources.lake.resource import LakeResource
from traderai_assets.checks.features import prove
from traderai_assets.domain.errors import LookAhead
from traderai_assets.domain.features.catalogue import FEATURE_CODE_VERSION
from traderai_assets.domain.features.lookahead import leaking_features
from traderai_assets.gate.look_ahead import require_proof
from traderai_assets.instance.market_notes import read_notes, write_notes
from traderai_assets.partitions import read_partition_key
from traderai_assets.schemas.candles import CANDLES

_PROVED = "traderai/features_proved"


def prove_once(instance: dg.DagsterInstance, lake: LakeResource, partitions: list[str]) -> None:
    """Prove it of the first of these partitions, unless this version of the code was proved.

    Raises
    ------
    LookAhead
        If a feature looks ahead, by this proof or by the last that a run of the asset made.
    """
    require_proof(instance)
    if not partitions or read_notes(instance, [_PROVED]).get(_PROVED) == FEATURE_CODE_VERSION:
        return
    market, month = read_partition_key(partitions[0])
    leaking = leaking_features(prove(lake.snapshot(CANDLES), market, month, seed=0))
    if leaking:
        raise LookAhead(
            f"features look ahead: {', '.join(leaking)}, found on {partitions[0]}; mend or remove "
            "them, then materialize features"
        )
    write_notes(instance, {_PROVED: FEATURE_CODE_VERSION})
