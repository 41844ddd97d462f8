"""Running an audit: every rule by itself, so that what one cannot read costs the others nothing."""

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import islice

from traderai_assets.audit.evidence import Evidence
from traderai_assets.audit.rule import CannotJudgeError, Rule, Violation
from traderai_assets.domain.errors import InvalidInput, TraderAIError
from traderai_assets.domain.sources import modules_in

_FOLDER = f"{__package__}.rules"
# Of one rule; what comes after them is counted no further
MOST_TOLD = 1_000


@dataclass(frozen=True)
class Finding:
    """What came of one rule.

    Attributes
    ----------
    rule : Rule
    violations : tuple of Violation
        At most `MOST_TOLD`.
    not_judged : str
        Why it could not be judged; empty where it was.
    seconds : float
    """

    rule: Rule
    violations: tuple[Violation, ...]
    not_judged: str
    seconds: float

    @property
    def told(self) -> str:
        """In a few words."""
        if self.not_judged:
            return f"cannot be judged: {self.not_judged}"
        if not self.violations:
            return "ok"
        more = " or more" if len(self.violations) == MOST_TOLD else ""
        return f"{len(self.violations)}{more} violations"


def all_rules() -> tuple[Rule, ...]:
    """Return every rule of the folder, by the names of files and in their order there."""
    return tuple(
        rule
        for module in modules_in(_FOLDER)
        for rule in getattr(import_module(module), "RULES", ())
    )


def rules_named(names: Collection[str]) -> tuple[Rule, ...]:
    """Return the rules of these names, all where none is given; raise InvalidInput on others."""
    known = {rule.name: rule for rule in all_rules()}
    for name in names:
        if name not in known:
            raise InvalidInput(f"there is no rule {name[:40]!r}; there are {', '.join(known)}")
    return tuple(rule for rule in known.values() if not names or rule.name in names)


def audited(evidence: Evidence, rules: Collection[Rule]) -> Iterator[Finding]:
    """Yield the finding of each rule as soon as it is there."""
    for rule in rules:
        began = time.perf_counter()
        violations: tuple[Violation, ...] = ()
        why = ""
        try:
            violations = tuple(islice(rule.check(evidence), MOST_TOLD))
        except CannotJudgeError as error:
            why = str(error)
        except (
            TraderAIError
        ) as error:  # Such as rows that do not hash, which a rule of its own tells
            why = f"{type(error).__name__}: {error}"
        yield Finding(rule, violations, why, time.perf_counter() - began)
