"""Survey files of any size, for timing only: independent answers without any meaning."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from indicators.framework import default_framework

DEPARTMENTS = 60
ITEMS = 64
_MISSING = 0.03


def framework_file(target: Path) -> Path:
    """A framework of 64 items on a 5-point scale in 4 factors of 4 dimensions, metrics apart."""
    import yaml

    factors = [
        {
            "id": f"F{f}",
            "name": _both(f"Factor {f}"),
            "dimensions": [
                {
                    "id": f"F{f}D{d}",
                    "name": _both(f"Dimension {f}.{d}"),
                    "indicators": [
                        {
                            "id": f"F{f}D{d}-{i}",
                            "name": _both(f"Indicator {f}.{d}.{i}"),
                            "survey": {
                                "items": [{"id": f"F{f}D{d}-{i}{part}"} for part in ("a", "b")]
                            },
                        }
                        for i in (1, 2)
                    ],
                }
                for d in range(1, 5)
            ],
        }
        for f in range(1, 5)
    ]
    levels = [
        {"level": level.level, "from": level.from_, "name": dict(level.name)}
        for level in default_framework().levels
    ]
    content = {
        "framework": "benchmark",
        "version": "1",
        "name": _both("Benchmark"),
        "response_scale": {"min": 1, "max": 5},
        "levels": levels,
        "factors": factors,
    }
    target.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return target


def items() -> list[str]:
    """The item ids of `framework_file`."""
    numbers = range(1, 5)
    return [
        f"F{f}D{d}-{i}{part}" for f in numbers for d in numbers for i in (1, 2) for part in "ab"
    ]


def survey_file(target: Path, respondents: int, seed: int) -> Path:
    """A CSV of ``respondents`` rows: the department and one digit or nothing per item."""
    random = np.random.default_rng(seed)
    with target.open("wb") as out:
        out.write(("部门," + ",".join(items()) + "\n").encode())
        for start in range(0, respondents, 50_000):
            count = min(50_000, respondents - start)
            departments = random.integers(0, DEPARTMENTS, count)
            lean = (
                random.normal(size=(count, 1)) + np.linspace(-1, 1, DEPARTMENTS)[departments, None]
            )
            latent = lean + random.normal(size=(count, ITEMS))
            codes = 1 + np.searchsorted((-1.8, -0.6, 0.6, 1.8), latent)
            texts = codes.astype("U1")
            texts[random.random(codes.shape) < _MISSING] = ""
            rows = (
                f"单位{department:02d}," + ",".join(row)
                for department, row in zip(departments, texts.tolist(), strict=True)
            )
            out.write(("\n".join(rows) + "\n").encode())
    return target


def _both(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}
