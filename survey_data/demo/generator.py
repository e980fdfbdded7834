"""Generates city H: answers and metrics with realistic structure, and the truth behind them.

Every department has a latent quality made of an overall, a factor, a dimension and an indicator
part; reforms and setbacks move some dimensions from a year on. Answers are a person's general
leaning, a leaning in the dimension, a habit of agreeing and noise around the department's quality,
cut into the scale's points. Metrics follow the same qualities through the inverse goalposts. The
true score of a survey indicator is what all of the department's staff would give, had everybody
answered with care: the figure that an interval with a known roster is about.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indicators.evidence import Department
from indicators.framework import Framework, Indicator, RegisterField
from indicators.uncertainty.draws import stream
from indicators.values.normalise import normalise
from survey_data.demo.departments import FEW_RESPONDENTS, department_list

LAST_YEAR = 2025
_PERSON, _DIMENSION, _HABIT = 0.45, 0.45, 0.25
_NOISE = float(np.sqrt(1 - _PERSON**2 - _DIMENSION**2 - _HABIT**2))
_CARELESS = 0.03
_REFORMS = (("P1", "P2"), ("I1", "I2"), ("T1", "T2"), ("E2", "E3"), ("P3", "P4"))


@dataclass(frozen=True, eq=False)
class DemoRound:
    """One year's files, and the truth: department → indicator → true score."""

    id: str
    survey_csv: bytes
    metrics_csv: bytes
    truth: dict[str, dict[str, float]]
    careless: dict[str, int]


@dataclass(frozen=True, eq=False)
class DemoCity:
    roster: tuple[Department, ...]
    rounds: tuple[DemoRound, ...]
    reforms: dict[str, dict[str, object]] = field(default_factory=dict)

    def truth(self) -> dict[str, object]:
        """Everything that is known about the city, as plain values."""
        return {
            "rounds": {r.id: {"indicators": r.truth, "careless": r.careless} for r in self.rounds},
            "reforms": self.reforms,
        }


@dataclass(frozen=True, eq=False)
class _Traits:
    """A department's lasting qualities: latent level per indicator, and what changes when."""

    department: Department
    people: int
    level: NDArray[np.float64]
    moved: tuple[str, ...]
    start: int
    shift: float


def generate(
    framework: Framework,
    *,
    departments: int = 42,
    respondents: int = 30,
    rounds: int = 3,
    seed: int = 7,
) -> DemoCity:
    """City H for a framework, the same for the same arguments.

    A department's answers depend on the seed, its name and the year only: more departments move
    nobody else's.
    """
    traits = [
        _traits(framework, name, english, group, respondents, seed)
        for name, english, group in department_list(departments)
    ]
    years = range(LAST_YEAR - rounds + 1, LAST_YEAR + 1)
    return DemoCity(
        tuple(sorted((t.department for t in traits), key=lambda d: d.id)),
        tuple(_round(framework, traits, year, seed) for year in years),
        {
            t.department.id: {"dimensions": list(t.moved), "from": t.start, "shift": t.shift}
            for t in traits
            if t.moved
        },
    )


def _dimension_of(framework: Framework) -> list[str]:
    """For each measured indicator its dimension's id (own outcomes: none)."""
    found = [d.id for f in framework.factors for d in f.dimensions for _ in d.indicators]
    return found + [""] * len(framework.outcome_indicators)


def _traits(
    framework: Framework, name: str, english: str, group: str, respondents: int, seed: int
) -> _Traits:
    random = stream(seed, "demo traits", "", name)
    factor_of = [f.id for f in framework.factors for d in f.dimensions for _ in d.indicators]
    factor_of += [""] * len(framework.outcome_indicators)
    dimension_of = _dimension_of(framework)
    overall = random.normal(0, 0.42)
    by_factor = {f.id: random.normal(0, 0.2) for f in framework.factors} | {"": 0.0}
    by_dimension = {
        d.id: random.normal(0, 0.2) for f in framework.factors for d in f.dimensions
    } | {"": 0.0}
    own = random.normal(0, 0.12, len(framework.measured))
    level = overall + own
    level += np.array([by_factor[f] for f in factor_of])
    level += np.array([by_dimension[d] for d in dimension_of])
    people = max(6, int(round(respondents * np.exp(random.normal(-0.1, 0.5)))))
    people = min(people, FEW_RESPONDENTS.get(name, people))
    kind, start = random.random(), LAST_YEAR - int(random.integers(0, 2))
    pair = _REFORMS[int(random.integers(0, len(_REFORMS)))]
    known = set(dimension_of)
    moved = tuple(d for d in pair if d in known) or tuple(sorted(known - {""}))[:2]
    shift = float(random.uniform(0.7, 1.2))
    if kind > 0.5:
        moved, shift = (), 0.0
    elif kind > 0.38:
        shift = -0.8 * shift
    headcount = int(people * random.uniform(1.6, 4.0)) + 4
    department = Department(name, {"zh": name, "en": english}, group, headcount)
    return _Traits(department, people, level, moved, start, shift)


