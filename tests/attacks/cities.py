"""Workspaces that differ in hidden answers only, made from a seed.

Hidden are all answers of a department with 1-4 respondents, and in a larger department the answers
to an item that 1-4 of its people answered. A city has both, in as many rounds as asked. `hidden`
chooses everything about them: how many people, what they answered, which questions, where in the
file they stand, how long they took, their posts, whether they failed the attention check. All else
comes from the shape's own seed, and is the same in each workspace of a pair.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from actions.access import Access, open_access
from actions.data.departments import import_departments
from actions.data.imports import SurveyOptions, import_metrics, import_survey
from actions.framework.frameworks import framework_of, use_framework
from actions.measures.catalogue import use_measures
from actions.scenarios.stored import save_scenario
from indicators.framework import Framework

FEWEST = 5
"""Fewest people whose answers are shown."""

DEPARTMENT, POST, SECONDS, TIME, CHECK = (
    "部门", "岗位", "所用时间", "提交答卷时间", "请选择“不同意”",
)  # fmt: skip
Row = dict[str, str]


@dataclass(frozen=True)
class Shape:
    """What the workspaces of a pair have in common.

    ``larger`` is the number of departments that are shown, ``withheld`` of those with 1-4 people,
    ``cells`` of items of larger departments that 1-4 people answered. ``scattered``: in so
    many larger departments, the last ones, many people answer each question of P1 and one all.
    ``own_file``: those with 1-4 people come in a file of their own, which by `hidden` has two
    questions and the attention check that nobody else was asked.
    """

    larger: int = 7
    withheld: int = 2
    cells: int = 3
    rounds: tuple[str, ...] = ("2025",)
    roster: bool = True
    metrics: bool = True
    groups: bool = True
    two_files: bool = False
    own_file: bool = False
    excluded: bool = False
    shipped: bool = False
    blanks: bool = True
    scattered: int = 0
    seed: int = 1

    @property
    def names(self) -> list[str]:
        return [f"大局{d}" for d in range(self.larger)] + self.few

    @property
    def few(self) -> list[str]:
        return [f"小局{d}" for d in range(self.withheld)]


def framework() -> dict[str, Any]:
    """Two factors of two dimensions; what the framework that ships has, once of each."""

    def indicator(id: str, *items: str, **more: Any) -> dict[str, Any]:
        listed = [
            {"id": i.strip("-"), "text": f"{i.strip('-')} 做得好。", "reverse": i.endswith("-")}
            for i in items
        ]
        return {"id": id, "name": f"指标 {id}", "survey": {"items": listed}, **more}

    def metric(id: str, **more: Any) -> dict[str, Any]:
        ends = {"unit": "%", "direction": "up", "goalposts": [0, 100]}
        return {"id": id, "name": f"指标 {id}", "metric": ends, **more}

    def part(id: str, **children: Any) -> dict[str, Any]:
        return {"id": id, "name": {"zh": f"部分 {id}", "en": f"Part {id}"}, **children}

    return {
        "framework": "lock",
        "version": "1",
        "name": {"zh": "锁", "en": "Lock"},
        "response_scale": {"min": 1, "max": 5},
        "levels": [{"level": k, "from": 20 * (k - 1), "name": f"L{k}"} for k in range(1, 6)],
        "gates": [
            {"id": "G1", "kind": "weakest-factor", "allow": 1},
            {
                "id": "G2",
                "kind": "coordination",
                "level": 3,
                "at_least": 0.6,
                "variant": "wang2021",
            },
            {"id": "G3", "kind": "minimum", "level": 3, "nodes": {"P1": 55}},
            {
                "id": "G4",
                "kind": "cap",
                "level": 3,
                "when": {"indicator": "T1-2", "value_below": 40},
            },
            {
                "id": "G6",
                "kind": "coverage",
                "of": "core",
                "unrated_below": 0.2,
                "provisional_below": 0.9,
            },
        ],
        "factors": [
            part(
                "P",
                dimensions=[
                    part(
                        "P1",
                        indicators=[
                            indicator("P1-1", "P1-1a", "P1-1b", "P1-1c", core=True),
                            metric("P1-2", core=True),
                        ],
                    ),
                    part("P2", indicators=[indicator("P2-1", "P2-1a", "P2-1b-", "P2-1c")]),
                ],
            ),
            part(
                "T",
                dimensions=[
                    part(
                        "T1",
                        indicators=[
                            indicator("T1-1", "T1-1a", "T1-1b", "T1-1c", core=True),
                            metric("T1-2", core=True),
                        ],
                    ),
                    part(
                        "T2",
                        indicators=[
                            indicator("T2-1", "T2-1a", "T2-1b"),
                            indicator("T2-2", "T2-2a"),
                        ],
                    ),
                ],
            ),
        ],
        "outcomes": [{"ref": "T2-2"}],
        "attributes": [{"id": "post", "name": "岗位", "headers": {"zh": [POST], "en": [POST]}}],
        "attention": [{"id": "check", "text": CHECK, "expected": 2}],
    }


def another_version() -> dict[str, Any]:
    """The framework with a question less, under which the same round can be scored."""
    content = framework() | {"version": "2"}
    content["factors"][0]["dimensions"][1]["indicators"][0]["survey"]["items"].pop()
    return content


def catalogue() -> dict[str, Any]:
    """Four measures, one a dimension."""
    return {
        "catalogue": "lock",
        "version": "1",
        "readiness": {"by_level": [0.5, 1.0]},
        "measures": [
            {
                "id": f"M{k}",
                "name": f"措施 {k}",
                "effects": {dimension: [3, 6, 9]},
                "cost": {"first_year": [20, 30, 40 + k], "annual": 5},
                "evidence": {"source": "made up"},
            }
            for k, dimension in enumerate(("P1", "P2", "T1", "T2"), 1)
        ],
    }


SCENARIO: dict[str, Any] = {
    "scenario": "first",
    "name": {"zh": "先做", "en": "First"},
    "horizon": 2,
    "budget": 500,
    "measures": ["M1", {"id": "M3", "start": 2}],
}
SHIPPED_SCENARIO = SCENARIO | {"measures": ["M02", "M06"]}


def foundation(path: Path, shape: Shape) -> Path:
    """A workspace with all that has nothing to do with answers: to be copied for each of a pair."""
    access = open_access(str(path))
    if not shape.shipped:
        for content in (another_version(), framework()):
            use_framework(access, yaml.safe_dump(content, allow_unicode=True).encode())
        use_measures(access, yaml.safe_dump(catalogue(), allow_unicode=True).encode())
    save_scenario(access, SHIPPED_SCENARIO if shape.shipped else SCENARIO)
    if shape.roster:
        rows = [
            {
                "id": name,
                "name_zh": name,
                "name_en": f"Office {place}",
                "group": ("甲组" if place % 2 else "乙组") if shape.groups else "",
                "headcount": str(20 + place),
                "weight": "1",
            }
            for place, name in enumerate([*shape.names, "缺席局"])
        ]
        import_departments(access, _csv(rows), "roster.csv")
    access.workspace.close()
    return path


def bring_in(path: Path, shape: Shape, hidden: int) -> None:
    """Every round's metrics and answers into a copy of the foundation."""
    access = open_access(str(path))
    for number, round_id in enumerate(shape.rounds):
        used = framework_of(access)
        if shape.metrics:
            import_metrics(access, _csv(_metric_rows(shape, used, number)), "m.csv", round_id)
        rows = survey_rows(shape, used, number, hidden)
        for place, content in enumerate(_files(shape, used, rows, hidden)):
            _survey(access, content, round_id, shape, "add" if place else None)
    access.workspace.close()


