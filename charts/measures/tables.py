"""The catalogue of measures in words and tables. Draws on `actions.measures.edits.catalogue_view`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from charts.house.numbers import NOT_APPLICABLE, percent
from charts.house.theme import MARKS
from locales import translate

View = Mapping[str, Any]
Measure = Mapping[str, Any]
BANDS: dict[str, tuple[float, float]] = {
    "small": (0.0, 100.0),
    "middle": (100.0, 500.0),
    "large": (500.0, float("inf")),
}
"""万元 of the likeliest first-year cost: from, up to but not with."""


@dataclass(frozen=True)
class EffectMark:
    """One effect as a small interval. ``place`` of its factor; points on the dimension."""

    dimension: str
    name: str
    place: int
    low: float
    mean: float
    high: float
    text: str


def chosen(
    view: View, factor: str | None, cause: str | None, band: str | None, *, drafts: str
) -> list[Measure]:
    """Measures that pass all filters. ``drafts``: ``all``, ``only`` or ``without``."""
    factors = {one["id"]: one["factor"] for one in view["dimensions"]}
    found = []
    for one in view["measures"]:
        low, high = BANDS.get(band or "", (float("-inf"), float("inf")))
        touched = {factors.get(d) for d in one["effects"]}
        if (
            (factor is None or factor in touched)
            and (cause is None or cause in one["answers"])
            and low <= one["cost"]["first_year"]["mode"] < high
            and (drafts == "all" or one["draft"] == (drafts == "only"))
        ):
            found.append(one)
    return found


def catalogue_finding(
    view: View, shown: Sequence[Measure], language: str, factor: str | None = None
) -> str:
    """How many measures there are, and which closes most of the gap of a dimension (of a factor)."""
    factors = {one["id"]: one["factor"] for one in view["dimensions"]}
    effects = [
        (effect["share_of_gap"], one, effect, dimension)
        for one in shown
        for dimension, effect in one["effects"].items()
        if factor in (None, factors.get(dimension))
    ]
    if not effects:
        return translate("measures.finding-none", language, count=len(shown))
    share, best, effect, dimension = max(effects, key=lambda found: found[0])
    return translate(
        "measures.finding",
        language,
        count=len(shown),
        name=called(best, language),
        dimension=in_language(effect["name"], language) or dimension,
        share=percent(share),
    )


def catalogue_reason(view: View, shown: Sequence[Measure], language: str) -> str:
    drafts = sum(one["draft"] for one in shown)
    parts = [translate("measures.reason", language, score=f"{view['reference_score']:g}")]
    if drafts:
        parts.append(translate("measures.reason-drafts", language, count=drafts))
    return joined(parts, language)


def joined(sentences: Sequence[str], language: str) -> str:
    return ("" if language == "zh" else " ").join(sentences)


def listed(words: Sequence[str], language: str) -> str:
    return translate("wording.comma", language).join(words)


def in_language(name: Mapping[str, str] | None, language: str) -> str:
    return "" if name is None else str(name[language])


def called(one: Measure, language: str) -> str:
    """M08 目录管理强化与动态更新."""
    name = in_language(one["name"], language)
    return one["id"] if name == one["id"] else f"{one['id']} {name}"


def effect_marks(view: View, one: Measure, language: str) -> list[EffectMark]:
    """A measure's effects, in the order of the framework; those outside it come last."""
    order = {d["id"]: (at, d["place"]) for at, d in enumerate(view["dimensions"])}
    last = (len(order), 0)
    found = []
    for id in sorted(one["effects"], key=lambda d: order.get(d, last)):
        effect = one["effects"][id]
        low, high = ends_of(effect)
        text = translate(
            "measures.effect-text",
            language,
            dimension=f"{id} {in_language(effect['name'], language)}".strip(),
            mean=points(effect["mean"]),
            low=points(low),
            high=points(high),
            share=percent(effect["share_of_gap"]),
        )
        found.append(
            EffectMark(
                id,
                in_language(effect["name"], language),
                order.get(id, last)[1],
                low,
                effect["mean"],
                high,
                text,
            )
        )
    return found


def ends_of(effect: Mapping[str, Any]) -> tuple[float, float]:
    """Lowest and highest of what was given: of the effect, or of its experts where there are any."""
    given = [j["points"] for j in effect["experts"]] or [(effect["low"], 0.0, effect["high"])]
    return min(p[0] for p in given), max(p[2] for p in given)


