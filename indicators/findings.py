"""What is wrong with an input, said so that a person can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from locales import text

Severity = Literal["error", "warning", "note"]

_PLACES = ("sheet", "row", "column", "value")
_MOST_PRINTED = 5


@dataclass(frozen=True)
class Finding:
    """One remark on an input: a code, a place, what is wrong and how to mend it.

    The texts come from the message catalogues under ``CODE.message`` and ``CODE.fix``; ``where``
    and ``params`` fill their placeholders. A parameter may be a ``{"zh": …, "en": …}`` dict.
    """

    code: str
    severity: Severity = "error"
    where: Mapping[str, object] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> dict[str, str]:
        return text(f"{self.code}.message", **{**self.where, **self.params})

    @property
    def fix(self) -> dict[str, str]:
        return text(f"{self.code}.fix", **{**self.where, **self.params})

    def __str__(self) -> str:
        place = ", ".join(f"{k} {v}" for k, v in self.where.items() if v is not None)
        head = f"{self.code} ({place})" if place else self.code
        message, fix = self.message, self.fix
        return f"{head}: {message['zh']}{fix['zh']}\n{head}: {message['en']} {fix['en']}"

    def as_json(self) -> dict[str, object]:
        """The form of contract.md 4: the four places are always there, others when known."""
        places = {name: self.where.get(name) for name in _PLACES}
        others = {name: value for name, value in self.where.items() if name not in _PLACES}
        return {
            "code": self.code,
            "severity": self.severity,
            **places,
            **others,
            "message": self.message,
            "fix": self.fix,
        }


class Refused(Exception):
    """An input is refused. It carries every finding, errors first."""

    def __init__(self, findings: Finding | Iterable[Finding]) -> None:
        found = (findings,) if isinstance(findings, Finding) else tuple(findings)
        if not found:
            raise ValueError("a refusal needs at least one finding")
        self.findings = tuple(sorted(found, key=lambda finding: finding.severity != "error"))
        super().__init__(", ".join(finding.code for finding in self.findings))

    def __str__(self) -> str:
        """Code, place, message and fix in both languages, as a traceback or a notebook shows it."""
        shown = [str(finding) for finding in self.findings[:_MOST_PRINTED]]
        left = len(self.findings) - len(shown)
        return "\n".join(shown + ([f"… +{left}"] if left else []))

    @property
    def first(self) -> Finding:
        return self.findings[0]
