"""Pages show hostile names as they are: in labels, tables and pictures, and none of them does anything."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from html import escape, unescape
from typing import Any

import pytest

from actions.access import open_access
from actions.data.departments import import_departments
from actions.data.drafts import get_draft, save_draft, start_draft
from actions.data.imports import import_survey
from actions.framework.drafts import start_framework_draft
from actions.framework.edits import edit_framework
from actions.framework.frameworks import use_framework
from actions.framework.judgements import add_expert, judge, judgements
from pages.literal import literal
from tests.names import hostile_city
from tests.names.hostile_city import NAMES, ROUNDS, SCENARIOS

ROUND = ROUNDS[-1]
LANGUAGES = ("zh", "en")

PAGES: list[tuple[str, dict[str, str]]] = [
    ("see/overview.py", {}),
    ("see/overview.py", {"part": "why", "group": NAMES[0]}),
    *(("see/department.py", {"department": name}) for name in (NAMES[0], NAMES[10], "酉,戌;亥")),
    ("see/department.py", {"part": "why", "department": NAMES[4]}),
    *(("see/compare.py", {"part": part}) for part in ("scores", "pairs", "change", "tests")),
    *(("see/quality.py", {"part": part}) for part in ("departments", "scales", "factors")),
    ("see/robustness.py", {}),
    ("bring/upload.py", {}),
    *(("plan/measures.py", {"part": part}) for part in ("catalogue", "measure", "edit", "files")),
    *(("plan/experts.py", {"part": part}) for part in ("picture", "judgements", "collect")),
    *(
        ("plan/scenario.py", {"part": part, "scenario": SCENARIOS[0]})
        for part in ("plan", "edit", "all")
    ),
    *(
        ("plan/portfolio.py", {"part": part})
        for part in ("compare", "value", "assumptions", "roadmap", "optimum")
    ),
    ("manage/framework.py", {"adopted": "![i](x)<b>:red[x]"}),
]

SAMPLE = [{"part": part} for part in ("pairs", "departments", "measure", "judgements", "compare")]
SAMPLE += [{"department": NAMES[0]}, {"part": "edit", "scenario": SCENARIOS[0]}]
QUICK = ("bring/upload.py", "manage/framework.py")


def messages(app: Any) -> Iterator[tuple[str, Any]]:
    """Kind and message of everything on a page, blocks included."""
    for element in app._tree:
        proto = getattr(element, "proto", None)
        if proto is not None:
            yield element.type, proto


def marked_texts(app: Any) -> Iterator[str]:
    """Every text of the page that Streamlit reads as Markdown (1.67: labels, help, captions,
    messages, options of radios and of segmented controls; not of select boxes)."""
    for kind, proto in messages(app):
        if kind == "html":
            continue
        for field, value in proto.ListFields():
            if field.name in ("label", "help", "body", "text") and isinstance(value, str):
                yield value
            elif field.name == "options" and kind in ("radio", "button_group"):
                yield from (getattr(one, "content", one) for one in value)
            elif field.message_type is not None and not hasattr(value, "__len__"):
                yield str(getattr(value, "label", ""))


def figure_texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a figure with the name of its attribute."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, one in value.items():
            if name != "template":
                yield from figure_texts(one, name)
    elif isinstance(value, list):
        for one in value:
            yield from figure_texts(one, key)


OTHERS = (
    "![i](x) **b**", "<b>:red[乙]</b>", ":red[不] <b>知</b>", "[b](x) :red[c] <b>", ":red[甲] <b>乙</b>",
    "[bold]甲:red[x]", "[/]1<b>:red[x]", "[bold]1<b>:red[x]", "![i](x)<b>:red[x]",
)  # fmt: skip
"""Columns, answers, files, experts, versions and addresses of this file."""
SPECIAL = [name for name in (*NAMES, *SCENARIOS, *OTHERS) if literal(name) != name]


def check_page(app: Any) -> None:
    for text in marked_texts(app):
        assert [name for name in SPECIAL if name in text] == [], text
    for kind, proto in messages(app):
        if kind == "html":
            bare = re.sub(r"<(script|style)>.*?</\1>", "", proto.body, flags=re.S)
            assert not re.search(r"<script|<img|<a |onerror=alert[^&]*>|<b>丙", bare)
        if kind != "plotly_chart":
            continue
        for key, text in figure_texts(json.loads(proto.spec)):
            if key.endswith("template"):
                assert not any(
                    name in text for name in NAMES if len(name) > 6 and "<extra>" not in name
                ), text
            else:
                assert not re.search(r"<(?!/?b>|br>)|&(?!amp;|lt;|gt;)", text), (key, text)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(
            place,
            id=f"{page}-{place}",
            marks=() if params in SAMPLE or page in QUICK else pytest.mark.slow,
        )
        for place, (page, params) in enumerate(PAGES)
    ],
)
def test_every_page_shows_names_and_obeys_none(visit, city, place):
    page, params = PAGES[place]
    check_page(visit(city, page, lang=LANGUAGES[place % 2], round=ROUND, **params))


def drawn(app: Any) -> set[str]:
    """The texts of a page's pictures as a person reads them."""
    found = set()
    for kind, proto in messages(app):
        if kind == "plotly_chart":
            for _, text in figure_texts(json.loads(proto.spec)):
                found.add(unescape(re.sub(r"</?b>|<br>", "", text)).replace("\u00a0", ""))
    return found


