"""What this program does not do well enough is handed on: the model as lavaan syntax for R.

Ordinal estimation (WLSMV), full information with missing answers (FIML) and ordinal invariance
belong to a program made for them; the syntax and the coded answers are what it needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence


def lavaan_names(ids: Sequence[str]) -> dict[str, str]:
    """Ids as names that R reads: letters, digits and dots; different ids stay different."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for id in ids:
        name = re.sub(r"[^A-Za-z0-9.]", ".", id)
        while name in taken:
            name += "."
        taken.add(name)
        found[id] = name
    return found


def lavaan_script(
    latents: Mapping[str, Sequence[str]],
    parents: Mapping[str, Sequence[str]] | None,
    data_file: str,
) -> str:
    """An R script that fits the declared model in the ways this program leaves to lavaan.

    Parameters
    ----------
    latents : factor → items
    parents : second-order factor → factors, or None
    data_file : CSV with a column for each item, ``department`` and ``group``, as the script
        names them
    """
    items = list(dict.fromkeys(item for own in latents.values() for item in own))
    of_item = lavaan_names(items)
    of_latent = lavaan_names([f"L.{latent}" for latent in latents])
    model = [
        f"  {of_latent[f'L.{latent}']} =~ " + " + ".join(of_item[item] for item in own)
        for latent, own in latents.items()
    ]
    upper = []
    if parents:
        of_parent = lavaan_names([f"H.{parent}" for parent in parents])
        upper = [
            f"  {of_parent[f'H.{parent}']} =~ "
            + " + ".join(of_latent[f"L.{latent}"] for latent in own)
            for parent, own in parents.items()
        ]
    ordered = ", ".join(f'"{of_item[item]}"' for item in items)
    second = [
        "second_order <- '",
        *model,
        *upper,
        "'",
        "summary(cfa(second_order, data = answers), fit.measures = TRUE, standardized = TRUE)",
    ]
    return "\n".join(
        [
            "# Answers are directed: reversed items are turned round. Empty cells are missing.",
            "library(lavaan)",
            f'answers <- read.csv("{data_file}")',
            f"items <- c({ordered})",
            "model <- '",
            *model,
            "'",
            "",
            "# Maximum likelihood of complete rows: the model that this program reports.",
            "ml <- cfa(model, data = answers)",
            "summary(ml, fit.measures = TRUE, standardized = TRUE)",
            "",
            "# Robust to answers that are not normal.",
            'mlr <- cfa(model, data = answers, estimator = "MLR")',
            "",
            "# All people, also those with missing answers.",
            'fiml <- cfa(model, data = answers, missing = "fiml")',
            "",
            "# Answers as ordered categories; read the scaled statistics.",
            'wlsmv <- cfa(model, data = answers, ordered = items, estimator = "WLSMV")',
            "fitMeasures(wlsmv)",
            "",
            "# Invariance over groups of departments with ordered categories.",
            'groups <- list(configural = NULL, thresholds = "thresholds",',
            '               loadings = c("thresholds", "loadings"))',
            'if (length(unique(answers$group[answers$group != ""])) > 1) {',
            "  fits <- lapply(groups, function(equal) cfa(model, data = answers,",
            '    ordered = items, estimator = "WLSMV", group = "group", group.equal = equal))',
            "  print(do.call(rbind, lapply(fits, fitMeasures,",
            '    c("chisq.scaled", "df.scaled", "cfi.scaled", "rmsea.scaled"))))',
            "}",
            *(["", "# Second-order factors.", *second] if upper else []),
            "",
        ]
    )
