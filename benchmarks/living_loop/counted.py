"""What is counted at the end: words, drift, retrainings and champions, from what is stored."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg
import pandas as pd
from dagster._core.storage.tags import RUN_KEY_TAG

from benchmarks.living_loop.script import BAR, Script
from traderai_assets.audit.evidence import Evidence
from traderai_assets.audit.running import all_rules, audited
from traderai_assets.domain.drift.alarm import RETRAIN, drift_alarm
from traderai_assets.domain.markets import Market
from traderai_assets.domain.months import months_between
from traderai_assets.schemas.candles import CANDLES
from traderai_assets.schemas.champions import CHAMPIONS
from traderai_assets.schemas.drift_metrics import DRIFT_METRICS
from traderai_assets.schemas.predictions import PREDICTIONS
from traderai_assets.schemas.tables import ALL_MONTHS
from traderai_assets.status.words import words_between

DRIFT_SENSOR = "drifted_models"
OF_ABSENT_BARS = "absent_share"


@dataclass(frozen=True)
class Counted:
    """One claim, and what was found; `holds` is None where it is not there to be judged."""

    claim: str
    found: str
    holds: bool | None

    @property
    def line(self) -> str:
        """For a person."""
        told = {True: "holds", False: "DOES NOT HOLD", None: "not there"}[self.holds]
        return f"{self.claim}: {told}; {self.found}"


def counted(evidence: Evidence, script: Script, markets: Sequence[Market]) -> Iterator[Counted]:
    """Yield what became of each claim.

    Parameters
    ----------
    evidence : Evidence
        Of the home.
    script : Script
        What was planted.
    markets : sequence of Market
    """
    yield _closed_once(evidence, script, markets)
    yield _one_word(evidence, script, markets)
    yield _words(evidence, script, markets)
    yield _drift(evidence, script, markets)
    yield _asked_once(evidence.memory(), "train", "retraining is asked for once a cause")
    yield _drift_asked(evidence, markets)
    for finding in audited(evidence, all_rules()):
        held = None if finding.not_judged else not finding.violations
        first = f"; first: {finding.violations[0]}" if finding.violations else ""
        yield Counted(f"audit, {finding.rule.name}", finding.told + first, held)


def _bars(evidence: Evidence, script: Script, market: Market) -> pd.DataFrame:
    """Return the stored candles of the seven days."""
    first, end = script.opened(0), script.opened(script.bars)
    months = [month.key for month in months_between(first, end)]
    rows = evidence.read(CANDLES, market.key, months)
    return rows[(rows["open_time"] >= first) & (rows["open_time"] < end)]


def _closed_once(evidence: Evidence, script: Script, markets: Sequence[Market]) -> Counted:
    # But for the silent one of the first market
    wanted = script.bars * len(markets) - int(script.silent < script.bars)
    stored = [_bars(evidence, script, market)["open_time"] for market in markets]
    rows, unique = sum(map(len, stored)), sum(one.nunique() for one in stored)
    return Counted(
        "each bar that closed is stored once",
        f"{rows} rows of {unique} bars, {wanted} traded",
        rows == unique == wanted,
    )


def _one_word(evidence: Evidence, script: Script, markets: Sequence[Market]) -> Counted:
    """Count the words of bars that closed after somebody first spoke, over all strategies."""
    said, wanted, twice, silent = 0, 0, 0, 0
    for market in markets:
        history = evidence.champions(market.key)
        spoken = history.loc[history["model_id"].notna(), "changed_at"]
        if spoken.empty:
            continue
        bars = _bars(evidence, script, market)["open_time"]
        due = set(bars[bars + BAR > spoken.min()])
        told: Counter[pd.Timestamp] = Counter()
        for strategy in evidence.strategies:
            rows = evidence.all_months(PREDICTIONS, market.key, strategy)
            told.update(one for one in rows["open_time"] if one in due)
        said, wanted = said + sum(told.values()), wanted + len(due)
        twice += sum(count > 1 for count in told.values())
        silent += len(due - told.keys())
    return Counted(
        "each closed bar has one word since somebody speaks",
        f"{said} predictions of {wanted} bars, {twice} twice, {silent} without",
        wanted > 0 and said == wanted and twice == 0,
    )


def _words(evidence: Evidence, script: Script, markets: Sequence[Market]) -> Counted:
    claim = "each closed bar has one word of every strategy"
    said = bare = 0
    for strategy in evidence.strategies:
        for market in markets:
            stretch = script.opened(0), script.opened(script.bars)
            told = words_between(evidence.lake, evidence.settings, strategy, market, *stretch)
            said += int(told["word"].notna().sum())
            bare += int(told["word"].isna().sum()) + int(told["open_time"].duplicated().sum())
    wanted = script.bars * len(markets) * len(evidence.strategies)
    found = f"{said} words of {wanted}, {bare} bars without or with two"
    return Counted(claim, found, said == wanted and not bare)


def _drift(evidence: Evidence, script: Script, markets: Sequence[Market]) -> Counted:
    """Count windows in which something drifted; what the silent bar itself moves stands apart."""
    changed, silent = script.opened(script.changes), script.opened(script.silent) + BAR
    before = after = measured = of_silence = 0
    for strategy in evidence.strategies:
        for market in markets:
            rows = evidence.all_months(DRIFT_METRICS, market.key, strategy)
            rows = rows[rows["window_end"] > script.opened(0)]
            measured += rows["window_end"].nunique()
            drifted = rows[rows["status"] == "drifted"]
            if market == markets[0]:
                moved = drifted["feature"].str.startswith(OF_ABSENT_BARS)
                moved &= drifted["window_end"] >= silent
                of_silence += drifted.loc[moved, "window_end"].nunique()
                drifted = drifted[~moved]
            early = drifted["window_end"] <= changed
            before += drifted.loc[early, "window_end"].nunique()
            after += drifted.loc[~early, "window_end"].nunique()
    return Counted(
        "drift is told after the change of regime and not before",
        f"of {measured} windows {before} told it before, {after} after; in {of_silence} the silent "
        f"bar moved the share of absent bars",
        None if measured == 0 or script.bars <= script.changes else before == 0 and after > 0,
    )


def _asked_once(instance: dg.DagsterInstance, job: str, claim: str) -> Counted:
    runs = instance.get_runs(dg.RunsFilter(job_name=job))
    # A run that is tried again has the key of the one before it
    own = [run for run in runs if run.parent_run_id is None]
    keys = Counter(run.tags[RUN_KEY_TAG] for run in own if RUN_KEY_TAG in run.tags)
    twice = sum(count > 1 for count in keys.values())
    return Counted(claim, f"{len(own)} runs for {len(keys)} causes, {twice} asked twice", not twice)


def _drift_asked(evidence: Evidence, markets: Sequence[Market]) -> Counted:
    """Compare what the stored drift tables ask for with the runs that came of it."""
    tagged = dg.RunsFilter(job_name="train", tags={"dagster/sensor_name": DRIFT_SENSOR})
    asked = evidence.memory().get_runs(tagged)
    named = {run.tags.get(RUN_KEY_TAG, "") for run in asked}
    causes = set()
    for strategy in evidence.strategies:
        for market in markets:
            rows = evidence.all_months(DRIFT_METRICS, market.key, strategy)
            for _, window in rows.groupby("window_end"):
                alarm = drift_alarm(window)
                if alarm is not None and RETRAIN in alarm.asks:
                    causes.add(alarm.cause)
    unmet = [cause for cause in causes if not any(cause in key for key in named)]
    uncaused = [key for key in named if not any(cause in key for cause in causes)]
    return Counted(
        "what has drifted asks for its retraining, and nothing else does",
        f"{len(causes)} causes, {len(asked)} runs asked for by {DRIFT_SENSOR}; "
        f"{len(unmet)} causes without one, {len(uncaused)} runs without a cause",
        not unmet and not uncaused if causes or asked else None,
    )


def champions_told(evidence: Evidence, markets: Sequence[Market]) -> Iterator[str]:
    """Yield a line a change of who speaks."""
    for market in markets:
        for event in evidence.read(CHAMPIONS, market.key, [ALL_MONTHS]).to_dict("records"):
            yield (
                f"{market.key} {event['changed_at']:%Y-%m-%d %H:%M} {event['action']} "
                f"{event['strategy']} {str(event['model_id'])[:8]}"
            )


def evidence_of(settings: object, lake: object, instance: dg.DagsterInstance) -> Evidence:
    """Return what an audit reads of a home, with every row."""
    return Evidence(settings, lake, instance, datetime.now(UTC), every_row=True)  # type: ignore[arg-type]
