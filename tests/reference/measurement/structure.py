"""Dimensions, factors, confirmatory models and invariance, as the reference entries have them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.optimize import linear_sum_assignment

from analysis.psychometrics import dimensionality, reliability, validity
from analysis.psychometrics.confirmatory import Confirmatory, confirmatory
from analysis.psychometrics.covariance_structure import GroupMoments
from analysis.psychometrics.factor_extraction import maximum_likelihood, minres
from analysis.psychometrics.invariance import invariance
from analysis.psychometrics.rotation import ROTATIONS, Rotation
from tests.reference.measurement.given import PEARSON_BFI, bfi, data


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


def _factanal(value: dict) -> list:
    r, n = _complete_correlations()
    found = maximum_likelihood(r, 5)
    implied = found.loadings @ found.loadings.T + np.diag(found.uniqueness)
    loss = np.linalg.slogdet(implied)[1] - np.linalg.slogdet(r)[1]
    loss += np.trace(np.linalg.solve(implied, r)) - 25
    chi2 = (n - 1 - (2 * 25 + 5) / 6 - 2 * 5 / 3) * loss
    return [(found.uniqueness, value["uniquenesses"]), (chi2, value["chisq"])]


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
    return [pair for step in invariance(groups, loads) for pair in _fit(step.fit, value[step.step])]


OURS: dict[str, Callable[[dict], list]] = {
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
    "efa.bfi.factanal": _factanal,
    "cfa.holzinger.ml": _confirmatory,
    "cr_ave_htmt.holzinger": _validity,
    "cmb.bfi.onefactor": _one_factor,
    "invariance.holzinger.school": _invariance,
}
