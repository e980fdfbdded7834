"""How much of a score's uncertainty is sampling error, and how much the choice of method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.robustness.design import Design
from analysis.robustness.inputs import Input
from analysis.robustness.model import SAMPLE_METHODS, Model
from indicators.uncertainty.draws import stream

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Split:
    """Shares (R,) of the variance of each score over joint draws of everything.

    ``sampling`` and ``method`` are first-order indices of the two groups of inputs; ``together`` is
    what neither explains alone. NaN where nothing varies.
    """

    sampling: Array
    method: Array
    together: Array


def split_variance(model: Model, design: Design, *, draws: int, seed: int = 1) -> Split | None:
    """Pick-freeze estimates over two independent settings of either group.

    Sample-based normalisations take no part: their scores have another scale. None unless the
    design has both sampling and method inputs. Source: Saltelli et al. (2010), of groups.
    """
    sampling = [one for one in design.inputs if one.kind == "sampling"]
    method = [one for one in design.inputs if one.kind != "sampling"]
    if not sampling or not method:
        return None
    generator = stream(seed, "split", model.framework.id, model.framework.version)

    def drawn(inputs: list[Input]) -> dict[str, NDArray[np.int64]]:
        found = {}
        for one in inputs:
            allowed = np.array(
                [k for k in range(one.size) if not _other_scale(one, k)], dtype=np.int64
            )
            found[one.id] = allowed[generator.integers(0, len(allowed), draws)]
        return found

    if any(all(_other_scale(one, k) for k in range(one.size)) for one in method):
        return None
    first, second = (drawn(sampling), drawn(method)), (drawn(sampling), drawn(method))
    inputs = (*sampling, *method)

    def at(a: dict[str, NDArray[np.int64]], b: dict[str, NDArray[np.int64]]) -> Array:
        return model.scores(inputs, {**a, **b}, draws, [0])[:, :, 0]

    both = at(*first)
    by_method = _index(both, at(second[0], first[1]))
    by_sampling = _index(both, at(first[0], second[1]))
    return Split(by_sampling, by_method, 1 - by_sampling - by_method)


def _other_scale(one: Input, setting: int) -> bool:
    return one.kind == "normalisation" and one.alternatives[setting] in SAMPLE_METHODS


def _index(a: Array, b: Array) -> Array:
    """Correlation of two runs that share one group, about their common mean. Janon et al. (2014)."""
    mean = (np.nanmean(a, axis=0) + np.nanmean(b, axis=0)) / 2
    variance = (np.nanmean(a**2, axis=0) + np.nanmean(b**2, axis=0)) / 2 - mean**2
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (np.nanmean(a * b, axis=0) - mean**2) / variance
    return np.where(variance > 1e-12, np.clip(found, 0.0, 1.0), np.nan)
