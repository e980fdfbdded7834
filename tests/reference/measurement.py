"""Every reference value of measurement quality beside ours: for the tests and for the document.

`python -m tests.reference.measurement` prints the table of docs/methods/measurement.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from analysis import agreement, dimensionality, raking, reliability, validity
from analysis.confirmatory import Confirmatory, confirmatory
from analysis.covariance_structure import GroupMoments
from analysis.factor_extraction import (
    hierarchical_omega,
    maximum_likelihood,
    minres,
    omega_total,
    one_factor_loadings,
    principal_axes,
)
from analysis.invariance import invariance
from analysis.polychoric import polychoric
from analysis.rotation import ROTATIONS, Rotation
from analysis.variance_components import (
    area_model,
    one_way_components,
    shrunken,
)
from analysis.variance_components import reliability as mean_reliability

HERE = Path(__file__).parent
CONTENT = json.loads((HERE / "measurement.json").read_text(encoding="utf-8"))
REFERENCES: dict[str, dict] = {entry["id"]: entry for entry in CONTENT["references"]}
REVERSED = {"A1", "C4", "C5", "E1", "E2", "O2", "O5"}
PEARSON_BFI = [f"{scale}{i}" for scale in "ACENO" for i in range(1, 6)]


@dataclass(frozen=True)
class Compared:
    """One reference entry: how many values, the worst difference, and the tolerance.

    A difference is absolute below magnitude 1 and relative above.
    """

    id: str
    call: str
    count: int
    worst: float
    tolerance: float


@cache
def data(name: str) -> pd.DataFrame:
    return pd.read_csv(HERE / f"{name}.csv")


def bfi(items: list[str], *, directed: bool = False, complete: bool = True) -> pd.DataFrame:
    frame = data("bfi")[items].copy()
    if directed:
        for item in REVERSED & set(items):
            frame[item] = 7 - frame[item]
    return frame.dropna() if complete else frame


def compare(id: str) -> Compared:
    """Our numbers for an entry against its values."""
    entry = REFERENCES[id]
    differences = []
    for ours, theirs in _pairs(OURS[id](entry["value"])):
        differences.append(abs(ours - theirs) / max(1.0, abs(theirs)))
    return Compared(id, entry["call"], len(differences), max(differences), entry["tol"])


def _pairs(found: list[tuple[object, object]]) -> Iterator[tuple[float, float]]:
    for ours, theirs in found:
        a = np.asarray(ours, dtype=float).ravel()
        b = np.asarray(
            list(theirs.values()) if isinstance(theirs, Mapping) else theirs, dtype=float
        ).ravel()
        assert a.shape == b.shape, (a.shape, b.shape)
        yield from zip(a.tolist(), b.tolist(), strict=True)


def _alpha(frame: pd.DataFrame, value: dict, *, rest: bool) -> list[tuple[object, object]]:
    covariance = frame.cov().to_numpy()
    r = reliability.correlation(covariance)
    n, k = value.get("n", len(frame)), len(covariance)
    alpha = reliability.cronbach_alpha(covariance)
    items = reliability.item_statistics(covariance)
    found: list[tuple[object, object]] = [
        (alpha, value["raw_alpha"]),
        (reliability.cronbach_alpha(r), value["std_alpha"]),
        (reliability.guttman_lambda6(r), value["G6"]),
        (reliability.alpha_standard_error(covariance, n), value["ase"]),
        (items.alpha_if_dropped, value["alpha_if_deleted"]),
    ]
    interval = reliability.alpha_interval(alpha, n, k)
    if "feldt" in value:
        found.append((interval, [value["feldt"]["lower.ci"], value["feldt"]["upper.ci"]]))
        found.append((items.rest_r, value["r_drop"]))
        return found
    found.append((interval, [value["feldt_low"], value["feldt_high"]]))
    found.append((reliability.average_r(r), value["average_r"]))
    by = value["item"]
    names = {
        "std.r": items.standardised_total_r,
        "r.cor": items.corrected_r,
        "mean": frame.mean().to_numpy(),
        "sd": frame.std().to_numpy(),
        "n": frame.count().to_numpy(),
    }
    if rest:
        # Under pairwise covariances R's package correlates answers with a mean of what there is.
        names |= {"r.drop": items.rest_r, "raw.r": items.total_r}
    for name, ours in names.items():
        found.append((ours, [by[item][name] for item in frame]))
    return found


def _alpha_of_bfi(scale: str, missing: str) -> Callable[[dict], list]:
    def ours(value: dict) -> list:
        listwise = missing == "listwise"
        items = [f"{scale}{i}" for i in range(1, 6)]
        return _alpha(bfi(items, directed=True, complete=listwise), value, rest=listwise)

    return ours


def _omega(scale: str) -> Callable[[dict], list]:
    def ours(value: dict) -> list:
        frame = bfi([f"{scale}{i}" for i in range(1, 6)], directed=True)
        covariance = np.cov(frame.to_numpy().T, bias=True)
        r = reliability.correlation(covariance)
        loadings = one_factor_loadings(r)
        fitted = confirmatory(covariance, len(frame), np.ones((5, 1), dtype=bool))
        variance = fitted.implied[0, 0] - fitted.residuals[0]
        explained = fitted.loadings.sum() ** 2 * variance
        return [
            (len(frame), value["n"]),
            (loadings, value["loadings_minres"]),
            (omega_total(loadings), value["omega_minres"]),
            (omega_total(maximum_likelihood(r, 1).loadings[:, 0]), value["omega_ml"]),
            (
                validity.omega_of_total(fitted.loadings[:, 0], covariance, variance),
                value["omega_cov_cfa"],
            ),
            (explained / (explained + fitted.residuals.sum()), value["omega_cov_modelimplied"]),
        ]

    return ours


def _hierarchical(value: dict) -> list:
    r = bfi(PEARSON_BFI, directed=True).corr().to_numpy()
    found = hierarchical_omega(r, 5)
    return [
        (found.hierarchical, value["omega_h"]),
        (found.limit, value["omega_lim"]),
        (found.total, value["omega_tot"]),
        (reliability.cronbach_alpha(r), value["alpha"]),
        (reliability.guttman_lambda6(r), value["G6"]),
    ]


def _split_half(value: dict) -> list:
    found = reliability.split_half(bfi([f"N{i}" for i in range(1, 6)]).cov().to_numpy())
    return [
        (found.lowest, value["own_all10_min"]),
        (found.highest, value["own_all10_max"]),
        (found.mean, value["own_all10_mean"]),
        (found.odd_even_r, value["oddeven_r"]),
        (found.spearman_brown, value["oddeven_spearman_brown"]),
        (found.guttman, value["oddeven_guttman"]),
    ]


def _complete_correlations() -> tuple[np.ndarray, int]:
    frame = bfi(PEARSON_BFI)
    return frame.corr().to_numpy(), len(frame)


def _adequacy(value: dict) -> list:
    found = dimensionality.kaiser_meyer_olkin(_complete_correlations()[0])
    return [(found.overall, value["overall"]), (found.items, value["item"])]


def _adequacy_of_attitude(value: dict) -> list:
    frame = data("attitude")
    r = frame.corr().to_numpy()
    found = dimensionality.kaiser_meyer_olkin(r)
    test = dimensionality.bartlett_sphericity(r, len(frame))
    return [
        (found.overall, value["overall"]),
        (found.items, value["item"]),
        ([test.chi2, test.df, test.p], [value["bartlett_chisq"], value["df"], value["p"]]),
    ]


def _sphericity(value: dict) -> list:
    found = dimensionality.bartlett_sphericity(*_complete_correlations())
    return [([found.chi2, found.df, found.p], [value["chisq"], value["df"], value["p"]])]


def _eigenvalues(value: dict) -> list:
    r, n = _complete_correlations()
    own = dimensionality.parallel_analysis(r, n, draws=2).eigenvalues
    return [
        (own, value["values"]),
        (int((own > 1).sum()), value["kaiser"]),
        (validity.single_factor_share(r), value["harman_pca_first_share"]),
    ]


def _parallel(value: dict) -> list:
    found = dimensionality.parallel_analysis(*_complete_correlations())
    return [
        (found.retain_common, value["nfact_fa"]),
        (found.retain, value["ncomp_pca"]),
        (found.mean, value["pc_sim_mean"]),
    ]


def _parallel_95(value: dict) -> list:
    found = dimensionality.parallel_analysis(*_complete_correlations())
    return [(found.retain, value["retain"]), (found.reference[:8], value["sim95_first8"])]


def _map(value: dict) -> list:
    average, retain = dimensionality.minimum_average_partial(_complete_correlations()[0])
    return [(average[:8], value["map"]), (retain, value["argmin"])]


def _exploratory(extraction: Callable, rotation: str) -> Callable[[dict], list]:
    def ours(value: dict) -> list:
        unrotated = extraction(_complete_correlations()[0], 5)
        turned = (
            Rotation(unrotated.loadings, np.eye(5))
            if rotation == "none"
            else ROTATIONS[rotation](unrotated.loadings)
        )
        theirs = np.array([list(row.values()) for row in value["loadings"].values()])
        order, sign = _matched(turned.loadings, theirs)
        found = [
            (turned.loadings[:, order] * sign, theirs),
            (turned.communalities, value["communality"]),
        ]
        if value.get("phi"):
            phi = np.array([list(row.values()) for row in value["phi"].values()])
            own = turned.correlations[np.ix_(order, order)] * np.outer(sign, sign)
            found.append((own, phi))
        return found

    return ours


def _matched(ours: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Order and signs of our factors that are most congruent with theirs (Tucker)."""
    lengths = np.outer((ours**2).sum(axis=0), (theirs**2).sum(axis=0))
    congruence = ours.T @ theirs / np.sqrt(lengths)
    rows, columns = linear_sum_assignment(-np.abs(congruence))
    order = rows[np.argsort(columns)]
    return order, np.sign(congruence[order, np.arange(len(order))])


