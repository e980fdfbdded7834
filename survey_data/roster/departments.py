"""Which department a name in a file means. Near names are proposed, never taken silently."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from rapidfuzz import fuzz

from indicators.findings import Finding

TOTALS = frozenset({"合计", "总计", "小计", "总和", "total", "totals", "subtotal", "sum"})
_SUFFIX = re.compile(r"(委员会|办公室|管理局|支队|中心|总局|局|委|办|厅|处)$")
_MOST = 3

LONGEST = 200
"""Most characters of a department's id, alias or group."""


@dataclass(frozen=True)
class KnownDepartments:
    """Ids in use, their names, and names that a person confirmed to mean an id."""

    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)


def department_name(cell: str) -> str:
    """The cell's text without outer spaces: ``NA``, ``None`` and ``007`` are names."""
    return cell.strip(" \t\r\n\u3000\u00a0\u200b\ufeff")


@cache
def _simplifier() -> Callable[[str], str]:
    from opencc import OpenCC

    return OpenCC("t2s").convert


@lru_cache(maxsize=10_000)
def _normal(name: str) -> str:
    """A name without width, case, traditional forms, brackets, city and kind of office."""
    wide = unicodedata.normalize("NFKC", name).casefold()
    wide = wide if wide.isascii() else _simplifier()(wide)
    bare = re.sub(r"\(.*?\)|[\s·・,，.。、\-_'\"“”]", "", wide)
    return _SUFFIX.sub("", re.sub(r"^\w{1,3}市", "", bare)) or bare


def _digits(name: str) -> str:
    return "".join(re.findall(r"\d+", name))


def _near(a: str, b: str) -> float:
    """Likeness 0-100 of two names; 0 when they are clearly different."""
    one, other = sorted((_normal(a), _normal(b)), key=len)
    if _digits(one) != _digits(other):
        return 0.0
    if one == other:
        return 100.0
    ratio = fuzz.ratio(one, other)
    if not one.isascii() and len(one) >= 2 and one[0] == other[0]:
        letters = iter(other)
        if all(letter in letters for letter in one):
            return max(ratio, 80.0)
    return ratio if ratio >= (90 if one.isascii() else 75) else 0.0


def match_departments(
    names: Iterable[str], known: KnownDepartments, aliases: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Ids of the names in a file, and up to three proposals for new names that are near to old.

    An exact id, or an alias (of this import or confirmed before), is used; any other name becomes
    a department of its own.
    """
    ids: dict[str, str] = {}
    proposals: dict[str, list[str]] = {}
    spoken = [(id, text) for id, texts in known.names.items() for text in {id, *texts.values()}]
    spoken += [(id, alias) for alias, id in known.aliases.items()]
    for name in names:
        ids[name] = (
            aliases[name]
            if name in aliases
            else name
            if name in known.names
            else known.aliases.get(name, name)
        )
        if ids[name] == name and name not in known.names:
            best: dict[str, float] = {}
            for id, text in spoken:
                best[id] = max(best.get(id, 0.0), _near(name, text))
            ranked = sorted((-likeness, id) for id, likeness in best.items() if likeness > 0)
            if ranked:
                proposals[name] = [id for _, id in ranked[:_MOST]]
    return ids, proposals


def proposal_findings(proposals: Mapping[str, list[str]], column: str) -> list[Finding]:
    return [
        Finding(
            "W241",
            "warning",
            where={"column": column, "value": name},
            params={"proposals": ", ".join(near), "near": near},
        )
        for name, near in proposals.items()
    ]
