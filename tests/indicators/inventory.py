"""The personality inventory `bfi`: 25 items in 5 scales of one factor each, education as department."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from indicators.answers.moments import MISSING, SurveyMoments
from indicators.framework import Framework
from tests.indicators.frameworks import framework_of, survey

SCALES = "ACENO"
ITEMS = tuple(f"{scale}{k}" for scale in SCALES for k in range(1, 6))
REVERSED = {"A1", "C4", "C5", "E1", "E2", "O2", "O5"}


@cache
def inventory_framework() -> Framework:
    return framework_of(
        *(
            [
                survey(
                    scale,
                    *(
                        {"id": f"{scale}{k}", "reverse": f"{scale}{k}" in REVERSED}
                        for k in range(1, 6)
                    ),
                )
            ]
            for scale in SCALES
        ),
        response_scale={"min": 1, "max": 6},
    )


@cache
def people() -> pd.DataFrame:
    """The 2,800 people: items (NaN = no answer) and ``education`` as text, ``none`` where empty."""
    table = pd.read_csv(Path(__file__).parents[1] / "reference" / "bfi.csv")
    table["education"] = table["education"].map(lambda e: "none" if pd.isna(e) else f"{e:g}")
    return table


def moments_by(department: pd.Series) -> SurveyMoments:
    """Moments with any column of labels as the department."""
    names, ids = pd.factorize(department)
    codes = people()[list(ITEMS)].fillna(MISSING).to_numpy().astype(np.int16)
    return SurveyMoments.from_answers(codes, names, list(ids), ITEMS, inventory_framework())
