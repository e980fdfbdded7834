"""What single alternatives of a robustness design do to a small round, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.robustness.design import read_design
from analysis.robustness.inputs import Input, weight_input
from analysis.robustness.model import Model, build_model
from indicators.aggregate import up_the_tree
from indicators.findings import Refused
from indicators.values.leaves import leaves
from indicators.values.outliers import treat
from tests.indicators.frameworks import evidence_of, framework_of, metric

RANDOM = np.random.default_rng(11)
X = RANDOM.uniform(10, 90, 20)
NEXT = 5 + 0.8 * X + RANDOM.normal(0, 1, 20)
IDS = [f"d{k:02}" for k in range(20)]


def round_of(columns: dict[str, np.ndarray], **top: object) -> Model:
    framework = framework_of([metric(id) for id in columns], **top)
    cells = {
        d: {id: float(own[k]) for id, own in columns.items() if not np.isnan(own[k])}
        for k, d in enumerate(IDS)
    }
    evidence = evidence_of(framework, metrics=cells)
    everyone = np.arange(len(evidence.departments))
    return build_model(evidence, framework, everyone, sampling=False, seed=1)


def scores_under(model: Model, kind: str, *names: str) -> np.ndarray:
    one = Input(kind, kind, names)
    return model.scores((one,), {kind: np.arange(len(names))}, len(names))


def test_a_regression_fills_a_gap_on_its_line() -> None:
    """One gap: the maximum-likelihood line of the complete pairs, through what is there."""
    gap = NEXT.copy()
    gap[4] = np.nan
    model = round_of({"x": X, "y": gap})
    slope, base = np.polyfit(np.delete(X, 4), np.delete(NEXT, 4), 1)
    nominal, filled = scores_under(model, "imputation", "nominal", "regression")[:, 4, 0]
    assert nominal == pytest.approx(X[4])
    assert filled == pytest.approx((X[4] + base + slope * X[4]) / 2, abs=1e-3)


def test_a_regression_that_no_dimension_carries_is_an_error_that_names_it() -> None:
    framework = framework_of([metric("x"), metric("y")])
    few = {d: {"x": float(k), "y": 2.0 * k} for k, d in enumerate(IDS[:4])} | {"e": {"x": 3.0}}
    evidence = evidence_of(framework, metrics=few)
    model = build_model(evidence, framework, np.arange(5), sampling=False, seed=1)
    design = yaml.safe_dump({"inputs": {"imputation": ["dimension-mean", "regression"]}})
    with pytest.raises(Refused) as refused:
        read_design(design.encode(), model, 1)
    (finding,) = refused.value.findings
    assert finding.code == "E951"
    assert finding.where["input"] == "imputation:regression"


def test_sample_scales_follow_the_framework_s_treatment_of_outliers() -> None:
    wild = np.append(np.linspace(10, 20, 19), 95.0)
    rule = {"outliers": {"skewness": 2, "kurtosis": 3.5, "winsorise": 5}}
    (plain,) = scores_under(round_of({"x": wild}), "normalisation", "minmax")[..., 0]
    (treated,) = scores_under(round_of({"x": wild}, **rule), "normalisation", "minmax")[..., 0]
    own, done = treat(wild)
    assert done is not None and done.units == 1
    assert plain == pytest.approx(100 * (wild - 10) / 85)
    assert treated == pytest.approx(100 * (own - own.min()) / (own.max() - own.min()))


GAPS = np.random.default_rng(5).random((3, 20)) < 0.15


def gapped() -> dict[str, np.ndarray]:
    whole = {"x": X, "y": NEXT, "z": 100 - X + np.linspace(-3, 3, 20)}
    return {
        id: np.where(gone, np.nan, own) for (id, own), gone in zip(whole.items(), GAPS, strict=True)
    }


NORMALISATIONS = ("goalposts-wider", "goalposts-narrower", "minmax", "zscore", "rank")
IMPUTATIONS = ("dimension-mean", "group-mean", "regression")


def rescored(normalisation: str, imputation: str) -> np.ndarray:
    """Scores of a framework that has the alternatives as its own choice."""
    columns = gapped()
    if normalisation.startswith("goalposts"):
        posts = [-10, 110] if normalisation.endswith("wider") else [10, 90]
        own = framework_of([metric(id, goalposts=posts) for id in columns], imputation=imputation)
    else:
        own = framework_of(
            [metric(id) for id in columns],
            imputation=imputation,
            normalisation={"method": normalisation} | (
                {"mean": 0, "sd": 1} if normalisation == "zscore" else {}
            ),
        )  # fmt: skip
    cells = {
        d: {id: float(v[k]) for id, v in columns.items() if not np.isnan(v[k])}
        for k, d in enumerate(IDS)
    }
    return up_the_tree(own, leaves(evidence_of(own, metrics=cells), own).value)


@pytest.mark.parametrize("normalisation", NORMALISATIONS)
@pytest.mark.parametrize("imputation", IMPUTATIONS)
@pytest.mark.parametrize("own", ["none", "group-mean"])
def test_crossed_alternatives_are_those_of_a_framework_that_has_them(
    normalisation: str, imputation: str, own: str
) -> None:
    """Also where the framework fills gaps its own way, and keeps it under the normalisation."""
    model = round_of(gapped(), imputation=own)
    inputs = (
        Input("normalisation", "normalisation", (normalisation,)),
        Input("imputation", "imputation", ("nominal", imputation)),
    )
    settings = {"normalisation": np.zeros(2, dtype=int), "imputation": np.arange(2)}
    kept, crossed = model.scores(inputs, settings, 2)
    np.testing.assert_allclose(crossed, rescored(normalisation, imputation), rtol=1e-9)
    np.testing.assert_allclose(kept, rescored(normalisation, own), rtol=1e-9)


def test_goalposts_do_not_act_on_what_the_sample_scales() -> None:
    wild = np.append(np.linspace(10, 20, 19), 95.0)
    rule = {"skewness": 2, "kurtosis": 3.5, "winsorise": 5}
    model = round_of({"x": wild}, normalisation={"method": "minmax"}, outliers=rule)
    nominal, wider = scores_under(model, "normalisation", "nominal", "goalposts-wider")
    np.testing.assert_array_equal(wider, nominal)


@given(st.integers(0, 2**32))
@settings(max_examples=8)
def test_a_setting_has_the_same_scores_alone_and_among_others(seed: int) -> None:
    random = np.random.default_rng(seed)
    gaps = [np.where(random.random(20) < 0.2, np.nan, own) for own in (X, NEXT, X[::-1])]
    model = round_of(dict(zip("xyz", gaps, strict=True)))
    inputs = (
        Input("imputation", "imputation", ("nominal", "dimension-mean", "regression")),
        Input("normalisation", "normalisation", ("nominal", "goalposts-wider", "rank")),
        Input("aggregation", "aggregation", ("nominal", "geometric")),
        Input("leave-out", "leave-out", ("nominal", "x", "y", "z")),
    )
    drawn = {one.id: random.integers(0, one.size, 30) for one in inputs}
    together = model.scores(inputs, drawn, 30)
    some = model.scores(inputs, drawn, 30, [0, 2])
    np.testing.assert_array_equal(some, together[..., [0, 2]])
    for k in random.integers(0, 30, 2):
        alone = model.scores(inputs, {id: own[[k]] for id, own in drawn.items()}, 1)
        # A regression's product of matrices may differ in its last digit.
        np.testing.assert_allclose(alone[0], together[k], rtol=1e-12)


def test_scores_from_what_other_weights_leave_as_it_is_are_those_from_the_leaves() -> None:
    """Two factors: another weight of theirs moves the overall score alone."""
    framework = framework_of([metric("x"), metric("y")], [metric("z")])
    cells = {d: {"x": X[k], "y": NEXT[k], "z": X[-k]} for k, d in enumerate(IDS)}
    evidence = evidence_of(framework, metrics=cells)
    model = build_model(evidence, framework, np.arange(20), sampling=False, seed=1)
    inputs = (
        weight_input(framework, "overall", [framework.node("overall")], 0.3, 1),
        Input("leave-out", "leave-out", ("nominal", "x")),
    )
    one = {"weights:overall": np.array([1, 2, 3]), "leave-out": np.array([0, 1, 1])}
    other = one | {"weights:overall": np.array([7, 8, 9])}
    below = ("F1", "F2", "D1", "D2")
    held = model.scores(inputs, one, 3, [framework.node_index[id] for id in below])
    known = {id: held[..., k] for k, id in enumerate(below)}
    found = model.scores(inputs, other, 3, [0], known)
    np.testing.assert_array_equal(found, model.scores(inputs, other, 3, [0]))
    assert not np.allclose(found, model.scores(inputs, one, 3, [0]))
