"""What measurement quality found beside its numbers: weak items, drift, invariance, remarks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from analysis.quality.invariance import InvarianceQuality, ScaleDrift
from analysis.quality.item_effects import ItemEffect
from analysis.quality.report import QualityReport
from charts.city.matrix import translate_group
from charts.house.numbers import percent, score, signed
from charts.house.picture import Table
from charts.quality.tables import NONE, coefficient, headers, statistic
from locales import translate

MOST_NAMED = 8
"""Items that a sentence names."""


def screening_table(screening: Mapping[str, Mapping[str, float | int]], language: str) -> Table:
    """How many people each screening check names."""
    rows = tuple(
        (
            translate(f"screen.{name}.name", language),
            str(one["flagged"]),
            percent(float(one["share"])),
            translate(f"screen.{name}.meaning", language),
        )
        for name, one in screening.items()
    )
    return Table(headers(("check", "flagged", "share", "meaning"), language), rows)


def effect_table(effects: Iterable[ItemEffect], names: Mapping[str, str], language: str) -> Table:
    """What leaving out each weak item would do; ``names`` of the departments that may be told."""
    rows = tuple(
        (
            one.item,
            one.scale,
            translate(f"quality.effect-{one.reason}", language),
            f"{coefficient(one.alpha[0])} → {coefficient(one.alpha[1])}",
            f"{score(one.city[0])} → {score(one.city[1])}",
            signed(one.largest),
            names.get(one.department, NONE),
            str(one.levels),
        )
        for one in effects
    )
    keys = ("item", "scale", "reason", "alpha", "city", "largest", "department", "levels")
    return Table(headers(keys, language), rows)


def remark_sentences(report: QualityReport, language: str) -> list[str]:
    """Remarks on the main scales, each with its scale."""
    between = translate("wording.colon", language)
    return [
        f"{scale}{between}{remark[language]}"
        for scale in report.main_scales
        for remark in report.scales[scale].remarks
    ]


def reason_sentences(report: QualityReport, language: str) -> list[str]:
    """Why parts of the structure are missing or to be read with care, each reason once."""
    structure = report.structure
    found = list(dict.fromkeys(reason[language] for reason in structure.reasons.values()))
    if structure.constant:
        items = ", ".join(structure.constant)
        found.append(translate("quality.remark-constant", language, items=items))
    if structure.levels_differ:
        items = ", ".join(structure.levels_differ[:MOST_NAMED])
        if len(structure.levels_differ) > MOST_NAMED:
            items += " …"
        found.append(
            translate(
                "quality.remark-levels",
                language,
                count=len(structure.levels_differ),
                all=len(structure.items),
                items=items,
            )
        )
    for name, fitted in (
        ("declared", structure.confirmatory),
        ("one-factor", structure.one_factor),
        ("second-order", structure.second_order),
    ):
        if fitted is not None and fitted.heywood.any():
            items = ", ".join(i for i, h in zip(structure.items, fitted.heywood, strict=True) if h)
            model = translate(f"quality.model-{name}", language)
            found.append(translate("quality.remark-heywood", language, model=model, items=items))
    return found


def modification_table(report: QualityReport, language: str) -> Table:
    """The largest modification indices in words of the model."""
    items, latents = report.structure.items, list(report.structure.latents)
    rows = tuple(
        (
            translate(
                f"quality.modification-{one.kind}",
                language,
                first=items[one.first],
                second=latents[one.second] if one.kind == "loading" else items[one.second],
            ),
            statistic(one.index),
            coefficient(one.change),
        )
        for one in report.structure.modifications
    )
    return Table(headers(("parameter", "modification", "expected"), language), rows)


def invariance_sentence(found: InvarianceQuality, language: str) -> str:
    """What may be compared between the groups, and which were too small."""
    if found.reason is not None:
        return found.reason[language]
    held = translate(f"quality.invariance-{found.holds or 'none'}", language)
    names = [translate_group(name, language) for name in found.groups]
    groups = ", ".join(f"{name} ({n})" for name, n in zip(names, found.n, strict=True))
    said = translate("quality.invariance-groups", language, held=held, groups=groups)
    if not found.left_out:
        return said
    few = [translate_group(name, language) for name in found.left_out]
    left = translate("quality.invariance-left", language, groups=", ".join(few))
    return said + ("" if language == "zh" else " ") + left


def drift_sentences(drifts: Mapping[str, ScaleDrift], language: str) -> list[str]:
    """Items that moved away from their scale between the rounds; one sentence when none did."""
    found = [
        translate(
            "quality.drift",
            language,
            item=item,
            scale=scale,
            change=f"{one.drift.change[j]:+.2f}".replace("-", "−"),
            others=f"{one.drift.others[j]:+.2f}".replace("-", "−"),
        )
        for scale, one in drifts.items()
        for j, item in enumerate(one.items)
        if one.flagged[j]
    ]
    return found or ([translate("quality.drift-none", language)] if drifts else [])
