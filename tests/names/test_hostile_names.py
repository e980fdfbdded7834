"""Names are texts: through every command, page and document they stay what they are, and do nothing.

One city (`tests.faults.hostile_city`) in which departments, groups, nodes, items, levels, measures,
experts, scenarios and answers of respondents have hostile names.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from actions.access import open_access
from actions.comparison import comparison_report
from actions.documents import (
    comparison_workbook,
    portfolio_document,
    robustness_document,
    scenario_document,
)
from actions.framework.drafts import draft_codebook, start_framework_draft
from actions.measures.edits import catalogue_workbook
from actions.robustness import robustness_report
from actions.scenarios.edits import plan_places, scenario_trajectory
from actions.scenarios.side_by_side import comparison_of_plans
from actions.scenarios.simulation import simulate_report
from tests.names import hostile_city
from tests.names.hostile_city import NAMES, ROUNDS, SCENARIOS

ROUND = ROUNDS[-1]
LANGUAGES = ("zh", pytest.param("en", marks=pytest.mark.slow))


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "s.yaml"
    path.write_bytes(hostile_city.bytes_of(hostile_city.scenario(SCENARIOS[0], NAMES[0])))
    return path


# Commands -----------------------------------------------------------------------------------------

OF_ROUND = ("--round", ROUND)
COMMANDS: dict[str, tuple[str, ...]] = {
    "departments": (),
    "rounds": (),
    "framework show": (),
    "score": (*OF_ROUND, "--draws", "100"),
    "compare": (*OF_ROUND, "--with", ROUNDS[0], "--draws", "100"),
    "quality": OF_ROUND,
    "weights": OF_ROUND,
    "diagnose": OF_ROUND,
    "robustness": (*OF_ROUND, "--draws", "100", "--points", "0"),
    "measures": (),
    "simulate": (*OF_ROUND, "--draws", "100"),
    "optimise": (*OF_ROUND, "--draws", "100", "--budget", "100"),
}
LISTING = {"departments", "score", "compare", "robustness", "simulate"}
"""Commands with a row for every department."""


def called(command: str, scenario: Path) -> list[str]:
    file = [str(scenario)] if command == "simulate" else []
    return [*command.split(), *file, *COMMANDS[command]]


def printed(name: str) -> str:
    return name.replace("\n", "\\n")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_prints_names_as_they_are(fourfold, city, scenario, command, lang):
    answer = fourfold("--workspace", city, "--language", lang, *called(command, scenario))
    assert answer.status == 0, answer.err
    if command in LISTING:
        lines = answer.out.splitlines()
        missing = [n for n in NAMES if not any(line.startswith(printed(n)) for line in lines)]
        assert missing == []


@pytest.mark.parametrize(
    "command",
    [
        command
        if command in ("departments", "score")
        else pytest.param(command, marks=pytest.mark.slow)
        for command in sorted(LISTING)
    ],
)
def test_every_answer_for_a_script_holds_names_as_they_are(
    fourfold,
    city,
    scenario,
    command,
):
    found = fourfold("--workspace", city, *called(command, scenario), "--json").json
    listed = found["departments"] if command == "departments" else found["units"]
    assert {unit["name"]["zh"] for unit in listed} == set(NAMES)


def test_what_a_terminal_would_obey_is_shown(fourfold, tmp_path):
    """Erase the screen, an eight-bit control sequence, and a turn of the direction of writing."""
    name = "甲\x9b2J\x85乙"
    (tmp_path / "d.csv").write_bytes(hostile_city.csv_of([["id", "group"], [name, "\x1b[2Jx"]]))
    assert fourfold("import", "departments", "d.csv").status == 0
    answer = fourfold("departments")
    assert r"甲\x9b2J\x85乙" in answer.out
    wrong = fourfold("score", "--round", "\x1b[2J\u202e[bold]x[/red]")
    assert wrong.status == 3
    assert "[bold]x[/red]" in wrong.err and not re.search("[\x1b\x9b\u202e]", wrong.err)


@pytest.mark.parametrize("sign", ["\x1b[2J", "\x9b2J", "\u202e", "\x07", "\r", "\x7f", "\udc9b"])
def test_a_wrong_command_line_cannot_colour_the_terminal_either(fourfold, sign):
    """What the library for command lines quotes of it, wherever the argument stands."""
    word = f"x{sign}y"
    for line in (
        (word,),
        ("score", f"--{word}"),
        ("rounds", word),
        ("score", "--round", "1", f"--draws={word}"),
        ("import", "survey", "x.csv", "--round", "1", "--map", word),
        ("template", "survey", "-o", f"{word}.pdf"),
        ("template", word, "-o", "x.csv"),
        ("framework", word),
    ):
        answer = fourfold(*line)
        assert answer.status == 2 and sign not in answer.err, line
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", answer.err), line
        assert "fourfold" in answer.err and answer.err.endswith("\n"), line


def test_nor_can_a_fault_of_ours(fourfold, monkeypatch):
    def fault(*_: object, **__: object) -> None:
        raise ZeroDivisionError("\x1b[2Jx")

    monkeypatch.setattr("cli.session.open_access", fault)
    answer = fourfold("rounds")
    assert answer.status == 1 and "Traceback" in answer.err
    assert r"\x1b[2Jx" in answer.err and "\x1b" not in answer.err


def test_a_wrong_command_line_is_quoted_as_it_is(fourfold):
    for argument in ("[/red]", "[bold]x", "<b>"):
        answer = fourfold("import", "survey", "x.csv", "--round", "1", "--map", argument)
        assert answer.status == 2 and argument in answer.err


# Files --------------------------------------------------------------------------------------------

COMPUTED = re.compile(r"\s*[=+\-@＝＋－＠\t\r\n]")


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def computed(content: bytes) -> list[str]:
    """Cells of a CSV file that a spreadsheet would compute (reliability.md C1, OWASP)."""
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return [c for row in rows for c in row if COMPUTED.match(c) and not is_number(c)]


def test_blanks_in_csv_compute_nothing_and_come_back_as_they_were(
    fourfold,
    city,
    tmp_path,
):
    for kind in ("departments", "metrics", "survey"):
        assert fourfold("--workspace", city, "template", kind, "-o", f"{kind}.csv").status == 0
        assert computed((tmp_path / f"{kind}.csv").read_bytes()) == []
    before = fourfold("--workspace", city, "departments", "--json").json
    assert fourfold("import", "departments", "departments.csv").status == 0
    assert fourfold("departments", "--json").json == before


def test_a_filled_blank_of_metrics_finds_every_department_again(
    fourfold,
    city,
    tmp_path,
):
    copy = shutil.copy(city, tmp_path / "copy.db")
    fourfold("--workspace", copy, "template", "metrics", "-o", "m.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "m.csv").read_text("utf-8-sig"), newline="")))
    filled = [rows[0], *([row[0], "", *["-5"] * (len(row) - 2)] for row in rows[1:] if row)]
    width = len(rows[0])
    filled = [row + ["-5"] * (width - len(row)) for row in filled]
    (tmp_path / "m.csv").write_bytes(hostile_city.csv_of(filled))
    found = fourfold("--workspace", copy, "import", "metrics", "m.csv", "--round", "2030", "--json")
    assert found.status == 0, found.out
    assert set(found.json["departments"]) == set(NAMES)
    # -5 is a number in every cell, whatever it begins with.
    assert found.json["values"] == len(NAMES) * 4 and found.json["rejected"] == 0


def texts_of(content: bytes) -> list[str]:
    """Every text of a workbook; no cell computes, links or is lost."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert not [cell for cell in cells if cell.hyperlink and cell.hyperlink.target]
    assert len({sheet.title.casefold() for sheet in book}) == len(book.worksheets)
    assert all(0 < len(sheet.title) <= 31 for sheet in book)
    return [str(cell.value) for cell in cells if cell.value is not None]