def _axes(value: dict) -> list:
    loadings = principal_axes(_complete_correlations()[0], 5).loadings
    return [
        ((loadings**2).sum(axis=1), value["communality"]),
        ((loadings**2).sum(axis=0), value["ss_loadings"]),
    ]


def _factanal(value: dict) -> list:
    r, n = _complete_correlations()
    found = maximum_likelihood(r, 5)
    implied = found.loadings @ found.loadings.T + np.diag(found.uniqueness)
    loss = np.linalg.slogdet(implied)[1] - np.linalg.slogdet(r)[1]
    loss += np.trace(np.linalg.solve(implied, r)) - 25
    chi2 = (n - 1 - (2 * 25 + 5) / 6 - 2 * 5 / 3) * loss
    return [(found.uniqueness, value["uniquenesses"]), (chi2, value["chisq"])]


def _harman(value: dict) -> list:
    r, _ = _complete_correlations()
    return [(validity.single_factor_share(r, "axes"), value["share"])]


@cache
def holzinger() -> tuple[np.ndarray, np.ndarray, Confirmatory]:
    answers = data("holzinger")[[f"x{i}" for i in range(1, 10)]].to_numpy()
    covariance = np.cov(answers.T, bias=True)
    loads = np.kron(np.eye(3), np.ones((3, 1))).astype(bool)
    return covariance, loads, confirmatory(covariance, len(answers), loads)


