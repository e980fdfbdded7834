"""YAML text from people: read safely, within bounds, with the line of every place in it."""

from __future__ import annotations

from typing import Any

import yaml

from indicators.findings import Finding, Refused
from indicators.framework.checks import Path, path_text
from locales import text

MAX_BYTES = 1024 * 1024
MAX_VALUES = 200_000
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """The safe loader; a key written twice in one mapping is refused, not silently replaced."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = key_node.value
            if key in seen and key != "<<":
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is written twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def plain_content(content: bytes | str) -> dict[str, Any]:
    """The mapping that a YAML file of at most 1 MiB holds.

    Raises Refused (E305) with the line for a file that is none, or that grows when read.
    """
    raw = content.encode() if isinstance(content, str) else content
    if len(raw) > MAX_BYTES:
        raise Refused(Finding("E305", params={"reason": text("framework.reason.too-large")}))
    try:
        plain = yaml.load(raw.decode("utf-8-sig"), Loader=_Loader)
        too_many = _expanded_size(plain, {}) > MAX_VALUES
    except RecursionError:
        raise Refused(Finding("E305", params={"reason": text("framework.reason.bomb")})) from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = {"path": "", "line": mark.line + 1} if mark is not None else {"path": ""}
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        reason = text("framework.reason.yaml", problem=problem, line=where.get("line", "?"))
        raise Refused(Finding("E305", where=where, params={"reason": reason})) from None
    if too_many:
        raise Refused(Finding("E305", params={"reason": text("framework.reason.bomb")}))
    if not isinstance(plain, dict):
        raise Refused(Finding("E305", params={"reason": text("framework.reason.not-mapping")}))
    return plain


def _expanded_size(value: Any, sizes: dict[int, int]) -> int:
    """Count of values with every alias written out, found without writing it out."""
    if not isinstance(value, dict | list):
        return 1
    known = sizes.get(id(value))
    if known is None:
        sizes[id(value)] = MAX_VALUES + 1  # a value that holds itself never ends
        children = value.values() if isinstance(value, dict) else value
        known = 1 + sum(_expanded_size(child, sizes) for child in children)
        sizes[id(value)] = known
    return known


def lines_of(content: bytes | str) -> dict[str, int]:
    """The line of every path in the file."""
    lines: dict[str, int] = {}

    def visit(node: Any, path: Path, open_nodes: frozenset[int]) -> None:
        if id(node) in open_nodes or len(lines) > MAX_VALUES:
            return
        lines.setdefault(path_text(path), node.start_mark.line + 1)
        inside = open_nodes | {id(node)}
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                visit(value, (*path, str(key.value)), inside)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                visit(value, (*path, index), inside)

    raw = content if isinstance(content, str) else content.decode("utf-8-sig")
    visit(yaml.compose(raw, Loader=_SafeLoader), (), frozenset())
    return lines


def with_line(finding: Finding, lines: dict[str, int]) -> Finding:
    """The finding with the line of its path, or of the nearest part around it."""
    place = str(finding.where.get("path", ""))
    while place and place not in lines:
        place = place.rpartition(".")[0] if "." in place else ""
    line = lines.get(place)
    if line is None:
        return finding
    return Finding(finding.code, finding.severity, {**finding.where, "line": line}, finding.params)
