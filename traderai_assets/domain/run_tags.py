"""Names of the tags of runs: what pages show, what they do not, and what was shown before.

Dagster's pages show every tag of a run but those that begin with `.dagster/`. Work class and
progress are for people; by the others the queue, the sensors and the commands find their way.
Runs of before hold these under their former names, and are read by them: for one version.
"""

from collections.abc import Mapping

SHOWN = "traderai/"
# With one slash: Dagster warns of a name with two where a run is asked for
HIDDEN = ".dagster/traderai."


def former(tag: str) -> str:
    """Return the name that a tag, or the beginning of some, had while pages showed it."""
    return SHOWN + tag.removeprefix(HIDDEN) if tag.startswith(HIDDEN) else tag


def tag_of(tags: Mapping[str, str], tag: str) -> str | None:
    """Return what a run's tags say under a name, or said under its former one; None if neither."""
    return tags[tag] if tag in tags else tags.get(former(tag))


def named(tags: Mapping[str, str], beginning: str) -> dict[str, str]:
    """Return the tags whose names begin so, now or formerly, by what follows: asset -> value.

    What was taken back of a former name holds nothing, and is left out.
    """
    found: dict[str, str] = {}
    for start in (former(beginning), beginning):
        found |= {
            name[len(start) :]: value for name, value in tags.items() if name.startswith(start)
        }
    return {name: value for name, value in found.items() if value}
