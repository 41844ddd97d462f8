"""docs/living_loop.md: what became of each claim when seven days had been lived through."""

from collections.abc import Sequence

from benchmarks.living_loop.counted import Counted
from benchmarks.living_loop.script import Script
from benchmarks.machine import machine, versions
from benchmarks.table import markdown

LIBRARIES = ("dagster", "deltalake", "pandas", "lightgbm", "xgboost-cpu", "river")
PAGE = """# Seven days with nobody at the keyboard

`python -m benchmarks.living_loop.run --form {form} --page`: the whole platform with all its sensors
lives through {bars} closes of three markets and two strategies. An exchange stands in for seven
days of {bars_a_day} bars, and the script does this to it:

| when | what |
|---|---|
| days 2 and 6 | the exchange answers nothing for a quarter of the day |
| day 3 | one market does not trade for a bar |
| from day 4 on | volatility is six times what it was, and nothing can be forecast any more |
| day 5 | a candle is corrected for good |
| each day | every process is killed at once |

What came of it, counted in what is stored; below are the rules of `traderai audit`.

{claims}

{audit}

Not there means that nothing was there to be judged. Drift asks for a model only where kinds that
look at different things agree ([drift](drift.md)): wider bars alone do not.

{machine}; {versions}.
"""
_HEAD = ("claim", "holds", "found")


def loop_page(found: Sequence[Counted], script: Script) -> str:
    """Write the page as markdown."""
    audited = [one for one in found if one.claim.startswith("audit, ")]
    claims = [one for one in found if one not in audited]
    return PAGE.format(
        form=script.form.name,
        bars=script.bars,
        bars_a_day=script.form.bars_a_day,
        claims=markdown([_HEAD, *map(_row, claims)]),
        audit=markdown([_HEAD, *map(_row, audited)]),
        machine=machine(),
        versions=versions(LIBRARIES),
    )


def _row(one: Counted) -> tuple[str, str, str]:
    told = {True: "yes", False: "**no**", None: "not there"}[one.holds]
    return one.claim.removeprefix("audit, "), told, one.found