FIT_NAMES = {
    "npar": "parameters",
    "chisq": "chi2",
    "df": "df",
    "pvalue": "p",
    "baseline.chisq": "baseline_chi2",
    "baseline.df": "baseline_df",
    "cfi": "cfi",
    "tli": "tli",
    "logl": "log_likelihood",
    "aic": "aic",
    "bic": "bic",
    "rmsea": "rmsea",
    "rmsea.ci.lower": "rmsea_low",
    "rmsea.ci.upper": "rmsea_high",
    "rmsea.pvalue": "rmsea_close_p",
    "srmr": "srmr",
}


def _fit(fit: object, value: dict) -> list:
    return [(getattr(fit, FIT_NAMES[name]), theirs) for name, theirs in value.items()]


def _confirmatory(value: dict) -> list:
    _, loads, found = holzinger()
    estimates = value["est"]
    loading = [estimates[key] for key in estimates if "=~" in key]
    residual = [estimates[f"x{i}~~x{i}"] for i in range(1, 10)]
    pairs = np.array([[1, 0], [2, 0], [2, 1]])
    return [
        *_fit(found.fit, value["fit"]),
        (found.standardised[loads], value["std"]),
        (found.factor_correlations[tuple(pairs.T)], value["cor"]),
        (found.loadings[loads], [one["est"] for one in loading]),
        (found.loading_se[loads], [one["se"] for one in loading]),
        (found.residuals, [one["est"] for one in residual]),
        (found.residuals_se, [one["se"] for one in residual]),
    ]


