"""Features and labels: made bar by bar as candles come, or all at once, they are the same bits."""

from collections.abc import Callable

from tests.assets.conftest import LATER
from tests.assets.in_process_platform import InProcessPlatform
from traderai_assets.schemas.features import FEATURES
from traderai_assets.schemas.labels import LABELS

JUNE = "2024-06"


def test_a_month_made_in_two_runs_has_the_content_of_one_run(
    old_platform: InProcessPlatform, open_platform: Callable[..., InProcessPlatform]
):
    at_once = open_platform(now=LATER)
    at_once.run("backfill", "2024-05", JUNE)
    assert at_once.hashes(FEATURES)[JUNE] == old_platform.hashes(FEATURES)[JUNE]
    assert at_once.hashes(LABELS)[JUNE] == old_platform.hashes(LABELS)[JUNE]
