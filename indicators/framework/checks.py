"""What a framework file must fulfil beyond the form of its parts: ids, references, order.

The checks read the file's plain content and tolerate what is missing, so that one look at a wrong
file names all its problems, not the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from indicators.findings import Finding
from indicators.framework.indicator import METHODS
from indicators.framework.parts import RESERVED_IDS

Path = tuple[str | int, ...]
SAMPLE_METHODS = tuple(method for method in METHODS if method not in ("goalposts", "minmax"))


def path_text(path: Path) -> str:
    """``("factors", 0, "id")`` as ``factors[0].id``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _finding(code: str, path: Path, **params: object) -> Finding:
    return Finding(code, where={"path": path_text(path)}, params=params)


def _entries(content: Any, key: str, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    listed = content.get(key) if isinstance(content, dict) else None
    if isinstance(listed, list):
        for index, entry in enumerate(listed):
            if isinstance(entry, dict):
                yield (*path, key, index), entry


def _indicators(content: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for factor_path, factor in _entries(content, "factors"):
        for dimension_path, dimension in _entries(factor, "dimensions", factor_path):
            yield from _entries(dimension, "indicators", dimension_path)


def _own_outcomes(content: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path, outcome in _entries(content, "outcomes"):
        if "ref" not in outcome:
            yield path, outcome


def _nodes(content: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for factor_path, factor in _entries(content, "factors"):
        yield factor_path, factor
        for dimension_path, dimension in _entries(factor, "dimensions", factor_path):
            yield dimension_path, dimension
            yield from _entries(dimension, "indicators", dimension_path)


def _items(content: dict[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path, indicator in (*_indicators(content), *_own_outcomes(content)):
        yield from _entries(indicator.get("survey"), "items", (*path, "survey"))


def check_ids(content: dict[str, Any]) -> Iterator[Finding]:
    """Ids are unique over the whole file; ``overall`` names the root, some names are no item's."""
    first: dict[str, Path] = {"overall": ()}
    everything = (
        *_nodes(content),
        *_items(content),
        *_own_outcomes(content),
        *(p for key in ("register", "attributes", "attention") for p in _entries(content, key)),
        *_entries(content, "gates"),
    )
    for path, item in _items(content):
        if item.get("id") in RESERVED_IDS:
            yield _finding(
                "E306", (*path, "id"), id=item["id"], ids=", ".join(sorted(RESERVED_IDS))
            )
    for path, entry in everything:
        own = entry.get("id")
        if not isinstance(own, str):
            continue
        if own in first:
            yield _finding("E302", (*path, "id"), id=own, first=path_text(first[own]) or "overall")
        else:
            first[own] = path


def check_weights(content: dict[str, Any]) -> Iterator[Finding]:
    """Among siblings at least one weight is above zero."""
    parents: list[tuple[Path, dict[str, Any], str]] = [((), content, "factors")]
    for factor_path, factor in _entries(content, "factors"):
        parents.append((factor_path, factor, "dimensions"))
        for path, dimension in _entries(factor, "dimensions", factor_path):
            parents.append((path, dimension, "indicators"))
    for path, parent, key in parents:
        siblings = [entry for _, entry in _entries(parent, key)]
        judged = isinstance(parent.get("weighting"), dict)
        if (
            siblings
            and not judged
            and all(sibling.get("weight", 1) in (0, 0.0) for sibling in siblings)
        ):
            yield _finding("E301", (*path, key), reason=_reason("weight-all-zero"))


def _reason(key: str, **params: object) -> dict[str, str]:
    from locales import text

    return text(f"framework.reason.{key}", **params)


def check_levels(content: dict[str, Any]) -> Iterator[Finding]:
    """Levels are 1, 2, 3, …; their cut-offs rise; the first reaches down to the range's end."""
    entries = list(_entries(content, "levels"))
    numbers = [entry.get("level") for _, entry in entries]
    if numbers != list(range(1, len(numbers) + 1)):
        yield _finding("E310", ("levels",), reason=_reason("levels-numbered"))
    cuts = [entry.get("from") for _, entry in entries]
    if all(isinstance(cut, int | float) for cut in cuts) and cuts:
        if any(not low < high for low, high in zip(cuts, cuts[1:], strict=False)):  # type: ignore[operator]
            yield _finding("E310", ("levels",), reason=_reason("levels-rising"))
        ends = content.get("normalised_range", [0, 100])
        low = ends[0] if isinstance(ends, list) and ends else None
        if isinstance(low, int | float) and cuts[0] > low:  # type: ignore[operator]
            yield _finding("E310", ("levels", 0), reason=_reason("levels-first", low=low))


def check_references(content: dict[str, Any]) -> Iterator[Finding]:
    """Gates, outcomes and factor models name what exists."""
    measured = [e for _, e in (*_indicators(content), *_own_outcomes(content))]
    scored = [e.get("id") for _, e in _indicators(content)]
    nodes = [*(e.get("id") for _, e in _nodes(content)), "overall"]
    metrics = [e.get("id") for e in measured if e.get("metric") is not None]
    metrics += [e.get("id") for _, e in _entries(content, "register")]
    items = [e.get("id") for _, e in _items(content)]
    levels = [e.get("level") for _, e in _entries(content, "levels")]
    for path, outcome in _entries(content, "outcomes"):
        if "ref" in outcome and outcome["ref"] not in scored:
            yield _finding("E307", (*path, "ref"), id=outcome["ref"])
    for path, gate in _entries(content, "gates"):
        named = gate.get("nodes")
        for node in named if isinstance(named, dict) else ():
            if node not in nodes:
                yield _finding("E307", (*path, "nodes"), id=node)
        when = gate.get("when")
        if isinstance(when, dict) and "indicator" in when:
            known = nodes if when.get("score_below") is not None else metrics
            if when["indicator"] not in known:
                yield _finding("E307", (*path, "when", "indicator"), id=when["indicator"])
        if "level" in gate and gate["level"] not in levels:
            yield _finding("E307", (*path, "level"), id=gate["level"])
    models = content.get("cfa")
    for latent, members in models.items() if isinstance(models, dict) else ():
        for member in members if isinstance(members, list) else ():
            if member not in items:
                yield _finding("E307", ("cfa", latent), id=member)


def check_normalisation(content: dict[str, Any]) -> Iterator[Finding]:
    """Every metric's method can be applied to it."""

    def method_of(value: Any) -> str | None:
        return value.get("method", "goalposts") if isinstance(value, dict) else value

    overall = method_of(content.get("normalisation")) or "goalposts"
    for path, indicator in (*_indicators(content), *_own_outcomes(content)):
        metric = indicator.get("metric")
        if not isinstance(metric, dict):
            continue
        method = method_of(metric.get("normalisation"))
        posts = metric.get("goalposts")
        if method is None:
            method = "minmax" if posts == "sample" and overall == "goalposts" else overall
        place = (*path, "metric")
        if method == "goalposts" and posts in (None, "sample"):
            yield _finding("E309", (*place, "goalposts"), reason=_reason("goalposts-missing"))
        if metric.get("direction") == "interval" and method in SAMPLE_METHODS:
            yield _finding("E313", place, reason=_reason("interval-method", method=method))
        if metric.get("error_sd") and method != "goalposts":
            yield _finding("E313", place, reason=_reason("error-method", method=method))


def check_all(content: dict[str, Any]) -> list[Finding]:
    """All problems of the content, beyond the form of its parts."""
    return [
        *check_ids(content),
        *check_weights(content),
        *check_levels(content),
        *check_references(content),
        *check_normalisation(content),
    ]