def _validity(value: dict) -> list:
    covariance, _, fitted = holzinger()
    r = reliability.correlation(covariance)
    members = [np.arange(3 * m, 3 * m + 3) for m in range(3)]
    found: list[tuple[object, object]] = []
    for m, (own, name) in enumerate(zip(members, value["AVE"], strict=True)):
        standard, raw = fitted.standardised[own, m], fitted.loadings[own, m]
        variance = fitted.implied[own[0], own[0]] - fitted.residuals[own[0]]
        block = covariance[np.ix_(own, own)]
        found += [
            (validity.composite_reliability(standard), value["cr_std"][name]),
            (validity.average_variance_extracted(standard), value["ave_std"][name]),
            (validity.omega_of_total(raw, block, variance), value["compRelSEM"][name]),
            (
                validity.variance_extracted(raw, fitted.residuals[own], variance),
                value["AVE"][name],
            ),
        ]
    for name, geometric in (("htmt", False), ("htmt2", True)):
        theirs = [list(row.values()) for row in value[name].values()]
        found.append((validity.heterotrait_monotrait(r, members, geometric), theirs))
    return found


def _one_factor(value: dict) -> list:
    frame = bfi(PEARSON_BFI, directed=True)
    covariance, n = np.cov(frame.to_numpy().T, bias=True), len(frame)
    one = confirmatory(covariance, n, np.ones((25, 1), dtype=bool)).fit
    five = confirmatory(covariance, n, np.kron(np.eye(5), np.ones((5, 1))).astype(bool)).fit
    return [
        *_fit(one, value["fit"]),
        (one.chi2 - five.chi2, value["dchisq"]),
        (one.df - five.df, value["ddf"]),
    ]


def _invariance(value: dict) -> list:
    frame = data("holzinger")
    items = [f"x{i}" for i in range(1, 10)]
    groups = []
    for school in frame["school"].unique():
        own = frame.loc[frame["school"] == school, items].to_numpy()
        groups.append(GroupMoments(len(own), np.cov(own.T, bias=True), own.mean(axis=0)))
    loads = np.kron(np.eye(3), np.ones((3, 1))).astype(bool)
    return [
        pair for step in invariance(groups, loads) for pair in _fit(step.fit, value[step.step])
    ]


LEAD = [f"LEAD{i:02d}" for i in range(1, 12)]


@cache
def companies() -> tuple[list[str], np.ndarray, np.ndarray]:
    """Ids, numbers of people and item variances (D, 11) of the companies of lq2002."""
    groups = data("lq2002").groupby("COMPID")
    return (
        [str(id) for id in groups.groups],
        groups.size().to_numpy(dtype=float),
        groups[LEAD].var().to_numpy(),
    )


def _by_company(value: dict) -> list[float]:
    return [value[id] for id in companies()[0]]


def _rwg_j(value: dict) -> list:
    found = agreement.rwg_j(companies()[2].mean(axis=1), 11, agreement.uniform_null(5))
    return [
        (found, _by_company(value["by_group"])),
        ([found.mean(), np.median(found)], [value["mean"], value["median"]]),
    ]


def _lindell(value: dict) -> list:
    found = agreement.rwg_j_lindell(companies()[2].mean(axis=1), agreement.uniform_null(5))
    return [(found, _by_company(value["by_group"])), (found.mean(), value["mean"])]