def _files(shape: Shape, used: Framework, rows: list[Row], hidden: int) -> list[list[Row]]:
    """The rows of a round as they come, in one file or two."""
    if shape.two_files:
        return [rows[::2], rows[1::2]]
    if not shape.own_file:
        return [rows]
    # The last question of two scales.
    alone = {CHECK, *(item.text["zh"] for item in (used.items[5], used.items[8]))}
    usual = [{h: c for h, c in row.items() if h not in alone} for row in rows]
    few = [place for place, row in enumerate(rows) if row[DEPARTMENT] in shape.few]
    return [
        [row for place, row in enumerate(usual) if place not in few],
        [(rows if hidden % 2 else usual)[place] for place in few],
    ]


def _survey(access: Access, rows: list[Row], round_id: str, shape: Shape, mode: str | None) -> None:
    options = SurveyOptions(exclude=("attention",) if shape.excluded else None)
    import_survey(access, _csv(rows), "answers.csv", round_id, options, mode=mode)


def survey_rows(shape: Shape, used: Framework, number: int, hidden: int) -> list[Row]:
    """The answers of a round, one row a person."""
    items = [item.id for item in used.items]
    texts = {item.id: item.text["zh"] for item in used.items}
    headers = [DEPARTMENT, POST, SECONDS, TIME, CHECK, *texts.values()]
    rng = np.random.default_rng([shape.seed, number])
    secret = np.random.default_rng([shape.seed, number, 1000 + hidden])
    few_answer = _cells(shape, items, number)
    rows: list[Row] = []
    for d in range(shape.larger):
        name, size = f"大局{d}", 6 + (d * 2 + number) % 9
        asked = [item for item in items if (d, item) not in few_answer]
        own: list[Row] = []
        for person in range(size):
            codes = _codes(rng, 2.1 + 0.25 * d, asked)
            if shape.blanks and person < size - FEWEST:
                # Blanks leave every item with five answers or more.
                codes.pop(asked[int(rng.integers(len(asked)))])
            if d >= shape.larger - shape.scattered and person:
                codes.pop(items[person % 3])
            own.append(_row(rng, name, codes, texts, person))
        # As many as one of these people answered nothing but what few answered.
        alone = int(secret.integers(0, 2)) if any(at == d for at, _ in few_answer) else 0
        loners = [_row(secret, name, {}, texts, 0) for _ in range(alone)]
        for at, item in few_answer:
            if at == d:
                chosen = [own[i] for i in secret.permutation(size)[: secret.integers(1, 4)]]
                for row in [*chosen, *loners]:
                    row[texts[item]] = str(secret.integers(1, 6))
        rows += own
        for row in loners:
            rows.insert(int(secret.integers(1, len(rows) + 1)), row)
    rows += _of_few(shape, secret, hidden, items, texts)
    if shape.excluded:
        # Only those that were put there to be left out: somebody counts in every hidden cell.
        rows = [row | {CHECK: row[CHECK].replace("4", "2")} for row in rows]
    return [{header: row.get(header, "") for header in headers} for row in rows]


