"""Signs of careless answering, respondent by respondent: arrays in, arrays out.

Codes are (n, J) whole numbers with `indicators.answers.moments.MISSING` for a missing answer. Sources:
Johnson (2005) long strings; Dunn, Heggestad, Shanock & Theilgard (2018) intra-individual
variability; Mahalanobis (1936), Meade & Craig (2012) for distance and even-odd consistency; Curran
(2016) for the choice of cut-offs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indicators.answers.moments import MISSING

Codes = NDArray[np.integer]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_CHUNK = 65_536


def missing_share(codes: Codes) -> Floats:
    """Share (n,) of the J items without an answer."""
    if not codes.shape[1]:
        return np.zeros(len(codes))
    return (codes == MISSING).mean(axis=1)


def longstring(codes: Codes) -> NDArray[np.int64]:
    """Longest run (n,) of equal answers in the order of the items, missing answers skipped.

    0 for a row without an answer.
    """
    longest = np.zeros(len(codes), dtype=np.int64)
    run = np.zeros(len(codes), dtype=np.int64)
    last = np.full(len(codes), MISSING, dtype=codes.dtype)
    for column in codes.T:
        answered = column != MISSING
        run = np.where(answered, np.where(column == last, run + 1, 1), run)
        last = np.where(answered, column, last)
        np.maximum(longest, run, out=longest)
    return longest


def intra_individual_variability(codes: Codes) -> Floats:
    """Standard deviation (n,) of a row's answers, divisor answered − 1; NaN below two answers."""
    known = codes != MISSING
    count = known.sum(axis=1)
    values = np.where(known, codes, 0).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = values.sum(axis=1) / count
        squares = np.where(known, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
        return np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan)


def mahalanobis(codes: Codes) -> Floats:
    """Squared distance (n,) of complete rows from their mean, in their covariance (divisor n − 1).

    NaN for incomplete rows, and for all when the covariance is singular or there are too few rows:
    then no distance is defined.
    """
    found = np.full(len(codes), np.nan)
    complete = np.flatnonzero((codes != MISSING).all(axis=1))
    items = codes.shape[1]
    if items == 0 or len(complete) <= items + 1:
        return found
    mean = np.zeros(items)
    cross = np.zeros((items, items))
    first = codes[complete[0]].astype(np.float64)
    for rows in _chunks(complete):
        part = codes[rows] - first
        mean += part.sum(axis=0)
        cross += part.T @ part
    mean /= len(complete)
    covariance = (cross - len(complete) * np.outer(mean, mean)) / (len(complete) - 1)
    spread = np.sqrt(np.diag(covariance).clip(0))
    if (spread == 0).any():
        return found
    correlation = covariance / np.outer(spread, spread)
    if np.linalg.eigvalsh(correlation)[0] < 1e-10:
        return found
    root = np.linalg.inv(np.linalg.cholesky(correlation))
    for rows in _chunks(complete):
        standard = (codes[rows] - first - mean) / spread
        found[rows] = ((standard @ root.T) ** 2).sum(axis=1)
    return found


def _chunks(rows: NDArray[np.integer]) -> list[NDArray[np.integer]]:
    return np.array_split(rows, max(len(rows) // _CHUNK, 1))


def even_odd_consistency(codes: Codes, scales: Sequence[Sequence[int]]) -> Floats:
    """Correlation (n,) of each row's means of odd and of even items over the scales.

    Codes are directed. ``scales`` holds the column positions of each scale with two items or more.
    Not corrected for length. NaN where a half is without an answer in a scale, below three scales,
    or where either half does not vary.
    """
    if len(scales) < 3:
        return np.full(len(codes), np.nan)
    odd = np.column_stack([_row_mean(codes[:, list(one[0::2])]) for one in scales])
    even = np.column_stack([_row_mean(codes[:, list(one[1::2])]) for one in scales])
    odd -= odd.mean(axis=1, keepdims=True)
    even -= even.mean(axis=1, keepdims=True)
    product = (odd * even).sum(axis=1)
    size = np.sqrt((odd**2).sum(axis=1) * (even**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(size > 1e-12, product / size, np.nan)


def _row_mean(codes: Codes) -> Floats:
    known = codes != MISSING
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, codes, 0).sum(axis=1) / known.sum(axis=1)


def duplicate_answers(codes: Codes, least: int = 10) -> Flags:
    """Rows (n,) whose answers all equal those of an earlier row.

    Rows with fewer than ``least`` answers, and rows of one and the same answer, are left alone:
    they agree by chance, and the long string speaks of them.
    """
    answered = (codes != MISSING).sum(axis=1)
    low = np.where(codes == MISSING, np.iinfo(codes.dtype).max, codes).min(axis=1, initial=32767)
    high = codes.max(axis=1, initial=MISSING)
    judged = np.flatnonzero((answered >= least) & (low != high))
    flags = np.zeros(len(codes), dtype=bool)
    if not len(judged):
        return flags
    rows = np.ascontiguousarray(codes[judged])
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, first, group = np.unique(keys, return_index=True, return_inverse=True)
    flags[judged] = np.arange(len(judged)) != first[group]
    return flags


def constant_block(codes: Codes, blocks: Sequence[Sequence[int]]) -> Flags:
    """Rows (n,) that answer every item of a block, and all of them alike.

    ``blocks`` holds column positions of items on one scale, some reversed and some not: there one
    answer throughout cannot be meant.
    """
    flags = np.zeros(len(codes), dtype=bool)
    for block in blocks:
        part = codes[:, list(block)]
        flags |= (part == part[:, :1]).all(axis=1) & (part[:, 0] != MISSING)
    return flags


def submit_bursts(
    submitted: NDArray[np.datetime64], department: NDArray[np.integer], most: int, window: int = 60
) -> Flags:
    """Rows (n,) that lie in ``window`` seconds in which one department sent more than ``most``.

    Offices share an address and often fill in together: a burst is a question, not a verdict.
    """
    flags = np.zeros(len(submitted), dtype=bool)
    known = np.flatnonzero(~np.isnat(submitted))
    order = known[np.lexsort((submitted[known], department[known]))]
    if not len(order):
        return flags
    seconds = submitted[order].astype("datetime64[s]").astype(np.int64)
    # Departments lie so far apart that no window spans two of them.
    place = department[order].astype(np.int64) * (2 * window + np.ptp(seconds)) + seconds
    last = np.searchsorted(place, place + window, side="right")
    crowded = last - np.arange(len(place)) > most
    edges = np.zeros(len(place) + 1, dtype=np.int64)
    np.add.at(edges, np.flatnonzero(crowded), 1)
    np.add.at(edges, last[crowded], -1)
    flags[order] = np.cumsum(edges[:-1]) > 0
    return flags
