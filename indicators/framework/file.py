"""Framework files: YAML text → `Framework`, or every problem of it with path, line and fix."""

from __future__ import annotations

from functools import cache
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from indicators.findings import Finding, Refused
from indicators.framework.checks import Path, check_all, path_text
from indicators.framework.model import Framework
from indicators.framework.parts import Part
from indicators.framework.yaml_file import Written, document, with_line
from indicators.weighting.pairwise import ACCEPTED_RATIO
from locales import text

_DEFAULT = FilePath(__file__).parent.parent / "framework.yaml"

_CODES = {
    "weight": "E301",
    "goalposts": "E309",
    "scale": "E311",
    "indicator": "E312",
    "gate": "E314",
    "aggregation": "E315",
    "weighting": "E317",
}
_CUSTOM = {*_CODES, "text"}
_HOLDERS = ("dimensions", "indicators", "items")


def default_framework_text() -> str:
    """The YAML text of the framework that ships with the program."""
    return _DEFAULT.read_text(encoding="utf-8")


@cache
def default_framework() -> Framework:
    """The four-factor framework that ships with the program."""
    return load_framework(default_framework_text())


def load_framework(content: Written) -> Framework:
    """Read a framework from YAML text, or from a document that was read already.

    Raises
    ------
    Refused
        With all problems at once, each with its code, path in the file, line and fix.
    """
    framework, findings = check_framework(content)
    if framework is None:
        raise Refused(finding for finding in findings if finding.severity == "error")
    return framework


def check_framework(content: Written) -> tuple[Framework | None, list[Finding]]:
    """The framework, or None when it is wrong, with errors and warnings about the file."""
    try:
        read = document(content)
    except Refused as refusal:
        return None, list(refusal.findings)
    framework, findings = check_content(read.content)
    if framework is not None:
        return framework, findings
    return None, [with_line(finding, read.lines) for finding in findings]


def check_content(plain: dict[str, Any]) -> tuple[Framework | None, list[Finding]]:
    """As `check_framework`, for content that did not come from a file: places without lines."""
    try:
        framework, findings = Framework.model_validate(plain), []
    except ValidationError as error:
        framework, findings = None, _shape_findings(error.errors(include_url=False), plain)
    findings += check_all(plain)
    if framework is not None and not findings:
        return framework, [*_unknown_keys(framework, ()), *_inconsistent(framework)]
    return None, findings


def _shape_findings(errors: list[ErrorDetails], plain: dict[str, Any]) -> list[Finding]:
    findings: dict[tuple[str, str], Finding] = {}
    for error in errors:
        kind, path = error["type"], _path_in_file(error["loc"], plain)
        if kind == "weighting" and "weighting" not in path:
            path = (*path, "weighting")
        if kind in _CUSTOM:
            code, reason = _CODES.get(kind, "E308"), text(f"framework.reason.{kind}")
            if kind != "text":
                reason = {"zh": reason["zh"], "en": error["msg"]}
        elif kind == "string_pattern_mismatch" and path and path[-1] == "aggregation":
            code, reason = "E315", text("framework.reason.aggregation")
        elif kind == "string_pattern_mismatch":
            code, reason = "E316", text("framework.reason.id")
        elif kind.startswith("union_tag"):
            code, reason = "E314", text("framework.reason.gate-kind")
        elif kind == "too_short":
            code = "E318" if path and path[-1] in _HOLDERS else "E308"
            reason = text("framework.reason.empty")
        elif kind == "missing":
            code, reason = "E308", text("framework.reason.missing")
        else:
            code = "E308"
            reason = {"zh": text("framework.reason.form")["zh"], "en": error["msg"]}
        place = path_text(path)
        findings.setdefault(
            (code, place), Finding(code, where={"path": place}, params={"reason": reason})
        )
    return list(findings.values())


def _path_in_file(loc: tuple[int | str, ...], plain: Any) -> Path:
    """A validation place without the steps that only the validator knows (union branches)."""
    path: list[int | str] = []
    value = plain
    for number, step in enumerate(loc):
        if isinstance(value, dict):
            if step in value:
                value = value[step]
            elif number < len(loc) - 1:
                continue
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            continue
        path.append(step)
    return tuple(path)


def _unknown_keys(part: Any, path: Path) -> list[Finding]:
    found: list[Finding] = []
    if isinstance(part, Part):
        aliases = {name: field.alias or name for name, field in type(part).model_fields.items()}
        for key in part.__pydantic_extra__ or {}:
            place = {"path": path_text((*path, key))}
            found.append(Finding("W301", "warning", where=place, params={"key": key}))
        for name, alias in aliases.items():
            found += _unknown_keys(getattr(part, name), (*path, alias))
    elif isinstance(part, list):
        for index, entry in enumerate(part):
            found += _unknown_keys(entry, (*path, index))
    return found


def _inconsistent(framework: Framework) -> list[Finding]:
    """Experts whose comparisons in pairs contradict themselves too much."""
    found = []
    for node, weighting, children in framework.weightings:
        for name, how in weighting.consistency(children):
            if how.ratio > ACCEPTED_RATIO:
                where = {"path": "weighting" if node == "overall" else f"{node}.weighting"}
                params = {"node": node, "expert": name, "ratio": round(how.ratio, 3)}
                found.append(Finding("W302", "warning", where=where, params=params))
    return found