def _rwg(value: dict) -> list:
    found = agreement.rwg(companies()[2][:, 0], agreement.uniform_null(5))
    return [(found, _by_company(value["by_group"])), (found.mean(), value["mean"])]


def _skewed(value: dict) -> list:
    found = agreement.rwg_j(companies()[2].mean(axis=1), 11, agreement.skewed_null(5))
    return [([found.mean(), np.median(found)], [value["mean"], value["median"]])]


def _deviation(value: dict) -> list:
    frame = data("lq2002")
    counts = [
        pd.crosstab(frame["COMPID"], frame[item]).reindex(columns=range(1, 6), fill_value=0)
        for item in LEAD
    ]
    sums, lows = [c.to_numpy() for c in counts], [1] * len(LEAD)
    mean = agreement.average_deviation(sums, lows)
    median = agreement.average_deviation(sums, lows, "median")
    return [
        (mean, _by_company(value["by_group_mean"])),
        ([mean.mean(), median.mean()], [value["mean_admean"], value["mean_admedian"]]),
    ]


def _awg(value: dict) -> list:
    groups = data("lq2002").groupby("COMPID")["LEAD01"]
    found = agreement.awg(
        groups.mean().to_numpy(), groups.var().to_numpy(), groups.size().to_numpy(), 1, 5
    )
    return [(found.mean(), value["mean"])]


@cache
def _lead() -> tuple[np.ndarray, np.ndarray, float, np.ndarray]:
    """People, means, sum of squares within, and variances of LEAD by company."""
    frame = data("lq2002")
    groups = frame.groupby("COMPID")["LEAD"]
    within = float(((frame["LEAD"] - groups.transform("mean")) ** 2).sum())
    n = groups.size().to_numpy(dtype=float)
    return n, groups.mean().to_numpy(), within, groups.var().to_numpy()


def _icc(value: dict) -> list:
    found = agreement.one_way(*_lead()[:3])
    components = one_way_components(*_lead()[:3])
    ours = {
        "ICC1": found.icc1_mean_size,
        "ICC2": found.icc2,
        "F": found.f,
        "p": found.p,
        "k": len(found.n),
        "n": found.n.sum(),
        "nbar": found.n.mean(),
        "n0": found.n0,
        "icc1_n0": found.icc1,
        "msb": found.ms_between,
        "msw": found.ms_within,
        "tau2_reml": components.between,
        "sigma2_reml": components.within,
        "icc_lmer": components.icc,
    }
    return [(ours[name], theirs) for name, theirs in value.items()]


def _components(restricted: bool) -> Callable[[dict], list]:
    def ours(value: dict) -> list:
        n, means, within, _ = _lead()
        found = one_way_components(n, means, within, restricted)
        pairs: list[tuple[object, object]] = [
            (found.mean, value["intercept"]),
            (found.mean_se, value["intercept_se"]),
            (found.between, value["tau2"]),
            (found.within, value["sigma2"]),
            (found.log_likelihood, value["loglik"]),
        ]
        if "group" in value:
            variance = found.within / n
            share = mean_reliability(found.between, variance)
            by = [value["group"][id] for id in companies()[0]]
            pairs += [
                (n, [one["n"] for one in by]),
                (means, [one["raw"] for one in by]),
                (
                    shrunken(means, variance, found.between, found.mean),
                    [one["blup"] for one in by],
                ),
                (share, [one["reliability"] for one in by]),
                (np.sqrt(variance * share), [one["postsd"] for one in by]),
            ]
        return pairs

    return ours


def _area(value: dict) -> list:
    n, means, _, variance = _lead()
    moments = area_model(means, variance / n, "dl")
    estimates = shrunken(means, variance / n, moments.between, moments.mean)
    return [
        (moments.between, value["tau2_dl"]),
        (moments.mean, value["mu_dl"]),
        (moments.q, value["Q"]),
        (area_model(means, variance / n).between, value["tau2_reml"]),
        (estimates, _by_company(value["eb_dl"])),
    ]


