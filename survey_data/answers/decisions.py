"""What a person says on the command line or the page: answer codes and screening rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indicators.findings import Finding

RECOMMENDED = "recommended"
"""Stands for the screening rules that are recommended together."""


@dataclass(frozen=True)
class CodeRule:
    """This text (of one column, or of all) means this number."""

    column: str | None
    text: str
    number: int


def code_rules(
    rules: Sequence[str], headers: Sequence[str]
) -> tuple[list[CodeRule], list[Finding]]:
    """``[COLUMN:]TEXT=NUMBER``; the column is recognised by being a header of the file."""
    found, wrong = [], []
    for rule in rules:
        left, sign, number = rule.rpartition("=")
        try:
            value = int(number)
        except ValueError:
            wrong.append(Finding("E144", params={"rule": rule}))
            continue
        if not sign or not left:
            wrong.append(Finding("E144", params={"rule": rule}))
            continue
        header = next((h for h in headers if left.startswith(h + ":")), None)
        text = left if header is None else left[len(header) + 1 :]
        found.append(CodeRule(header, text.strip(), value))
    return found, wrong


def screening_rules(rules: Sequence[str]) -> tuple[list[str], list[Finding]]:
    """Names of screening checks, with ``recommended`` written out; unknown names as E286."""
    from survey_data.screening import checks

    wanted: list[str] = []
    wrong = []
    for rule in rules:
        if rule == RECOMMENDED:
            wanted += checks.RECOMMENDED
        elif rule in checks.CHECKS:
            wanted.append(rule)
        else:
            params = {"rule": rule, "rules": ", ".join((RECOMMENDED, *checks.CHECKS))}
            wrong.append(Finding("E286", params=params))
    return list(dict.fromkeys(wanted)), wrong
