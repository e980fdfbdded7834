"""Alpha, omega and halves of scales, as the reference entries have them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.psychometrics import reliability, validity
from analysis.psychometrics.confirmatory import confirmatory
from analysis.psychometrics.factor_extraction import (
    hierarchical_omega,
    maximum_likelihood,
    omega_total,
    one_factor_loadings,
)
from tests.reference.measurement.given import PEARSON_BFI, bfi, data


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
}