@cache
def _polychoric():
    codes = bfi(PEARSON_BFI).iloc[:, :10].to_numpy().astype(np.int16)
    return polychoric(codes, -1)


def _polychoric_lavaan(value: dict) -> list:
    return [(_polychoric().correlations, [list(row.values()) for row in value.values()])]


def _polychoric_psych(value: dict) -> list:
    found = _polychoric()
    return [
        (found.correlations, [list(row.values()) for row in value["rho"].values()]),
        *zip(found.thresholds, value["tau"].values(), strict=True),
    ]


def _rake(value: dict) -> list:
    frame = data("apiclus1")
    table = frame.pivot_table(index="stype", columns="sch.wide", values="pw", aggfunc="sum")
    people = frame.pivot_table(index="stype", columns="sch.wide", values="pw", aggfunc="count")
    margins = [np.array([4421.0, 755.0, 1018.0]), np.array([1072.0, 5122.0])]
    weight = raking.rake(table.to_numpy(), margins) * frame["pw"].iloc[0]
    n = people.to_numpy().astype(float)
    cells = [f"{kind} {wide}" for kind in table.index for wide in table.columns]
    effective = raking.effective_size(weight.ravel(), n.ravel())
    return [
        (weight, [value["weights_by_cell"][cell] for cell in cells]),
        (effective, value["n_eff_kish"]),
        (n.sum() / effective, value["deff_kish"]),
        (weight.max() / weight.min(), value["max_over_min"]),
    ]


OURS: dict[str, Callable[[dict], list]] = {
    **{
        f"alpha.bfi.{scale}.{missing}": _alpha_of_bfi(scale, missing)
        for scale in "ACN"
        for missing in ("pairwise", "listwise")
    },
    "alpha.attitude": lambda value: _alpha(data("attitude"), value, rest=True),
    **{f"omega.bfi.{scale}": _omega(scale) for scale in "ACN"},
    "omega.bfi.hierarchical": _hierarchical,
    "splithalf.bfi.N": _split_half,
    "kmo.bfi": _adequacy,
    "kmo.attitude": _adequacy_of_attitude,
    "bartlett.bfi": _sphericity,
    "eigen.bfi": _eigenvalues,
    "parallel.bfi": _parallel,
    "parallel.bfi.p95": _parallel_95,
    "map.bfi": _map,
    **{
        f"efa.bfi.{name}.{rotation}": _exploratory(extraction, rotation)
        for name, extraction in (("minres", minres), ("ml", maximum_likelihood))
        for rotation in ("none", "varimax", "oblimin", "promax")
    },
    "efa.bfi.pa.none": _axes,
    "efa.bfi.factanal": _factanal,
    "harman.paf.bfi": _harman,
    "cfa.holzinger.ml": _confirmatory,
    "cr_ave_htmt.holzinger": _validity,
    "cmb.bfi.onefactor": _one_factor,
    "invariance.holzinger.school": _invariance,
    "rwgj.lq2002.lead": _rwg_j,
    "rwgj.lindell.lq2002.lead": _lindell,
    "rwg.lq2002.lead01": _rwg,
    "rwgj.lq2002.skew": _skewed,
    "ad.lq2002.lead": _deviation,
    "awg.lq2002.lead01": _awg,
    "icc.lq2002.LEAD": _icc,
    "blup.lq2002.LEAD.reml": _components(True),
    "blup.lq2002.LEAD.ml": _components(False),
    "fayherriot.lq2002.LEAD": _area,
    "polychoric.bfi.A_C": _polychoric_lavaan,
    "polychoric.psych.bfi.A_C": _polychoric_psych,
    "rake.apiclus1": _rake,
}


def table() -> str:
    """The document's table: entry, number of values, worst difference, tolerance."""
    rows = [compare(id) for id in REFERENCES]
    lines = ["| reference | values | worst difference | tolerance |", "| --- | --- | --- | --- |"]
    lines += [f"| `{c.id}` | {c.count} | {c.worst:.1e} | {c.tolerance:g} |" for c in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
