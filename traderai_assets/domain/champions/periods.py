"""Champion periods: from when until when each model signalled for a market, by its history."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pandas as pd

END_OF_TIME = pd.Timestamp(datetime(2200, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class ChampionPeriod:
    """One model's time as champion.

    Attributes
    ----------
    model_id, served_month : str
        Which model, and the month it was made for.
    since, until : Timestamp
        It decided at every bar that closed after `since`, up to and including `until`.
    """

    model_id: str
    served_month: str
    since: pd.Timestamp
    until: pd.Timestamp


def champion_periods(history: pd.DataFrame) -> list[ChampionPeriod]:
    """Return every champion's period, oldest first; the last one has no end yet.

    Parameters
    ----------
    history : DataFrame
        As `champions.history` writes it: rows that kept a champion do not end its period.
    """
    found: list[ChampionPeriod] = []
    events = history.dropna(subset="model_id").sort_values("number")
    for event in events.to_dict("records"):
        if found and found[-1].model_id == event["model_id"]:
            continue
        if found:
            found[-1] = replace(found[-1], until=event["changed_at"])
        found.append(
            ChampionPeriod(
                event["model_id"], event["served_month"], event["changed_at"], END_OF_TIME
            )
        )
    return found
