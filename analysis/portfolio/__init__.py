"""Which measures to take: the best portfolio under budgets and rules, and how sure that is."""

from analysis.portfolio.optimum import optimise
from analysis.portfolio.plan import Portfolio, Relaxation
from analysis.portfolio.problem import Objective, Problem

__all__ = ["Objective", "Portfolio", "Problem", "Relaxation", "optimise"]