def _round(framework: Framework, traits: list[_Traits], year: int, seed: int) -> DemoRound:
    round_id = str(year)
    city = stream(seed, "demo city", "", "")
    difficulty = city.normal(0, 0.25, len(framework.items))
    lift = city.normal(0.15, 0.18, len(framework.measured))
    lift += 0.35 * np.isin(_dimension_of(framework), ("P1", "I1"))
    survey, metrics = io.StringIO(newline=""), io.StringIO(newline="")
    answers_out, metrics_out = csv.writer(survey), csv.writer(metrics)
    answers_out.writerow(_survey_header(framework))
    metrics_out.writerow(["部门", "指标", "数值", "期间", "来源"])
    truth: dict[str, dict[str, float]] = {}
    careless: dict[str, int] = {}
    dimension_of = np.array(_dimension_of(framework))
    for trait in traits:
        random = stream(seed, "demo answers", round_id, trait.department.id)
        level = trait.level + lift + 0.06 * (year - LAST_YEAR) + random.normal(0, 0.04)
        if year >= trait.start:
            level = level + trait.shift * np.isin(dimension_of, trait.moved)
        sincere = _sincere(framework, level, difficulty, trait.people, random)
        codes, share = _as_returned(framework, sincere, random)
        careless[trait.department.id] = share
        _write_answers(answers_out, framework, trait.department.id, codes, random)
        silent = (trait.department.headcount or trait.people) - trait.people
        others = stream(seed, "demo staff", round_id, trait.department.id)
        rest = _sincere(framework, level, difficulty, silent, others)
        known = _true_survey(framework, np.concatenate([sincere, rest]))
        known |= _write_metrics(metrics_out, framework, trait, level, year, random)
        truth[trait.department.id] = known
    return DemoRound(
        round_id,
        survey.getvalue().encode("utf-8-sig"),
        metrics.getvalue().encode("utf-8-sig"),
        truth,
        careless,
    )


def _cuts(low: int, high: int) -> NDArray[np.float64]:
    """Where the latent leaning passes from one point of the scale to the next."""
    return np.linspace(-1.4, 1.4, high - low)


def _item_columns(framework: Framework) -> list[int]:
    measured = {m.id: place for place, m in enumerate(framework.measured)}
    return [measured[framework.item_indicator[item.id].id] for item in framework.items]


def _sincere(
    framework: Framework,
    level: NDArray[np.float64],
    difficulty: NDArray[np.float64],
    n: int,
    random: np.random.Generator,
) -> NDArray[np.int64]:
    """Codes (n, J) of people who all answer with care."""
    items = framework.items
    columns = _item_columns(framework)
    dimensions = _dimension_of(framework)
    names = sorted(set(dimensions))
    leaning = random.normal(size=(n, len(names)))
    person, habit = random.normal(size=(n, 1)), random.normal(size=(n, 1))
    sign = np.array([-1.0 if item.reverse else 1.0 for item in items])
    of_dimension = leaning[:, [names.index(dimensions[c]) for c in columns]]
    latent = level[columns] - difficulty + _PERSON * person + _DIMENSION * of_dimension
    latent = latent + _HABIT * habit * sign + _NOISE * random.normal(size=(n, len(items)))
    codes = np.empty((n, len(items)), dtype=np.int64)
    for j, (low, high) in enumerate(_ends(framework)):
        codes[:, j] = low + np.searchsorted(_cuts(low, high), latent[:, j])
        if items[j].reverse:
            codes[:, j] = low + high - codes[:, j]
    return codes


def _as_returned(
    framework: Framework, codes: NDArray[np.int64], random: np.random.Generator
) -> tuple[NDArray[np.int64], int]:
    """The answers as they come back, −1 = no answer, and how many respondents were careless."""
    n, width = codes.shape
    lows, highs = (np.array(ends) for ends in zip(*_ends(framework), strict=True))
    is_careless = random.random(n) < _CARELESS
    straight = random.random(n) < 0.5
    flat = np.clip(np.rint((lows + highs) / 2 + random.integers(-1, 2, (n, 1))), lows, highs)
    noise = random.integers(lows, highs + 1, (n, width))
    chosen = np.where(straight[:, None], flat, noise).astype(np.int64)
    codes = np.where(is_careless[:, None], chosen, codes)
    codes[random.random(codes.shape) < random.uniform(0.02, 0.05)] = -1
    return codes, int(is_careless.sum())


