"""Every value of `mcda.json` that is in scope beside ours: for the tests and for the document.

`python -m tests.reference.composite` prints the table of docs/methods/robustness.md.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from analysis.comparison.rankings import promethee, topsis, vikor
from indicators.aggregate import aggregate
from indicators.levels.maturity import coordination
from indicators.values.normalise import zscore
from indicators.weighting.pairwise import consistency, eigenvector_weights, geometric_mean_weights
from indicators.weighting.weights import (
    critic_weights,
    deviation_weights,
    entropy_weights,
    gini_weights,
)

CASE = json.loads((Path(__file__).parent / "mcda.json").read_text("utf-8"))
X = np.array(CASE["matrix"])
SIGN = np.array(CASE["direction"], dtype=float)
W = np.array(CASE["weights"])
UP, ENDS = np.ones(5), (np.ones(5), np.zeros(5))
OUTSIDE = {
    "entropy_weights/variant_pyDecision_cost_inverted_1_over_x": "costs inverted, 1e-9 added",
    "critic_weights/variant_pymcdm_ignores_direction": "takes no directions",
    "topsis/variant_scikit_InvertMinimize_1_over_x": "costs inverted",
    "merec_weights": "not offered: it needs values above nought",
    "promethee2_linear": "not offered: nobody gives thresholds, any difference counts",
    "ahp/column_mean": "not offered: eigenvector and geometric mean are",
    "ahp/CR/pymcdm": "another table of random indices; ours names its table",
    "mpi_penalised_mean/ddof1_plus": "not offered: unevenness never earns points",
    "mean_min": "not offered: Mazziotta-Pareto and OWA are",
    "coupling_coordination/wrong_without_n": "the wrong formula, kept as a warning",
}
"""Entries that ours does not give on purpose, and why."""


def min_max(x: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Columns to [0, 1], 1 best, as the packages have them before critic and TOPSIS."""
    low, high = x.min(axis=0), x.max(axis=0)
    return np.where(direction > 0, x - low, high - x) / (high - low)


def compared() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Entry → ours and theirs, flat."""
    given, coupled, means = CASE["ahp"], CASE["coupling_coordination"], CASE["mpi_penalised_mean"]
    compromise = vikor(X, SIGN, W)
    matrix, u = np.array(given["matrix"]), np.array(coupled["U"])
    found = consistency(matrix)
    z = np.stack([zscore(s * x, 100, 10) for s, x in zip(SIGN, X.T, strict=True)], axis=1)
    even = np.ones(5)
    spread = z.var(axis=1, ddof=1)
    d = {name: float(coordination(u, np.ones(4), name)) for name in ("standard", "wang2021")}
    t = coupled["T_equal_weights"]
    pairs = {
        "entropy_weights": (entropy_weights(X), CASE["entropy_weights"]["value"]),
        "critic_weights": (critic_weights(min_max(X, SIGN)), CASE["critic_weights"]["value"]),
        "gini_weights": (gini_weights(X), CASE["gini_weights"]["value"]),
        "std_weights_raw": (deviation_weights(X), CASE["std_weights_raw"]["value"]),
        "topsis": (topsis(X, SIGN, W), CASE["topsis"]["value"]),
        "topsis/minmax_variant": (
            topsis(min_max(X, SIGN), UP, W, ENDS),
            CASE["topsis"]["minmax_variant"]["value"],
        ),
        "vikor": (
            [compromise.s, compromise.r, compromise.q],
            [CASE["vikor"][name] for name in "SRQ"],
        ),
        "promethee2_usual": (promethee(X, SIGN, W).net, CASE["promethee2_usual"]["net"]),
        "ahp/principal_eigenvector": (
            eigenvector_weights(matrix),
            given["principal_eigenvector"]["value"],
        ),
        "ahp/geometric_mean": (geometric_mean_weights(matrix), given["geometric_mean"]["value"]),
        "ahp/lambda_max, CI, CR": (
            [found.eigenvalue, found.index, found.ratio],
            [given["lambda_max"], given["CI"], given["CR"]["RI_0.90_pyDecision"]],
        ),
        "mpi_penalised_mean/ddof0_minus": (
            aggregate(z, even, "mazziotta-pareto"),
            means["ddof0_minus"],
        ),
        "mpi_penalised_mean/ddof1_minus": (
            z.mean(axis=1) - spread / z.mean(axis=1),
            means["ddof1_minus"],
        ),
        "coupling_coordination": (
            [d["standard"], d["wang2021"], d["standard"] ** 2 / t, d["wang2021"] ** 2 / t],
            [
                coupled[k]
                for k in ("D_standard", "D_adjusted_2021", "C_standard", "C_adjusted_2021")
            ],
        ),
    }
    return {id: (np.ravel(ours), np.ravel(theirs)) for id, (ours, theirs) in pairs.items()}


def table() -> str:
    """The document's table; a difference is absolute below 1, else relative."""
    lines = ["| reference | values | worst difference |", "| --- | --- | --- |"]
    for id, (ours, theirs) in compared().items():
        worst = float((np.abs(ours - theirs) / np.maximum(1.0, np.abs(theirs))).max())
        lines.append(f"| `{id}` | {len(theirs)} | {worst:.1e} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
