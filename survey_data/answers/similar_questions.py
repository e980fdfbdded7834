"""Which item a question may be, by the likeness of the wording: proposed, never taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from survey_data.text import plain

Proposal = tuple[str, float]
LEAST = 72.0
"""Least likeness (0-100) of a proposal; a convention, and every proposal waits for a person."""


def propose(
    questions: Mapping[int, Sequence[str]], items: Mapping[str, Sequence[str]]
) -> dict[int, Proposal]:
    """The nearest open item of each unmapped column; no item is proposed twice.

    Likeness is 100 x (1 - normalised indel distance) of the plain texts, the best over a column's
    wordings and an item's languages. Pairs are taken from the likest down.

    Parameters
    ----------
    questions : column index → wordings
    items : item id → wordings
    """
    asked = [
        (index, text) for index, texts in questions.items() for t in texts if (text := plain(t))
    ]
    known = [(item, text) for item, texts in items.items() for t in texts if (text := plain(t))]
    if not asked or not known:
        return {}
    from rapidfuzz import fuzz, process

    likeness = process.cdist(
        [text for _, text in asked],
        [text for _, text in known],
        scorer=fuzz.ratio,
        score_cutoff=LEAST,
    )
    pairs = sorted(
        (
            (float(likeness[i, j]), asked[i][0], known[j][0])
            for i, j in zip(*likeness.nonzero(), strict=True)
        ),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    found: dict[int, Proposal] = {}
    taken: set[str] = set()
    for near, index, item in pairs:
        if index not in found and item not in taken:
            found[index] = (item, near)
            taken.add(item)
    return dict(sorted(found.items()))
