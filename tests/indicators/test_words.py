"""A word that is none of an option's choices is refused with the choices, in the kernel itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from actions.access import existing_access
from actions.diagnosis import weights_report
from actions.portfolio import optimise_report
from actions.published import round_evidence
from actions.quality import round_quality
from analysis.psychometrics.agreement import average_deviation
from analysis.quality.report import quality
from analysis.quality.structure import FactorChoice
from indicators.findings import Finding, Refused
from indicators.levels.maturity import coordination
from indicators.scoring import score
from indicators.weighting.pairwise import consistency


@pytest.fixture(scope="module")
def city(demo):
    access = existing_access(demo)
    yield access, *round_evidence(access, "2025")
    access.workspace.close()


ASKED = {
    "estimate": (lambda a, e, f: score(e, f, draws=100, estimate="shrunk"), "raw | shrunken"),
    "missing": (lambda a, e, f: quality(e, f, missing="none"), "pairwise | listwise"),
    "missing of a round": (lambda a, e, f: round_quality(a, "2025", missing="x"), "pairwise"),
    "correlations": (
        lambda a, e, f: round_quality(a, "2025", correlations="kendall"),
        "polychoric",
    ),
    "extraction": (lambda a, e, f: FactorChoice(extraction="paf"), "minres | ml"),
    "rotation": (lambda a, e, f: FactorChoice(rotation="oblimax"), "oblimin"),
    "method": (lambda a, e, f: weights_report(a, "2025", method="entropie"), "entropy"),
    "scope": (lambda a, e, f: optimise_report(a, "2025", budget=9.0, scope="citys"), "city | dep"),
    "aim": (lambda a, e, f: optimise_report(a, "2025", budget=9.0, aim="mean"), "expected | prob"),
    "variant": (lambda a, e, f: coordination(np.ones(2), np.ones(2), "wang"), "wang2021"),
    "table": (lambda a, e, f: consistency(np.ones((3, 3)), "saaty"), "saaty1980"),
}


@pytest.mark.parametrize("option", ASKED)
def test_a_wrong_word_is_refused_and_the_choices_are_named(city, option):
    call, choices = ASKED[option]
    with pytest.raises(Refused) as caught:
        call(*city)
    assert caught.value.first.code == "E959"
    for language in ("zh", "en"):
        assert choices in caught.value.first.fix[language]
    assert choices in str(caught.value)


def test_arrays_alone_refuse_a_wrong_word_as_well():
    with pytest.raises(ValueError, match=r"mean \| median"):
        average_deviation([np.ones((2, 5), int)], [1], "mode")


def test_a_refusal_printed_says_code_place_message_and_fix():
    found = Finding("E954", where={"row": 3, "column": "Q1"}, params={"node": "Z9"})
    printed = str(Refused(found))
    assert printed.splitlines() == [
        f"E954 (row 3, column Q1): {found.message['zh']}{found.fix['zh']}",
        f"E954 (row 3, column Q1): {found.message['en']} {found.fix['en']}",
    ]
    assert "Z9" in printed


def test_a_long_refusal_prints_its_first_findings_and_how_many_are_left():
    found = [Finding("E954", params={"node": str(k)}) for k in range(12)]
    assert str(Refused(found)).splitlines()[-1] == "… +7"


def test_what_a_slip_prints_in_a_notebook_is_short(city):
    access, evidence, framework = city
    scores = score(evidence, framework, draws=100, keep_draws=True)
    view = round_quality(access, "2025", effects=False)
    assert scores.draws is not None
    for one in (evidence, evidence.survey, framework, scores, scores.city, view, view.report):
        assert len(repr(one)) < 400 and len(str(one)) < 400
        assert type(one).__name__ in repr(one)
    assert "array(42, 79)" in repr(scores) and "2025" in repr(evidence)
    assert "…" in repr(replace(evidence, round="轮" * 500))
