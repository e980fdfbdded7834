"""Sentences for leaders, generated from results: finding, size, confidence.

The ladder of words is fixed and always stands with its number; a change within error is never
called a small rise.
"""

from __future__ import annotations

from analysis.city.overview import CityOverview, Estimate, LevelBand, Moved, WeakPoint
from analysis.city.profile import Profile
from analysis.scenarios.remedies import Remedy
from charts.house.numbers import interval, probability, quantity, score, signed
from charts.portfolio.words import money_in_words
from locales import translate

SURE = 0.9
_LADDER = ((0.99, "almost-certain"), (0.9, "very-likely"), (0.66, "likely"))


def likelihood(p: float, language: str) -> str:
    """Words for a probability: almost certain ≥ .99, very likely ≥ .9, likely ≥ .66, and mirrored."""
    for bound, key in _LADDER:
        if p >= bound:
            return translate(f"wording.{key}", language, p=probability(p))
        if 1 - p >= bound:
            return translate(f"wording.{key}-not", language, p=probability(p))
    return translate("wording.open", language, p=probability(p))


def change_sentence(name: str, before: str, moved: Moved | None, language: str) -> str:
    """What happened since the round compared with."""
    if moved is None:
        return translate("wording.change-unknown", language, name=name, before=before)
    if SURE > moved.p_up > 1 - SURE:
        return translate("wording.change-none", language, name=name, before=before)
    rose = moved.p_up >= SURE
    return translate(
        "wording.change-up" if rose else "wording.change-down",
        language,
        name=name,
        before=before,
        size=score(abs(moved.difference)),
        sure=likelihood(moved.p_up if rose else 1 - moved.p_up, language),
    )


def level_name(bands: tuple[LevelBand, ...], level: int, language: str) -> str:
    """3 级 稳健级 · level 3 (Robust)."""
    name = next(band.name[language] for band in bands if band.level == level)
    return translate("wording.level", language, level=level, name=name)


def crossed_levels(bands: tuple[LevelBand, ...], estimate: Estimate) -> tuple[int, int] | None:
    """The two levels between which a score's interval lies, None when it stays in one."""
    if estimate.low is None or estimate.high is None:
        return None
    low = max((b.level for b in bands if estimate.low >= b.low - 1e-9), default=bands[0].level)
    high = max((b.level for b in bands if estimate.high >= b.low - 1e-9), default=low)
    return None if low == high else (low, high)


def city_finding(view: CityOverview, city: str, language: str) -> str:
    """The one line at the top of the overview."""
    if view.city.score is None:
        return translate("wording.city-none", language, city=city)
    if view.level is None:
        return translate("wording.city-score", language, city=city, score=score(view.city.score))
    weakest = min(
        (f for f in view.factors if f.now.score is not None),
        key=lambda f: f.now.score or 0.0,
        default=None,
    )
    names = [w.name[language] for w in view.weak_points[:2]]
    key = "wording.city-finding" if names and weakest else "wording.city-level"
    return translate(
        key,
        language,
        city=city,
        level=level_name(view.bands, view.level, language),
        p=probability(view.probability if view.probability is not None else 0.0),
        factor=weakest.name[language] if weakest else "",
        points=translate("wording.and", language).join(names),
    )


def city_reason(view: CityOverview, language: str) -> str:
    """The grey line beneath: size, change, distance to the next level, what binds."""
    if view.city.score is None:
        return translate("wording.city-none-reason", language)
    parts = [
        translate(
            "wording.city-size",
            language,
            score=score(view.city.score),
            interval=_reach(view.city, view.census, language),
            count=view.n_departments,
            all=len(view.rows),
        )
    ]
    if view.compared:
        parts.append(
            change_sentence(
                translate("wording.city-name", language), view.compared, view.city_change, language
            )
        )
    following = next((b for b in view.bands if b.low > view.city.score), None)
    if following is not None and view.levels_apply:
        parts.append(
            translate(
                "wording.distance",
                language,
                level=following.level,
                gap=score(following.low - view.city.score),
            )
        )
    binding = [gate for gate in view.city_gates if gate.binds]
    parts += [gate.reason[language] + translate("wording.stop", language) for gate in binding]
    if view.capped:
        key = "wording.capped-one" if view.capped == 1 else "wording.capped"
        parts.append(translate(key, language, count=view.capped))
    return ("" if language == "zh" else " ").join(parts)


