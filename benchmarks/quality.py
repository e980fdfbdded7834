"""Measurement quality: the whole report from moments, and two parts beside R and semopy.

R (psych, lavaan) is installed with apt-get where that is possible; semopy is used from the
interpreter that FOURFOLD_SEMOPY names. What is absent is skipped with a line that says so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import yaml

from analysis.psychometrics.confirmatory import confirmatory
from analysis.psychometrics.reliability import (
    alpha_interval,
    average_r,
    correlation,
    cronbach_alpha,
    guttman_lambda6,
    item_statistics,
)
from analysis.quality.report import quality
from benchmarks.results import Row
from indicators.answers.moments import MISSING, SurveyMoments
from indicators.evidence import Evidence
from indicators.framework import Framework, load_framework

DATA = Path(__file__).resolve().parents[1] / "tests" / "reference" / "bfi.csv"
ITEMS = [f"{scale}{k}" for scale in "ACENO" for k in range(1, 6)]
PEOPLE, DIMENSIONS, EACH, DEPARTMENTS = 200_000, 8, 5, 60

_R = """
suppressMessages({library(psych); library(lavaan)})
x <- read.csv("DATA")
n5 <- x[complete.cases(x[, NITEMS]), NITEMS]
all <- x[complete.cases(x[, ALL]), ALL]
S <- cov(all)
model <- "MODEL"
seconds <- function(f, times) {
  f(); t <- proc.time(); for (i in 1:times) f(); d <- proc.time() - t
  sum(d[c("user.self", "sys.self")]) / times
}
a <- seconds(function() suppressWarnings(alpha(n5)), 20)
c <- seconds(function() cfa(model, sample.cov = S, sample.nobs = nrow(all), std.lv = TRUE), 10)
cat(a, c)
"""

_SEMOPY = """
import json, sys, time
import pandas as pd, semopy
x = pd.read_csv(sys.argv[1])[json.loads(sys.argv[2])].dropna()
def fit():
    m = semopy.Model(sys.argv[3]); m.fit(x); return m
fit()
start = time.process_time()
for _ in range(3):
    fit()
print((time.process_time() - start) / 3)
"""


def measurement(_: Path) -> list[Row]:
    """The report's CPU, that it does not grow with people, and the peers that are there."""
    framework, codes, department = _city()
    few, many = (_evidence(framework, codes[:n], department[:n]) for n in (2000, PEOPLE))
    report = [_cpu(lambda e=e: quality(e, framework), 5) for e in (many, few)]
    what = (
        f"quality report (reliability, structure, agreement) of {PEOPLE:,} × "
        f"{DIMENSIONS * EACH} in {DEPARTMENTS} departments from the moments: CPU"
    )
    rows = [
        Row(what, report[0], "s", limit=1.5),
        Row(
            "the same; peer: after 2,000 respondents",
            report[0],
            "s",
            limit=1.25,
            peer=report[1],
            times_peer=True,
        ),
    ]
    frame = pd.read_csv(DATA)
    scale = frame[[f"N{k}" for k in range(1, 6)]].dropna()
    covariance = np.cov(scale.to_numpy().T)
    alpha = _cpu(lambda: _alpha_family(covariance, len(scale)), 500)
    complete = frame[ITEMS].dropna()
    whole = np.cov(complete.to_numpy().T, bias=True)
    loads = np.kron(np.eye(5), np.ones((5, 1))).astype(bool)
    model = _cpu(lambda: confirmatory(whole, len(complete), loads), 20)
    if peers := _in_r():
        rows.append(
            Row(
                "alpha family of 5 items; peer: psych::alpha, 2,694 people",
                alpha * 1e3,
                "ms",
                limit=1 / 50,
                peer=peers[0] * 1e3,
                times_peer=True,
            )
        )
        rows.append(_model_row("lavaan::cfa of the covariance matrix", model, peers[1]))
    if seconds := _in_semopy():
        rows.append(_model_row("semopy", model, seconds))
    return rows


def _model_row(peer: str, ours: float, theirs: float) -> Row:
    what = f"confirmatory model of 25 items in 5 factors; peer: {peer}"
    return Row(what, ours * 1e3, "ms", limit=1 / 5, peer=theirs * 1e3, times_peer=True)


