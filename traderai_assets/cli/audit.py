"""`traderai audit`: what must hold of all that is stored, held against this home."""

import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from traderai_assets.cli import exit_codes
from traderai_assets.cli.context import open_instance, open_lake, open_settings
from traderai_assets.domain.plain_text import plain_line

if TYPE_CHECKING:
    from traderai_assets.audit.running import Finding

VIOLATED, NOT_JUDGED = exit_codes.FAILED.number, exit_codes.NOT_JUDGED.number
_TOLD = 5


@click.command()
@click.argument("rules", nargs=-1)
@click.option("--rows", is_flag=True, help="Hold the hash of every partition against its rows.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with every violation.")
def command(rules: tuple[str, ...], *, rows: bool, as_json: bool) -> None:
    """Check RULES, or all there are, on this home; nothing is written.

    Exit code 0 where all hold, 1 where one is violated, 3 where none is, but one cannot be judged.

    Example: traderai audit
    """
    from traderai_assets.audit.evidence import Evidence
    from traderai_assets.audit.running import audited, rules_named

    settings = open_settings()
    asked = rules_named(rules)
    with open_instance(settings) as instance:
        evidence = Evidence(settings, open_lake(settings), instance, datetime.now(UTC), rows)
        findings = []
        for finding in audited(evidence, asked):
            findings.append(finding)
            if not as_json:
                _tell(finding)
    if as_json:
        click.echo(json.dumps([_plain(one) for one in findings], indent=2))
    if any(one.violations for one in findings):
        sys.exit(VIOLATED)
    if any(one.not_judged for one in findings):
        sys.exit(NOT_JUDGED)


def _tell(finding: "Finding") -> None:
    click.echo(f"{finding.rule.name:<22} {plain_line(finding.told, most=300)}")
    for one in finding.violations[:_TOLD]:
        place = " ".join(part for part in (one.market, one.month, one.row) if part)
        click.echo(f"    {place}: {plain_line(one.what, most=300)}")
    if len(finding.violations) > _TOLD:
        click.echo(f"    and {len(finding.violations) - _TOLD} more; --json tells all")


def _plain(finding: "Finding") -> dict[str, Any]:
    return {
        "rule": finding.rule.name,
        "sentence": finding.rule.sentence,
        "told": finding.told,
        "seconds": round(finding.seconds, 3),
        "violations": [one._asdict() for one in finding.violations],
    }