def _reach(estimate: Estimate, census: bool, language: str) -> str:
    """The interval of a score; where everybody answered everything, that there is none and why."""
    if census and (estimate.high or 0.0) - (estimate.low or 0.0) < 1e-9:
        return translate("wording.census", language)
    return interval(estimate.low, estimate.high, language)


def weak_point_sentence(weak: WeakPoint, language: str) -> str:
    """How many departments fall short, and where the middle one stands."""
    parts = [
        translate(
            "wording.weak-count", language, known=weak.known, below=weak.below, level=weak.level
        )
    ]
    if weak.median_raw is not None and weak.target is not None:
        parts.append(
            translate(
                "wording.weak-raw",
                language,
                median=quantity(weak.median_raw),
                target=quantity(weak.target),
                unit=weak.unit[language],
            )
        )
    else:
        parts.append(translate("wording.weak-score", language, median=score(weak.median)))
    return "".join(parts)


def remedy_name(remedy: Remedy, language: str) -> str:
    return f"{remedy.measure} {remedy.name[language]}"


def remedy_sentence(remedy: Remedy, language: str) -> str:
    """What a measure costs with what it needs first, and what it is expected to bring."""
    needs = translate("wording.comma", language).join(remedy.needs)
    return translate(
        "wording.remedy-with-needs" if needs else "wording.remedy",
        language,
        needs=needs,
        years=remedy.horizon,
        cost=money_in_words(remedy.cost, language),
        rise=score(remedy.rise),
        gain=signed(remedy.gain),
    )


def department_finding(view: Profile, language: str) -> str:
    row = view.row
    name = row.name[language]
    if row.status == "suppressed":
        return translate("wording.department-hidden", language, name=name)
    if not view.levels_apply and row.overall.score is not None:
        shown = score(row.overall.score)
        return translate("wording.department-score", language, name=name, score=shown)
    if row.level is None:
        return translate("wording.department-unrated", language, name=name)
    crossing = crossed_levels(view.bands, row.overall)
    level = level_name(view.bands, row.level, language)
    p = probability(row.probability if row.probability is not None else 0.0)
    held = [g.name[language] for g in view.gates if g.result.binds]
    if held and row.score_level and row.score_level > row.level:
        between = translate("wording.and", language)
        return translate(
            "wording.department-held",
            language,
            name=name,
            level=level,
            p=p,
            reach=row.score_level,
            gates=between.join(held[:2]),
        )
    if crossing:
        return translate(
            "wording.department-between",
            language,
            name=name,
            low=crossing[0],
            high=crossing[1],
            level=row.level,
            p=p,
        )
    return translate("wording.department-level", language, name=name, level=level, p=p)


def department_reason(view: Profile, language: str) -> str:
    row = view.row
    if row.status == "suppressed":
        return translate("wording.department-hidden-reason", language)
    if row.overall.score is None:
        return translate("wording.department-unrated-reason", language)
    parts = [
        translate(
            "wording.department-size",
            language,
            score=score(row.overall.score),
            interval=_reach(row.overall, view.census, language),
        )
    ]
    if view.compared:
        total = translate("wording.overall-name", language)
        parts.append(change_sentence(total, view.compared, row.moved, language))
    end = translate("wording.stop", language)
    parts += [g.result.reason[language] + end for g in view.gates if g.result.binds]
    if row.status == "provisional":
        parts.append(translate("wording.provisional", language))
    return ("" if language == "zh" else " ").join(parts)


def signed_change(moved: Moved | None, language: str) -> str:
    """For tables: the change with its interval, or that it is within error."""
    if moved is None:
        return "—"
    return signed(moved.difference) + interval(moved.low, moved.high, language)