def test_pictures_and_their_tables_name_every_department_as_it_is(visit, city):
    app = visit(city, "see/overview.py", lang="zh", round=ROUND)
    seen = drawn(app)
    # The matrix cuts a name wider than its column.
    short = [name for name in NAMES if len(name) < 12]
    assert [name for name in short if name not in seen] == []
    tables = "".join(proto.body for kind, proto in messages(app) if kind == "html")
    assert [name for name in NAMES if f"<td>{escape(name)}</td>" not in tables] == []


def test_a_label_with_a_name_reads_as_the_name(visit, city):
    for name in (NAMES[10], NAMES[14]):
        app = visit(city, "see/overview.py", lang="zh", round=ROUND, department=name)
        shown = [
            re.sub(r"\\([^\w\s])", r"\1", proto.label).replace("\u2060", "")
            for kind, proto in messages(app)
            if kind == "page_link"
        ]
        assert any(name in label for label in shown), (name, shown)


FRAMEWORK = f"hostile@{hostile_city.framework()['version']}"


@pytest.fixture(scope="module")
def drafts(city: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    """A copy of the city with a draft of its framework and an upload left open, and their ids."""
    path = str(shutil.copy(city, tmp_path_factory.mktemp("drafts") / "w.db"))
    access = open_access(path)
    draft = start_framework_draft(access, FRAMEWORK)
    draft = edit_framework(access, draft, "A1x", ("name", "zh"), NAMES[11])
    draft = add_expert(access, draft, "overall", ":red[甲] <b>乙</b>")
    pair = judgements(access, draft, "overall").people[0].state.pairs[0]
    draft = judge(access, draft, "overall", ":red[甲] <b>乙</b>", pair, 5)
    header, *rows = hostile_city.answers(1).decode("utf-8-sig").splitlines()
    header = header.replace("A1x1", "![i](x) **b**").replace("A1x2", "<b>:red[乙]</b>")
    rows = [row.replace("丙局", "丙 局") for row in rows]
    rows[0] = ",".join([*rows[0].split(",")[:-1], ":red[不] <b>知</b>"])
    upload = start_draft(
        access, "\n".join([header, *rows]).encode(), "[b](x) :red[c] <b>.csv", "survey", "2031"
    )
    access.workspace.close()
    return path, draft.id, upload.id


@pytest.mark.parametrize(
    ("part", "node"),
    [
        ("tree", "A1x"),
        ("structure", "A1"),
        ("judgements", "overall"),
        *(
            pytest.param(part, "A1", marks=pytest.mark.slow)
            for part in ("tree", "gates", "changes")
        ),
        ("adopt", "overall"),
    ],
)
def test_the_editor_of_frameworks_shows_names_and_obeys_none(visit, drafts, part, node):
    path, draft, _ = drafts
    app = visit(path, "manage/framework.py", part=part, node=node, draft=draft, round=ROUND)
    check_page(app)


@pytest.mark.parametrize("step", range(6))
def test_every_step_of_an_upload_shows_names_and_obeys_none(visit, drafts, step, tmp_path):
    path, _, upload = drafts
    if not step:
        check_page(visit(path, "bring/upload.py"))
        return
    own = str(shutil.copy(path, tmp_path / "own.db"))
    access = open_access(own)
    held = get_draft(access, upload)
    assert held is not None
    save_draft(access, held, step=step)
    access.workspace.close()
    check_page(visit(own, "bring/upload.py", draft=upload, lang=LANGUAGES[step % 2]))


def test_departments_that_read_as_one_number_or_share_a_name_keep_their_own_places(visit, tmp_path):
    """7 and 007, and two that are both called 同名."""
    path = str(tmp_path / "w.db")
    access = open_access(path)
    use_framework(access, hostile_city.bytes_of(hostile_city.framework()))
    rows = [["id", "name_zh"], ["7", "7"], ["007", "007"], ["甲", "同名"], ["乙", "同名"]]
    import_departments(access, hostile_city.csv_of(rows), "d.csv")
    answers = [
        [id, *[str(1 + (k + p) % 5)] * 3] for k, (id, _) in enumerate(rows[1:]) for p in range(6)
    ]
    content = hostile_city.csv_of([["部门", "A1x1", "A1x2", "A1x3"], *answers])
    import_survey(access, content, "s.csv", "2025")
    access.workspace.close()
    app = visit(path, "see/compare.py", part="pairs", node="A1x")
    (spec,) = [json.loads(p.spec) for kind, p in messages(app) if kind == "plotly_chart"]
    (grid,) = spec["data"]
    assert sorted(grid["x"]) == sorted(grid["y"]) == sorted(["7", "007", "甲", "乙"])
    assert spec["layout"]["xaxis"]["type"] == spec["layout"]["yaxis"]["type"] == "category"
    assert sorted(t.strip() for t in spec["layout"]["yaxis"]["ticktext"]) == sorted(
        ["7", "007", "同名", "同名"]
    )
