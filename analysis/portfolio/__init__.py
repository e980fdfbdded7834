"""Which measures to take: the best portfolio under budgets and rules, and how sure that is."""

from analysis.portfolio.baselines import RULES, baseline
from analysis.portfolio.frontier import frontier
from analysis.portfolio.neighbours import Neighbours, near_optimal
from analysis.portfolio.optimum import optimise
from analysis.portfolio.plan import Portfolio, Relaxation
from analysis.portfolio.problem import Objective, Problem

__all__ = [
    "RULES",
    "Neighbours",
    "Objective",
    "Portfolio",
    "Problem",
    "Relaxation",
    "baseline",
    "frontier",
    "near_optimal",
    "optimise",
]