def _ends(framework: Framework) -> list[tuple[int, int]]:
    return [(framework.scale_of(i.id).min, framework.scale_of(i.id).max) for i in framework.items]


def _true_survey(framework: Framework, codes: NDArray[np.int64]) -> dict[str, float]:
    """Scores of the survey indicators by everybody's careful answers (n, J), items averaged."""
    low, high = framework.normalised_range
    shares: dict[str, list[float]] = {}
    for item, (bottom, top), mean in zip(
        framework.items, _ends(framework), codes.mean(axis=0), strict=True
    ):
        share = (top - mean if item.reverse else mean - bottom) / (top - bottom)
        shares.setdefault(framework.item_indicator[item.id].id, []).append(float(share))
    return {id: low + (high - low) * float(np.mean(found)) for id, found in shares.items()}


def _survey_header(framework: Framework) -> list[str]:
    header = ["部门"]
    header += [str(a["name"]["zh"]) for a in framework.attributes if "name" in a]
    header += [f"【{item.id}】{(item.text or {}).get('zh', '')}" for item in framework.items]
    return header + [f"【{a['id']}】{a['text']['zh']}" for a in framework.attention if "text" in a]


def _write_answers(
    out: object,
    framework: Framework,
    department: str,
    codes: NDArray[np.int64],
    random: np.random.Generator,
) -> None:
    options = [
        [str(v["zh"]) for v in a.get("values", [{"zh": ""}])]
        for a in framework.attributes
        if "name" in a
    ]
    picks = [random.integers(0, len(values), len(codes)) for values in options]
    checks = [
        np.where(random.random(len(codes)) < 0.96, a["expected"], 4)
        for a in framework.attention
        if "text" in a
    ]
    rows = codes.tolist()
    for i, row in enumerate(rows):
        cells = [department]
        cells += [values[pick[i]] for values, pick in zip(options, picks, strict=True)]
        cells += ["" if code < 0 else str(code) for code in row]
        cells += [str(check[i]) for check in checks]
        out.writerow(cells)  # type: ignore[attr-defined]


def _write_metrics(
    out: object,
    framework: Framework,
    trait: _Traits,
    level: NDArray[np.float64],
    year: int,
    random: np.random.Generator,
) -> dict[str, float]:
    """Writes the metrics of a department; returns their exact scores."""
    known: dict[str, float] = {}
    for column, indicator in enumerate(framework.measured):
        wanted = float(np.clip(50 + 21 * level[column] + random.normal(0, 7), 3, 97)) / 100
        absent, idle = random.random() < 0.015, random.random() < 0.2
        if indicator.metric is None:
            continue
        if indicator.id == "E2-3" and idle:
            out.writerow([trait.department.id, indicator.id, "不适用", year, "合成数据"])  # type: ignore[attr-defined]
        elif not absent:
            value = _raw_value(indicator, wanted, random)
            out.writerow([trait.department.id, indicator.id, f"{value:g}", year, "合成数据"])  # type: ignore[attr-defined]
            score, _ = normalise(
                np.array([value]),
                indicator.metric,
                framework.normalisation_of(indicator.metric),
                framework.normalised_range,
            )
            known[indicator.id] = float(score[0])
    for entry in framework.register_fields:
        value = _register_value(entry, trait, random)
        out.writerow([trait.department.id, entry.id, f"{value:g}", year, "合成数据"])  # type: ignore[attr-defined]
    return known


def _raw_value(indicator: Indicator, share: float, random: np.random.Generator) -> float:
    """The raw value that scores this share of the range."""
    metric = indicator.metric
    assert metric is not None
    posts = metric.goalposts if isinstance(metric.goalposts, tuple) else (0.0, 100.0)
    if metric.direction == "interval" and metric.optimum is not None:
        return round(posts[0] + share * (metric.optimum[0] - posts[0]) * 1.3, 1)
    zero, full = np.log1p(posts) if metric.transform == "log1p" else posts
    value = zero + share * (full - zero)
    if metric.transform == "log1p":
        return float(round(np.expm1(value)))
    if metric.unit["zh"] in ("项", "起"):
        return float(round(value))
    return round(float(value), 2 if abs(full - zero) < 20 else 1)


def _register_value(entry: RegisterField, trait: _Traits, random: np.random.Generator) -> float:
    chance, size = random.random(), float(np.exp(random.normal(3.5, 0.8)))
    if "incidents-major" in entry.id:
        return float(chance > 0.985)
    if "incidents" in entry.id:
        return float(chance > 0.93)
    if "headcount" in entry.id:
        return float(trait.department.headcount or 0)
    return float(round(size))
