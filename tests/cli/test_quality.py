"""`fourfold quality`: what contract.md 4 promises, on public data and on city H."""

from __future__ import annotations

import csv
import io
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
import yaml
from docx import Document

from analysis.psychometrics.reliability import alpha_interval, cronbach_alpha
from tests.cli.test_other_frameworks import INVENTORY, inventory
from tests.reference.measurement.given import REFERENCES


@pytest.fixture
def inventory_round(fourfold, tmp_path):
    (tmp_path / "f.yaml").write_text(yaml.safe_dump(inventory(), allow_unicode=True), "utf-8")
    assert fourfold("framework", "use", tmp_path / "f.yaml").status == 0
    frame = pd.read_csv(INVENTORY, dtype=str)
    frame["education"] = "level " + frame["education"].fillna("unknown")
    frame.to_csv(tmp_path / "people.csv", index=False)
    done = fourfold(
        "import", "survey", tmp_path / "people.csv", "--round", "2010", "--department", "education"
    )
    assert done.status == 0
    return fourfold


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_reliability_is_that_of_r(inventory_round, missing):
    found = inventory_round("quality", "--round", "2010", "--missing", missing, "--json").json
    assert found["missing"] == missing
    for scale in "ACN":
        given = REFERENCES[f"alpha.bfi.{scale}.{missing}"]["value"]
        one = found["scales"][f"{scale}d"]
        assert one["n"] == given["n"] and one["k"] == 5
        assert one["alpha"] == pytest.approx(given["raw_alpha"], abs=1e-6)
        assert one["alpha_low"] == pytest.approx(given["feldt_low"], abs=1e-6)
        assert one["alpha_high"] == pytest.approx(given["feldt_high"], abs=1e-6)
        for item in one["items"]:
            expected = given["item"][item["id"]]
            assert item["n"] == expected["n"]
            assert item["mean"] == pytest.approx(expected["mean"], abs=1e-6)
            assert item["sd"] == pytest.approx(expected["sd"], abs=1e-6)
            dropped = given["alpha_if_deleted"][item["id"]]
            assert item["alpha_if_dropped"] == pytest.approx(dropped, abs=1e-6)
            if missing == "listwise":
                assert item["item_rest_r"] == pytest.approx(expected["r.drop"], abs=1e-6)


def test_structure_of_complete_rows_is_that_of_r(inventory_round):
    found = inventory_round(
        "quality", "--round", "2010", "--missing", "listwise", "--factors", 5, "--json"
    ).json
    assert found["complete"] == found["cfa"]["n"] == found["model"]["n"]
    given = REFERENCES["kmo.bfi"]["value"]
    assert found["sampling_adequacy"]["kmo"] == pytest.approx(given["overall"], abs=1e-6)
    assert found["sampling_adequacy"]["kmo_items"] == pytest.approx(given["item"], abs=1e-6)
    bartlett = REFERENCES["bartlett.bfi"]["value"]
    assert found["sampling_adequacy"]["bartlett"]["chi2"] == pytest.approx(bartlett["chisq"])
    eigen = REFERENCES["eigen.bfi"]["value"]["values"]
    assert found["dimensionality"]["eigenvalues"] == pytest.approx(eigen, abs=1e-8)
    assert found["dimensionality"]["parallel_analysis"]["retain"] == 5
    assert found["dimensionality"]["map"]["retain"] == 5
    communality = REFERENCES["efa.bfi.minres.oblimin"]["value"]["communality"]
    assert found["efa"]["communalities"] == pytest.approx(communality, abs=1e-3)
    assert found["efa"]["factors"] == 5
    one = REFERENCES["cmb.bfi.onefactor"]["value"]
    assert found["cfa"]["one_factor"]["chi2"] == pytest.approx(one["fit"]["chisq"], abs=0.01)
    saved = found["cfa"]["one_factor"]["chi2"] - found["cfa"]["chi2"]
    assert saved == pytest.approx(one["dchisq"], abs=0.01)
    assert found["cfa"]["estimator"] == "ML" and found["cfa"]["converged"] is True
    markers = [v for v in found["cfa"]["loadings"].values() if v["se"] == 0]
    assert len(markers) == 5 and all(v["estimate"] == 1 for v in markers)


