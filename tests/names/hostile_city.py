"""A small city in which everything that has a name has a hostile one.

The names come from reliability.md C3 56-58, from the attack of 27 November 2026
(field/inputs/hardening: markup-name.csv, markup-swallow.csv, hostile.py), and from what the readers
of texts that this program feeds take for more than letters: Rich, Streamlit's Markdown with its
directives, icons, emoji and mathematics, Plotly's pseudo-HTML and templates, HTML, spreadsheets,
Python's format strings, shells.
"""

from __future__ import annotations

import csv
import io
from itertools import cycle
from typing import Any

import yaml

from actions.access import Access, open_access
from actions.data.departments import import_departments
from actions.data.imports import import_metrics, import_survey
from actions.framework.frameworks import use_framework
from actions.measures.catalogue import use_measures
from actions.scenarios.stored import save_scenario

NAMES = (
    "[/red] closes", "[bold]甲局", "[/]", "[link=http://a.invalid]乙",
    "<b>丙局</b>", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "<a href='http://a.invalid'>丁</a>", "戊<br>局", "&lt;b&gt;己&amp;",
    "![i](http://127.0.0.1/md.png) **b**", "[t](http://a.invalid)", "`code`", "$x^2$ 庚$y$",
    ":red[辛]", ":material/home: 壬", ":smile: 癸", ":small[a]", "# 子", "- 丑", "1. 寅",
    "~~卯~~", "a -> b", "www.a.invalid", "_辰_ *巳*", "a | b", "\\n\\",
    "=1+1", "+1+cmd|' /C calc'!A0", "@SUM(1)", "-1-2", '=HYPERLINK("http://a.invalid","午")',
    "＝1＋1", "'未", "'=申", "-5", "007", "酉,戌;亥", '"引号"', "%{y} %s %(x)s", "{name} {0}",
    "${jndi:ldap://a.invalid}", "甲\n乙", "<extra></extra>",
)  # fmt: skip
ROUNDS = ("2024 _a_", "2025 _b_")
PEOPLE = 6
TYPED = {"'=申": "''=申"}
"""What a CSV file has to hold for a name: an apostrophe before a sign stands for "this is text"."""


def bytes_of(content: dict[str, Any]) -> bytes:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False).encode()


def framework() -> dict[str, Any]:
    """Two factors of two dimensions of two survey indicators and a metric; names go round."""
    names = cycle(NAMES)
    factors = []
    for f in "AB":
        dimensions = []
        for d in (f"{f}1", f"{f}2"):
            indicators: list[dict[str, Any]] = []
            for k in "xy":
                items = [{"id": f"{d}{k}{n}", "text": next(names)} for n in (1, 2, 3)]
                indicators.append(
                    {"id": f"{d}{k}", "name": next(names), "survey": {"items": items}}
                )
            metric = {"unit": next(names), "direction": "up", "goalposts": [0, 100]}
            indicators.append({"id": f"{d}m", "name": next(names), "metric": metric})
            dimensions.append({"id": d, "name": next(names), "indicators": indicators})
        factors.append({"id": f, "name": next(names), "dimensions": dimensions})
    levels = [{"level": k, "from": 20 * (k - 1), "name": next(names)} for k in range(1, 6)]
    gates = [{"id": "G1", "kind": "weakest-factor", "allow": 1, "name": next(names)}]
    return {
        "framework": "hostile", "version": "[bold]1<b>:red[x]", "name": next(names),
        "response_scale": {"min": 1, "max": 5}, "levels": levels, "gates": gates,
        "factors": factors, "attributes": [{"id": "post", "name": next(names)}],
        "outcomes": [{"ref": "B2y"}],
    }  # fmt: skip


def roster() -> bytes:
    return csv_of(
        [["id", "name_zh", "name_en", "group", "headcount"]]
        + [
            [*[TYPED.get(name, name)] * 3, NAMES[place % 4], "20"]
            for place, name in enumerate(NAMES)
        ]
    )


def answers(shift: int) -> bytes:
    """Answers 1 … 5 that follow from places alone, a little higher in a later round."""
    items = [
        item["id"]
        for factor in framework()["factors"]
        for dimension in factor["dimensions"]
        for indicator in dimension["indicators"]
        if "survey" in indicator
        for item in indicator["survey"]["items"]
    ]
    rows = [["部门", "post", *items]]
    for place, name in enumerate(NAMES):
        for person in range(PEOPLE):
            base = 1 + (place * 5 + shift) % 4
            cells = [
                str(min(5, max(1, base + (place + 2 * person + 3 * k) % 3 - 1 + (person % 2))))
                for k in range(len(items))
            ]
            rows.append([TYPED.get(name, name), NAMES[person], *cells])
    return csv_of(rows)


def metrics() -> bytes:
    ids = ("A1m", "A2m", "B1m", "B2m")
    rows = [["department", *ids]]
    for place, name in enumerate(NAMES):
        rows.append(
            [TYPED.get(name, name), *(str((13 * place + 29 * k) % 101) for k in range(len(ids)))]
        )
    return csv_of(rows)


def catalogue() -> dict[str, Any]:
    """Three measures, one of them judged by two experts, one needing another."""
    names = cycle(reversed(NAMES))

    def measure(id: str, effects: dict[str, Any], **rest: Any) -> dict[str, Any]:
        return {
            "id": id, "name": next(names), "effects": effects, "responsible": next(names),
            "cost": {"first_year": [20, 30, 60], "annual": 5},
            "evidence": {"source": next(names)}, **rest,
        }  # fmt: skip

    judged = [
        {"expert": expert, "points": points, "reason": next(names)}
        for expert, points in (("[bold]甲:red[x]", [1, 2, 6]), ("<b>乙</b>", [4, 8, 12]))
    ]
    return {
        "catalogue": "hostile", "version": "[/]1<b>:red[x]", "name": next(names),
        "measures": [
            measure("M1", {"A1": {"points": [2, 5, 9], "experts": judged}, "B1": 6}),
            measure("M2", {"A2": 8}, requires={"all": ["M1"]}),
            measure("M3", {"B1": 9, "B2": 7}),
        ],
        "interactions": [
            {"pair": ["M1", "M3"], "kind": "overlap", "factor": 0.8, "note": next(names)}
        ],
    }  # fmt: skip


def scenario(id: str, name: str, **rest: Any) -> dict[str, Any]:
    return {
        "scenario": id, "name": name,
        "measures": [{"id": "M1"}, {"id": "M3", "departments": list(NAMES[:5]), "start": 2}],
        **rest,
    }  # fmt: skip


SCENARIOS = ("[/red]<b>:red[x]", "=1+1 ![i](x)")


def csv_of(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def build(path: str) -> None:
    access: Access = open_access(path)
    use_framework(access, bytes_of(framework()))
    import_departments(access, roster(), "roster.csv")
    for shift, round_id in enumerate(ROUNDS):
        import_survey(access, answers(shift), "survey.csv", round_id)
        import_metrics(access, metrics(), "metrics.csv", round_id)
    use_measures(access, bytes_of(catalogue()))
    for id in SCENARIOS:
        save_scenario(access, scenario(id, f"{id} {NAMES[4]}"))
    access.workspace.close()