def points(value: float) -> str:
    """15.5, 8: one decimal where there is one."""
    text = f"{value:.1f}"
    return text.removesuffix(".0").replace("-", "−")


def money(triple: Mapping[str, float]) -> str:
    """40–89–200: low, most likely, high in 万元; one number where they agree."""
    low, mode, high = triple["low"], triple["mode"], triple["high"]
    if low == high:
        return wan(low)
    return f"{wan(low)}–{wan(mode)}–{wan(high)}"


def wan(value: float) -> str:
    """万元 with at most one decimal, thousands marked."""
    text = f"{value:,.1f}" if abs(value) < 10 else f"{value:,.0f}"
    return text.removesuffix(".0").replace("-", "−")


def months(triple: Mapping[str, float]) -> str:
    low, high = triple["low"], triple["high"]
    return points(low) if low == high else f"{points(low)}–{points(high)}"


def causes_of(view: View, one: Measure, language: str) -> str:
    causes = view["causes"]
    between = translate("wording.semicolon", language)
    return between.join(
        in_language(causes.get(code), language) or str(code) for code in one["answers"]
    )


def needs_of(one: Measure, language: str) -> str:
    """M06 和 M17；M01 或 M02."""
    either = translate("measures.or", language)
    parts = [*one["requires"]["all"], *(either.join(some) for some in one["requires"]["any"])]
    return listed(parts, language)


def partners(view: View, one: Measure, kinds: Sequence[str], language: str) -> str:
    """The other measures of its interactions of some kinds."""
    others = []
    for pair in view["interactions"]:
        if one["id"] in pair["pair"] and pair["kind"] in kinds:
            others += [id for id in pair["pair"] if id != one["id"]]
    return listed(others, language)


def relations_of(view: View, one: Measure, language: str) -> list[str]:
    """Prerequisites, support and interactions, each in a sentence."""
    names = {m["id"]: called(m, language) for m in view["measures"]}
    either = translate("measures.or", language)
    said = []
    for id in one["requires"]["all"]:
        said.append(translate("measures.says-requires", language, name=names.get(id, id)))
    for some in one["requires"]["any"]:
        name = either.join([str(names.get(id, id)) for id in some])
        said.append(translate("measures.says-requires", language, name=name))
    for id in one["supported_by"]:
        said.append(translate("measures.says-supported", language, name=names.get(id, id)))
    waiting = [
        m["id"]
        for m in view["measures"]
        if one["id"] in (*m["requires"]["all"], *(i for s in m["requires"]["any"] for i in s))
    ]
    if waiting:
        said.append(translate("measures.says-opens", language, names=listed(waiting, language)))
    for pair in view["interactions"]:
        if one["id"] in pair["pair"]:
            said.append(_interaction(pair, one["id"], names, language))
    return said or [translate("measures.says-alone", language)]


def _interaction(pair: Mapping[str, Any], id: str, names: Mapping[str, str], language: str) -> str:
    other = next((one for one in pair["pair"] if one != id), id)
    words = [*(pair["dimensions"] or ()), in_language(pair["note"], language)]
    note = listed([word for word in words if word], language)
    return translate(
        f"measures.says-{pair['kind']}",
        language,
        name=names.get(other, other),
        factor=f"{pair['factor']:g}",
        of=listed(pair["of"] or pair["pair"], language),
        note=translate("wording.brackets", language, text=note) if note else "",
    )


def facts_of(view: View, one: Measure, language: str) -> list[tuple[str, str]]:
    """What a person asks of a measure: label and text."""
    found = [
        ("causes", causes_of(view, one, language)),
        ("first-year", money(one["cost"]["first_year"])),
        ("annual", money(one["cost"]["annual"])),
        ("months", months(one["lead_months"])),
        ("ramp", points(one["ramp_months"])),
        ("success", percent(one["success"])),
        ("scope", translate(f"measures.scope-{one['scope']}", language)),
        ("responsible", in_language(one["responsible"], language)),
        ("grade", grade_of(one, language)),
        ("source", source_of(one, language)),
    ]
    return [
        (translate(f"measures.column-{key}", language), text or NOT_APPLICABLE)
        for key, text in found
    ]


def grade_of(one: Measure, language: str) -> str:
    return translate(f"measures.grade-{one['evidence']['grade']}", language)


def source_of(one: Measure, language: str) -> str:
    source = one["evidence"]["source"]
    return translate("measures.no-source", language) if source is None else source[language]


def factor_mark(place: int) -> str:
    return MARKS[place % len(MARKS)]
