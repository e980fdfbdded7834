"""Every published byte is a function of shown data only: the pages that see and plan.

Left out are what is the owner's alone. Uploads show the file that somebody just brought, row by row.
The editor of frameworks says which rounds a draft would change, and for that counts what is stored.
"""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from actions.access import open_access
from actions.jobs import finished_job
from actions.robustness import robustness_arguments
from tests.attacks.browser import Sent, forget, pages, plain, sent
from tests.attacks.doors import differences
from tests.attacks.pairs import SHIPPED, WHOLE, Pair, generated, pair, with_jobs

OWNERS = {"bring/upload.py", "manage/framework.py"}


def parts(*names: str, **more: str) -> list[dict[str, str]]:
    return [{"part": name, **more} for name in names]


VISITS: dict[str, list[dict[str, str]]] = {
    "see/overview.py": [
        {"lang": "en"},
        {"part": "why"},
        {"compared": "none", "group": "甲组"},
        {"round": "2024"},
    ],
    "see/department.py": [
        *({"department": name} for name in WHOLE.names),
        {"department": WHOLE.few[0], "part": "why"},
        {"department": "大局0", "part": "why", "lang": "en"},
        {"department": WHOLE.few[0], "peers": "city", "lang": "en"},
        {"department": "大局1", "peers": "own", "with": ",".join(WHOLE.few)},
    ],
    "see/compare.py": [
        *parts("scores", "pairs", "change", "tests", "rules"),
        {"part": "scores", "error": "both", "order": "score", "lang": "en"},
        {"part": "change", "node": "P"},
    ],
    "see/robustness.py": [
        {"draws": "10000", "lang": "en"},
        *parts("conclusions", "ranks", "levels", "sensitivity", "alternatives", draws="2000"),
    ],
    "see/quality.py": [
        *parts("verdict", "data", "scales", "structure", "departments", "export"),
        {"part": "data", "missing": "listwise", "lang": "en"},
        {"part": "structure", "with-round": "2024"},
        {"part": "departments", "scale": "T1"},
    ],
    "plan/measures.py": parts("catalogue", "measure", "edit", "files"),
    "plan/experts.py": parts("picture", "judgements", "collect", lang="en"),
    "plan/scenario.py": [*parts("plan", "edit", "all"), {"scenario": "-", "lang": "en"}],
    "plan/portfolio.py": [
        *parts("compare", "value", "assumptions", "roadmap", "optimum"),
        {"part": "value", "lang": "en"},
    ],
}
"""Addresses of every page of results and plans."""


def test_every_page_of_the_navigation_is_opened_or_the_owner_s():
    assert pages() == set(VISITS) | OWNERS


def assert_equal_bytes(made: Pair, page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[Sent]] = []
    for workspace in made:
        monkeypatch.setenv("FOURFOLD_WORKSPACE", str(workspace))
        forget()
        seen.append([sent(page, query) for query in VISITS[page]])
    for query, one, other in zip(VISITS[page], *seen, strict=True):
        if one != other:
            found = list(differences(plain(one), plain(other)))
            pytest.fail(f"{page} {query}: {len(found)} differences\n" + "\n".join(found[:12]))


@pytest.mark.parametrize("page", VISITS)
def test_hidden_answers_move_no_byte_of_a_page(whole, page, monkeypatch):
    assert_equal_bytes(whole, page, monkeypatch)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("shape", [SHIPPED, *generated(6)], ids=lambda shape: f"seed{shape.seed}")
def test_nor_of_any_page_of_other_cities(tmp_path, shape, monkeypatch):
    made = pair(tmp_path, shape, (2, 3))
    with_jobs(made)
    for page in VISITS:
        assert_equal_bytes(made, page, monkeypatch)


def test_the_results_of_jobs_are_the_same(whole):
    results: list[Any] = []
    for workspace in whole:
        access = open_access(str(workspace), published=True)
        job = finished_job(access, "robustness", robustness_arguments(access, "2025", 2000, None))
        assert job is not None and job.result is not None
        results.append(dict(job.result) | {"elapsed_s": 0})
        access.workspace.close()
    assert not list(differences(*results))


def test_an_optimum_stands_beside_the_plans_it_is_compared_with(whole, monkeypatch):
    def compare(app: AppTest) -> None:
        app.query_params["part"] = "compare"
        app.run()

    found = []
    for workspace in whole:
        monkeypatch.setenv("FOURFOLD_WORKSPACE", str(workspace))
        forget()
        found.append(sent("plan/portfolio.py", {"part": "optimum"}, compare))
    assert found[0] == found[1]
    assert any("docx" in name for name in found[0]["files"])
