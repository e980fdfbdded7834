"""The ladder of levels: what each level asks of a department, and whether it is met."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.city.profile import GateRow, Profile
from charts.house.numbers import near_cut, probability, score
from locales import translate


@dataclass(frozen=True)
class Requirement:
    """``met`` is None where an input is missing."""

    text: str
    met: bool | None


@dataclass(frozen=True)
class Rung:
    level: int
    name: str
    text: str
    here: bool
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True)
class Ladder:
    """``rungs`` run from the highest level down; ``evidence`` belongs to no single level."""

    title: str
    rungs: tuple[Rung, ...]
    evidence: tuple[Requirement, ...]


def ladder(view: Profile, language: str) -> Ladder:
    """Every gate under the level that it guards, with its value."""
    placed: dict[int, list[Requirement]] = {}
    evidence: list[Requirement] = []
    for gate in view.gates:
        met = Requirement(f"{gate.id} {gate.result.reason[language]}", gate.result.passed)
        level = _guarded_level(gate, view)
        if level is None:
            evidence.append(met)
        else:
            placed.setdefault(level, []).append(met)
    rungs = tuple(
        Rung(
            band.level,
            band.name[language],
            view.level_texts.get(band.level, {}).get(language, ""),
            band.level == view.row.level,
            (*_score_requirement(view, band.level, language), *placed.get(band.level, ())),
        )
        for band in reversed(view.bands)
    )
    return Ladder(_title(view, rungs, language), rungs, tuple(evidence))


def _guarded_level(gate: GateRow, view: Profile) -> int | None:
    """The lowest level that a gate keeps out, or would keep out if it failed."""
    kind, result, top = gate.result.kind, gate.result, view.bands[-1].level
    if kind in ("minimum", "coordination"):
        return gate.level
    if kind == "cap" and gate.level is not None:
        return min(gate.level + 1, top)
    if kind == "weakest-factor":
        return min((result.caps_at or (view.row.score_level or top) - 1) + 1, top)
    return None


def _score_requirement(view: Profile, level: int, language: str) -> tuple[Requirement, ...]:
    cut = view.bands[level - view.bands[0].level].low
    value = view.row.overall.score
    if value is None or not view.levels_apply or level == view.bands[0].level:
        return ()
    met = value >= cut - 1e-9
    reach = view.score_reach.get(level)
    if not met:
        key, shown = "ladder.score-short", score(cut - value)
    else:
        key, shown = "ladder.score-met", near_cut(value, cut)
    text = translate(key, language, cut=score(cut).removesuffix(".0"), value=shown)
    if reach is not None and 0.005 <= reach <= 0.995:
        text += translate("ladder.sure", language, p=probability(reach))
    return (Requirement(text, met),)


def _title(view: Profile, rungs: tuple[Rung, ...], language: str) -> str:
    level = view.row.level
    if view.row.status == "suppressed":
        return translate("ladder.title-hidden", language)
    if not view.levels_apply:
        return translate("gate.sample-scaled", language)
    if level is None:
        return translate("ladder.title-none", language)
    following = next((rung for rung in reversed(rungs) if rung.level > level), None)
    if following is None:
        return translate("ladder.title-top", language)
    open_ones = sum(requirement.met is False for requirement in following.requirements)
    if open_ones == 0:
        return translate("ladder.title-plain", language)
    return translate(
        "ladder.title-open" if open_ones > 1 else "ladder.title-one",
        language,
        level=following.level,
        count=open_ones,
    )