def test_every_key_of_the_contract_is_there(inventory_round):
    found = inventory_round("quality", "--round", "2010", "--json").json
    assert {"n", "missing", "screening", "scales", "sampling_adequacy", "dimensionality"} <= set(
        found
    )
    assert set(found["efa"]) >= {"factors", "rotation", "loadings", "communalities"}
    assert set(found["cfa"]) >= {
        "estimator",
        "n",
        "converged",
        "chi2",
        "df",
        "p",
        "cfi",
        "tli",
        "rmsea",
        "rmsea_low",
        "rmsea_high",
        "srmr",
        "loadings",
        "factor_correlations",
        "composite_reliability",
        "ave",
        "htmt",
    }
    scale = found["scales"]["Ad"]
    assert set(scale) >= {
        "n",
        "k",
        "alpha",
        "alpha_low",
        "alpha_high",
        "omega_total",
        "split_half",
        "average_r",
        "items",
    }
    agreed = found["agreement"]["Ad"]
    assert set(agreed) >= {
        "icc1",
        "icc2",
        "f",
        "p",
        "rwg_j",
        "rwg_j_median",
        "rwg_j_skewed_median",
        "ad",
    }
    assert set(agreed["rwg_j"]) == set(agreed["estimates"])
    for one in found["screening"].values():
        assert set(one) == {"flagged", "share", "threshold"}
    for check in found["checks"]:
        assert check["grade"] in ("good", "care", "poor", "unknown")
        assert set(check["name"]) == {"zh", "en"} and check["source"]


def test_the_same_seed_gives_the_same_bytes(inventory_round):
    first = inventory_round("quality", "--round", "2010", "--seed", 3, "--json").out
    assert inventory_round("quality", "--round", "2010", "--seed", 3, "--json").out == first
    other = inventory_round("quality", "--round", "2010", "--seed", 4, "--json").json
    assert other["scales"] == inventory_round("quality", "--round", "2010", "--json").json["scales"]
    assert other["seed"] == 4


def test_polychoric_correlations_come_from_the_rows(inventory_round):
    arguments = ("quality", "--round", "2010", "--factors", 5, "--json")
    ordered = inventory_round(*arguments, "--correlations", "polychoric").json
    plain = inventory_round(*arguments).json
    # Ordered categories understate correlations: the common part grows.
    assert sum(ordered["efa"]["communalities"].values()) > sum(
        plain["efa"]["communalities"].values()
    )
    assert ordered["cfa"] == plain["cfa"]


def test_answers_for_lavaan_are_directed_and_complete(inventory_round, tmp_path):
    done = inventory_round("quality", "--round", "2010", "--lavaan", tmp_path / "l.zip", "--json")
    assert done.status == 0
    with zipfile.ZipFile(tmp_path / "l.zip") as archive:
        script = archive.read("model.R").decode()
        rows = list(csv.DictReader(io.StringIO(archive.read("answers.csv").decode("utf-8-sig"))))
    assert len(rows) == 2800
    assert "L.Ad =~ A1 + A2 + A3 + A4 + A5" in script
    assert 'estimator = "WLSMV"' in script and 'missing = "fiml"' in script
    ours = pd.Series([row["A1"] for row in rows]).replace("", np.nan).astype(float)
    theirs = 7 - pd.read_csv(INVENTORY)["A1"]
    assert ours.equals(theirs.astype(float))