def _alpha_family(covariance: np.ndarray, n: int) -> None:
    """What psych::alpha gives: alphas, interval, λ6, average r, item statistics."""
    r = correlation(covariance)
    alpha_interval(cronbach_alpha(covariance), n, len(covariance))
    cronbach_alpha(r)
    guttman_lambda6(r)
    average_r(r)
    item_statistics(covariance)


def _cpu(work: Callable[[], Any], times: int) -> float:
    """Median CPU seconds of five series, after one to warm up."""
    work()
    found = []
    for _ in range(5):
        start = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - start) / times)
    return median(found)


def _city() -> tuple[Framework, np.ndarray, np.ndarray]:
    dimensions = [
        {
            "id": f"K{d}",
            "indicators": [
                {"id": f"K{d}-1", "survey": {"items": [{"id": f"K{d}-1{c}"} for c in "abcde"]}}
            ],
        }
        for d in range(DIMENSIONS)
    ]
    content = {
        "framework": "quality",
        "version": "1",
        "name": "quality",
        "response_scale": {"min": 1, "max": 5},
        "levels": [{"level": 1, "from": 0}],
        "factors": [{"id": "F", "dimensions": dimensions}],
    }
    random = np.random.default_rng(1)
    department = random.integers(0, DEPARTMENTS, PEOPLE)
    causes = 0.7 * random.normal(size=(PEOPLE, DIMENSIONS)) + 0.6 * random.normal(size=(PEOPLE, 1))
    causes += 0.3 * random.normal(size=(DEPARTMENTS, 1))[department]
    x = np.repeat(causes, EACH, axis=1) + random.normal(size=(PEOPLE, DIMENSIONS * EACH))
    codes = np.clip(np.round(3 + 0.8 * x), 1, 5).astype(np.int16)
    codes[random.random(codes.shape) < 0.03] = MISSING
    return load_framework(yaml.safe_dump(content)), codes, department


def _evidence(framework: Framework, codes: np.ndarray, department: np.ndarray) -> Evidence:
    ids = [f"D{d:02}" for d in range(DEPARTMENTS)]
    items = [item.id for item in framework.items]
    moments = SurveyMoments.from_answers(codes, department, ids, items, framework)
    return Evidence.build("2025", [], moments, [], framework)


def _model() -> str:
    return "\n".join(
        f"{scale} =~ " + " + ".join(f"{scale}{k}" for k in range(1, 6)) for scale in "ACENO"
    )


def _in_r() -> tuple[float, float] | None:
    if shutil.which("Rscript") is None and shutil.which("apt-get") and os.geteuid() == 0:
        packages = ["r-base-core", "r-cran-psych", "r-cran-lavaan"]
        subprocess.run(["apt-get", "install", "-y", "-qq", *packages], capture_output=True)
    if shutil.which("Rscript") is None:
        print("skipped: R is absent, so psych and lavaan were not timed", file=sys.stderr)
        return None
    columns = {"NITEMS": [f"N{k}" for k in range(1, 6)], "ALL": ITEMS}
    script = _R.replace("DATA", str(DATA)).replace("MODEL", _model())
    for name, items in columns.items():
        script = script.replace(name, "c(" + ", ".join(f'"{item}"' for item in items) + ")")
    done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True)
    if done.returncode:
        print(f"skipped: R failed: {done.stderr[-300:]}", file=sys.stderr)
        return None
    alpha, model = done.stdout.split()[-2:]
    return float(alpha), float(model)


def _in_semopy() -> float | None:
    python = os.environ.get("FOURFOLD_SEMOPY")
    if not python:
        print("skipped: FOURFOLD_SEMOPY names no interpreter with semopy", file=sys.stderr)
        return None
    done = subprocess.run(
        [python, "-c", _SEMOPY, str(DATA), json.dumps(ITEMS), _model()],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        print(f"skipped: semopy failed: {done.stderr[-300:]}", file=sys.stderr)
        return None
    return float(done.stdout.split()[-1])