def _of_few(
    shape: Shape,
    secret: np.random.Generator,
    hidden: int,
    items: Sequence[str],
    texts: dict[str, str],
) -> list[Row]:
    """Rows of the departments that few people answered for; the first two workspaces are far apart.

    Few are 1-4 people, or any number of whom at most four answered each question.
    """
    rows = []
    for place, name in enumerate(shape.few):
        size = {0: 1 + place % 4, 1: 4 - place % 4}.get(hidden, int(secret.integers(1, FEWEST)))
        middle = {0: 1.2, 1: 4.8}.get(hidden, float(secret.uniform(1, 5)))
        if (hidden == 1 and place == 1) or (hidden > 1 and secret.random() < 0.25):
            size = int(secret.integers(FEWEST, 10))
        given = [_codes(secret, middle, items) for _ in range(size)]
        for item in items:
            for person in secret.permutation(size)[FEWEST - 1 :]:
                given[person].pop(item)
        for codes in given:
            for item in [one for one in codes if secret.random() < 0.15 * shape.blanks]:
                if len(codes) > 1:
                    codes.pop(item)
        rows += [_row(secret, name, codes, texts, p) for p, codes in enumerate(given) if codes]
        if shape.excluded:
            # Who failed the check counts in no score, however many they are.
            for person in range(int(secret.integers(0, 6))):
                row = _row(secret, name, _codes(secret, middle, items), texts, person)
                rows.append(row | {CHECK: "5"})
    return rows


def _cells(shape: Shape, items: Sequence[str], number: int) -> list[tuple[int, str]]:
    """Items that few people of a larger department answer: by turns one, and an indicator's all."""
    places = np.random.default_rng([shape.seed, number, 7]).permutation(shape.larger)
    found = []
    for k in range(shape.cells):
        item = items[(5 * k + number) % len(items)]
        # An item's id is its indicator's and a letter.
        asked = [one for one in items if one[:-1] == item[:-1]] if k % 2 else [item]
        found += [(int(places[k % len(places)]), one) for one in asked]
    return list(dict.fromkeys(found))


def _codes(rng: np.random.Generator, middle: float, items: Sequence[str]) -> dict[str, int]:
    person = middle + rng.normal(0, 0.7)
    return {i: int(np.clip(round(person + rng.normal(0, 0.8)), 1, 5)) for i in items}


def _row(
    rng: np.random.Generator, name: str, codes: dict[str, int], texts: dict[str, str], person: int
) -> Row:
    failed = rng.random() < 0.05
    return {
        DEPARTMENT: name,
        POST: ("领导", "业务", "信息化")[int(rng.integers(3))],
        SECONDS: str(int(rng.integers(5, 400))),
        TIME: f"2025/9/{1 + person % 9} 10:{int(rng.integers(10, 60))}:00",
        CHECK: "4" if failed else "2",
    } | {texts[item]: str(code) for item, code in codes.items()}


def _metric_rows(shape: Shape, used: Framework, number: int) -> list[Row]:
    rng = np.random.default_rng([shape.seed, number, 3])
    ids = [leaf.id for leaf in used.indicators if leaf.metric is not None]
    return [
        {"部门": name, "期间": f"202{4 + number}"}
        | {id: f"{rng.uniform(20, 90):.2f}" if rng.random() < 0.9 else "" for id in ids}
        for name in shape.names
    ]


def _csv(rows: list[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