def test_what_is_published_tells_nothing_of_departments_of_few(fourfold, demo, tmp_path):
    ask = ("--workspace", demo, "--round", "2025", "--json")
    whole = fourfold("score", "--draws", 100, *ask).json
    shown = fourfold("quality", "--published", *ask).json
    few = {unit["id"] for unit in whole["units"] if 0 < unit["n"] < 5}
    assert few
    for one in shown["agreement"].values():
        for id in few:
            assert one["rwg_j"][id] is None
            assert set(one["estimates"][id].values()) == {None}
        assert all(one["estimates"][id]["raw"] for id in one["estimates"] if id not in few)
    refused = fourfold("quality", "--published", "--lavaan", tmp_path / "l.zip", *ask)
    assert refused.status == 3 and refused.json["error"]["code"] == "E922"
    assert not (tmp_path / "l.zip").exists()


def test_rounds_are_compared_item_by_item(fourfold):
    assert fourfold("demo", "--departments", 10, "--rounds", 2).status == 0
    found = fourfold("quality", "--round", "2025", "--with", "2024", "--json").json
    steps = found["invariance"]["rounds"]["steps"]
    assert [step["step"] for step in steps] == ["configural", "metric", "scalar"]
    assert found["invariance"]["compared"] == "2024"
    assert found["invariance"]["drift"]


def test_the_documents_hold_the_numbers_of_the_report(fourfold, tmp_path):
    assert fourfold("demo", "--departments", 10, "--rounds", 1).status == 0
    for kind in ("docx", "xlsx"):
        done = fourfold("quality", "--round", "2025", "-o", tmp_path / f"q.{kind}", "--json")
        assert done.status == 0
    alpha = done.json["scales"]["P2"]["alpha"]
    document = Document(str(tmp_path / "q.docx"))
    cells = [
        [cell.text for cell in row.cells]
        for table in document.tables
        for row in table.rows
        if row.cells[0].text.startswith("P2 ")
    ]
    assert f"{alpha:.2f}" in cells[0]
    assert "合成数据" in document.paragraphs[-1].text
    book = openpyxl.load_workbook(tmp_path / "q.xlsx")
    rows = [row for row in book.worksheets[2].iter_rows(values_only=True) if row[0]]
    found = next(row for row in rows if str(row[0]).startswith("P2 "))
    assert found[3] == pytest.approx(alpha, abs=0.005)
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("--round", "1999"), 3, "E913"),
        (("--round", "2025", "--with", "1999"), 3, "E913"),
        (("--round", "2025", "--missing", "casewise"), 2, None),
        (("--round", "2025", "--rotation", "quartimax"), 2, None),
        (("--round", "2025", "-o", "q.pdf"), 2, None),
    ],
)
def test_what_cannot_be_asked_is_refused(fourfold, arguments, status, code):
    assert fourfold("demo", "--departments", 4, "--rounds", 1).status == 0
    done = fourfold("quality", *arguments, "--json")
    assert done.status == status
    if code:
        assert done.json["error"]["code"] == code


def test_a_round_of_metrics_alone_has_no_measurement_quality(fourfold, tmp_path):
    (tmp_path / "m.csv").write_text("department,indicator,value\nA,P1-2,1.2\n", "utf-8")
    assert fourfold("import", "metrics", tmp_path / "m.csv", "--round", "2025").status == 0
    done = fourfold("quality", "--round", "2025", "--json")
    assert done.status == 3 and done.json["error"]["code"] == "E940"


def test_a_person_reads_the_verdict_and_the_checks(fourfold):
    assert fourfold("demo", "--departments", 10, "--rounds", 1).status == 0
    done = fourfold("--language", "en", "quality", "--round", "2025")
    assert done.status == 0
    assert "verdict" in done.out and "ICC(2)" in done.out


def test_the_interval_of_alpha_rests_on_the_people_of_the_scale(inventory_round):
    found = inventory_round("quality", "--round", "2010", "--json").json["scales"]["Nd"]
    frame = pd.read_csv(INVENTORY)[[f"N{k}" for k in range(1, 6)]]
    alpha = cronbach_alpha(frame.cov().to_numpy())
    low, high = alpha_interval(alpha, len(frame.dropna(how="all")), 5)
    assert (found["alpha_low"], found["alpha_high"]) == pytest.approx((low, high))
