"""Publishing many partitions so that one that is refused costs the others nothing."""

from collections.abc import Callable, Mapping

import pandas as pd

from resources.lake.partitions import Publication as Published
from traderai_assets.domain.errors import (
    CorruptPartition,
    InvalidRows,
    TraderAIError,
    WriteConflict,
)

Key = tuple[str, str]
# What concerns some of the partitions, and not the store
OF_SOME = (WriteConflict, InvalidRows, CorruptPartition)


def publish_apart(
    publish: Callable[[Mapping[Key, pd.DataFrame]], Published],
    frames: Mapping[Key, pd.DataFrame],
) -> tuple[list[Published], dict[Key, TraderAIError]]:
    """Publish in one commit; where that is refused, each by itself.

    Parameters
    ----------
    publish : callable
        Publishes some partitions, all of them or none.
    frames : mapping of (market, month) to DataFrame

    Returns
    -------
    tuple
        What was published, and the error of each partition that was not.
    """
    if not frames:
        return [], {}
    done: list[Published] = []
    failed: dict[Key, TraderAIError] = {}
    try:
        return [publish(frames)], failed
    except OF_SOME as error:
        if len(frames) == 1:
            return done, dict.fromkeys(frames, error)
    for key, frame in frames.items():
        try:
            done.append(publish({key: frame}))
        except OF_SOME as error:
            failed[key] = error
    return done, failed