def words_of(content: bytes) -> list[str]:
    """The texts of a document, which holds no field and no link."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("word/document.xml").decode()
    assert not re.search("w:fldSimple|w:instrText|w:fldChar|w:hyperlink", xml)
    document = Document(io.BytesIO(content))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return [*(p.text for p in document.paragraphs), *cells]


def test_blanks_and_marked_sheets_hold_names_as_texts(fourfold, city, tmp_path):
    for kind in ("departments", "metrics", "survey", "experts"):
        fourfold("--workspace", city, "template", kind, "-o", f"{kind}.xlsx")
    read = {kind: texts_of((tmp_path / f"{kind}.xlsx").read_bytes()) for kind in
            ("departments", "metrics", "survey", "experts")}  # fmt: skip
    assert set(NAMES) <= set(read["departments"]) and set(NAMES) <= set(read["metrics"])
    (tmp_path / "s.csv").write_bytes(hostile_city.answers(0))
    out = ("--annotated", "out.xlsx", "--dry-run", "--json")
    assert fourfold("import", "survey", "s.csv", "--round", "2030", *out).status == 0
    assert set(NAMES) <= set(texts_of((tmp_path / "out.xlsx").read_bytes()))


def test_the_quality_of_a_round_as_documents_and_for_r(fourfold, city, tmp_path):
    for kind in ("xlsx", "docx"):
        assert fourfold(
            "--workspace", city, "quality", *OF_ROUND, "-o", f"q.{kind}", "--lavaan", f"{kind}.zip"
        ).status == 0  # fmt: skip
    texts_of((tmp_path / "q.xlsx").read_bytes())
    words_of((tmp_path / "q.docx").read_bytes())
    with zipfile.ZipFile(tmp_path / "docx.zip") as archive:
        content, script = archive.read("answers.csv"), archive.read("model.R").decode()
    assert computed(content) == []
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 1 + len(NAMES) * hostile_city.PEOPLE
    assert not any(name in script for name in NAMES if len(name) > 3)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_document_of_the_pages_names_things_as_they_are(city, tmp_path, lang):
    access = open_access(str(shutil.copy(city, tmp_path / "copy.db")))
    compared = comparison_report(access, ROUND, compared=ROUNDS[0], draws=100)
    names = set(texts_of(comparison_workbook(compared, {"zh": NAMES[0], "en": NAMES[0]}, lang)))
    assert set(NAMES) <= names
    robust = robustness_report(access, ROUND, draws=100, points=0)
    assert set(NAMES) <= set(texts_of(robustness_document(robust, {}, "xlsx", lang)))
    words_of(robustness_document(robust, {}, "docx", lang))
    plans = comparison_of_plans(access, ROUND, SCENARIOS, draws=100)
    for name in SCENARIOS:
        assert any(name in text for text in texts_of(portfolio_document(plans, None, "xlsx", lang)))
        assert name in "\n".join(words_of(portfolio_document(plans, None, "docx", lang)))
    content = hostile_city.scenario(SCENARIOS[0], NAMES[0])
    simulated = simulate_report(access, ROUND, content, draws=100)
    course = scenario_trajectory(access, ROUND, content)
    for kind, read in (("xlsx", texts_of), ("docx", words_of)):
        place = (content, plan_places(access, ROUND), 3, kind, lang)
        said = "\n".join(read(scenario_document(access, simulated, course, *place)))
        assert NAMES[0] in said and (kind == "docx" or not [n for n in NAMES if n not in said])
    measures = {one["name"] for one in hostile_city.catalogue()["measures"]}
    assert measures <= set(texts_of(catalogue_workbook(access, lang)[1]))
    draft = start_framework_draft(access, "hostile@[bold]1<b>:red[x]")
    texts = set(texts_of(draft_codebook(access, draft, lang)[1]))
    assert {NAMES[k] for k in range(20)} <= texts
    access.workspace.close()
