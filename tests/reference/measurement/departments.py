"""Agreement, variance components, polychoric correlations and weights of the reference entries."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from analysis.psychometrics import agreement, raking
from analysis.psychometrics.polychoric import Polychoric, polychoric
from analysis.psychometrics.variance_components import one_way_components, shrunken
from analysis.psychometrics.variance_components import reliability as mean_reliability
from tests.reference.measurement.given import PEARSON_BFI, bfi, data

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


def _rwg(value: dict) -> list:
    # r_wg of one item is r_wg(j) with J = 1.
    found = agreement.rwg_j(companies()[2][:, 0], 1, agreement.uniform_null(5))
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
    # R's multilevel has ICC1 with the mean size of the groups; ours is the one with n0.
    return [(ours[name], theirs) for name, theirs in value.items() if name != "ICC1"]


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
    found = shrunken(means, variance / n, value["tau2_dl"], value["mu_dl"])
    return [(found, _by_company(value["eb_dl"]))]


@cache
def _polychoric() -> Polychoric:
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
    "rwgj.lq2002.lead": _rwg_j,
    "rwg.lq2002.lead01": _rwg,
    "rwgj.lq2002.skew": _skewed,
    "ad.lq2002.lead": _deviation,
    "icc.lq2002.LEAD": _icc,
    "blup.lq2002.LEAD.reml": _components(True),
    "blup.lq2002.LEAD.ml": _components(False),
    "fayherriot.lq2002.LEAD": _area,
    "polychoric.bfi.A_C": _polychoric_lavaan,
    "polychoric.psych.bfi.A_C": _polychoric_psych,
    "rake.apiclus1": _rake,
}
