"""Scenarios side by side, on the same draws: which is best, how sure that is, and what it hangs on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.scenarios.line_items import LineItems, shapley
from analysis.scenarios.merits.cost_effectiveness import (
    Acceptability,
    Frontier,
    acceptability,
    ellipse,
    ellipse_outline,
    frontier,
    net_benefit,
)
from analysis.scenarios.merits.discovery import Discovery, discover
from analysis.scenarios.merits.information_value import InformationValue, evppi_by_input
from analysis.scenarios.merits.merits import (
    BreakEven,
    Worse,
    break_even_share,
    probability_best,
    probability_worse,
    regret,
)
from analysis.scenarios.merits.tornado import Tornado, tornado
from analysis.scenarios.projection import project
from analysis.scenarios.scenario import Scenario, taken, working
from analysis.scenarios.simulation import Outcome, Planner, simulate, terms_at
from analysis.scenarios.terms import Terms
from analysis.scenarios.tree import ScoreTree

Array = NDArray[np.float64]
EVEN = 0.5
"""Probability of the level from which a plan is said to reach it."""
ITEM_DRAWS = 200
EXACT_ITEMS = 10
Step = Callable[[str, float], None]


@dataclass(frozen=True, eq=False)
class SideBySide:
    """K scenarios, the first of them doing nothing, over S shared draws.

    Attributes
    ----------
    outcomes : K
    gain : (S, K) of the city's overall score
    cost : (S, K) 万元 over the horizon
    reaches : (K,) probability that the city reaches the level
    half : (K,) the same when every effect is half of what is assumed; ``half_gain`` (K,) mean gain
    worse, best, best_error, regret : merits (K,) at the value of a point
    recommended : the likeliest to reach the level; of equals the larger gain, then the cheaper
    best_value : the highest mean net benefit at the value of a point
    outlines : K outlines (P, 2) of the 90 % ellipse of (cost, gain), None where nothing varies
    measures : ids of the measures that any scenario takes; the inputs of what follows
    tornado : on the recommended scenario's final city score, by measure's effect
    information : of the measures' effects and costs at the value of a point
    break_even : smallest share of the assumed effects with which the recommended scenario still
        reaches the level with a probability of one half
    discovery : under which effects and costs ``best_value`` is not the best
    items : what each measure of the recommended scenario adds to the city's gain
    """

    planner: Planner
    level: int
    value: float
    outcomes: tuple[Outcome, ...]
    gain: Array
    cost: Array
    reaches: Array
    half: Array
    half_gain: Array
    worse: Worse
    best: Array
    best_error: Array
    regret: Array
    recommended: int
    best_value: int
    frontier: Frontier
    acceptability: Acceptability
    outlines: tuple[Array | None, ...]
    measures: tuple[str, ...]
    input_names: tuple[tuple[str, str], ...]
    tornado: Tornado | None
    information: InformationValue | None
    break_even: BreakEven
    discovery: Discovery | None
    items: LineItems | None


def side_by_side(
    planner: Planner,
    scenarios: Sequence[Scenario],
    *,
    level: int,
    value: float,
    values: Array,
    step: Step = lambda stage, share: None,
) -> SideBySide:
    """Compare scenarios with doing nothing and with each other.

    Parameters
    ----------
    level : the city's level that is aimed at
    value : 万元 that a point of the city's score is worth, for net benefits
    values : (V,) values of a point for the acceptability curve, rising
    """
    horizon = max((one.horizon for one in scenarios), default=3)
    plans = [Scenario(scenario="nothing", horizon=horizon), *scenarios]  # type: ignore[call-arg]
    outcomes = []
    for place, plan in enumerate(plans):
        outcomes.append(simulate(planner, plan))
        step("scenarios", 0.5 * (place + 1) / len(plans))
    base = planner.baseline.city[:, 0]
    gain = np.column_stack([o.projection.city[:, 0] - base for o in outcomes])
    cost = np.column_stack([o.total_draws for o in outcomes])
    reaches = np.array([(o.projection.city_level >= level).mean() for o in outcomes])
    halves = [_scaled(planner, plan, 0.5, level) for plan in plans]
    step("half", 0.65)
    harms = any(m.side_effects for m in planner.catalogue.measures)
    net = net_benefit(cost, gain, value)
    expected = np.array([o.total for o in outcomes])
    ranked = sorted(
        range(1, len(plans)), key=lambda k: (-reaches[k], -round(gain[:, k].mean(), 9), expected[k])
    )
    recommended = ranked[0] if ranked else 0
    chance = probability_best(net)
    used = np.asarray(np.any([o.works.any(axis=0) for o in outcomes], axis=0))
    names, inputs = _inputs(planner, used)
    step("inputs", 0.75)
    varied = inputs.shape[1] > 0 and len(plans) > 1
    best_value = int(np.argmax(np.round(net.mean(axis=0), 9)))
    fails = net[:, best_value] < net.max(axis=1) - 1e-9
    return SideBySide(
        planner=planner,
        level=level,
        value=value,
        outcomes=tuple(outcomes),
        gain=gain,
        cost=cost,
        reaches=reaches,
        half=np.array([one[0] for one in halves]),
        half_gain=np.array([one[1] for one in halves]),
        worse=probability_worse(gain, np.full(len(plans), harms)),
        best=chance.probability,
        best_error=chance.error,
        regret=regret(net).expected,
        recommended=recommended,
        best_value=best_value,
        frontier=frontier(expected, gain.mean(axis=0)),
        acceptability=acceptability(cost, gain, values),
        outlines=tuple(_outline(cost[:, k], gain[:, k]) for k in range(len(plans))),
        measures=tuple(np.array(planner.catalogue.ids)[used]),
        input_names=names,
        tornado=tornado(inputs, outcomes[recommended].projection.city[:, 0]) if varied else None,
        information=evppi_by_input(net, inputs) if varied else None,
        break_even=_break_even(planner, plans[recommended], level),
        discovery=discover(inputs, fails) if varied else None,
        items=line_items(planner, plans[recommended]) if recommended else None,
    )


def _inputs(planner: Planner, used: NDArray[np.bool_]) -> tuple[tuple[tuple[str, str], ...], Array]:
    """Draws of what is assumed of the measures used: effect (mean points of its dimensions) and
    first-year cost; only what varies."""
    assumptions, catalogue = planner.assumptions, planner.catalogue
    names, columns = [], []
    for column in np.flatnonzero(used):
        id = catalogue.ids[int(column)]
        own = [n for n, e in enumerate(assumptions.entries) if e.measure == column and not e.harms]
        if own:
            points = assumptions.share[:, own].mean(axis=1) * catalogue.gap
            names.append((id, "effect"))
            columns.append(np.where(assumptions.success[:, column], points, 0.0))
        names.append((id, "cost"))
        columns.append(assumptions.first_year[:, column])
    table = np.column_stack(columns) if columns else np.empty((planner.baseline.draws, 0))
    varies = np.ptp(table, axis=0) > 0 if len(columns) else np.zeros(0, dtype=bool)
    kept = tuple(name for name, on in zip(names, varies, strict=True) if on)
    return kept, table[:, varies]


def _scaled(planner: Planner, plan: Scenario, share: float, level: int) -> tuple[float, float]:
    """Probability of the level and mean gain with this share of every effect."""
    catalogue, baseline = planner.catalogue, planner.baseline
    works, _ = working(taken(plan, catalogue, planner.ids, planner.groups), catalogue)
    other = plan.model_copy(update={"effect": plan.effect * share})
    count = min(1000, baseline.draws)
    anywhere = np.asarray(works.any(axis=0))
    terms, _, _ = terms_at(planner, other, anywhere, 12.0 * plan.horizon, draws=count)
    projection = project(baseline, terms, works, draws=count)
    gain = projection.city[:, 0] - baseline.city[:count, 0]
    return float((projection.city_level >= level).mean()), float(gain.mean())


def _break_even(planner: Planner, plan: Scenario, level: int) -> BreakEven:
    return break_even_share(
        lambda share: _scaled(planner, plan, share, level)[0] - EVEN, 0.0, 1.0, tolerance=0.01
    )


def _outline(cost: Array, gain: Array) -> Array | None:
    if np.ptp(cost) == 0 or np.ptp(gain) == 0:
        return None
    return np.asarray(ellipse_outline(ellipse(cost, gain, 0.9)))


def line_items(planner: Planner, plan: Scenario) -> LineItems:
    """Shapley shares of a scenario's measures in the city's expected gain.

    A measure whose prerequisites are not in the set does nothing there. Over the first draws; the
    shares add up to the gain of the whole on these.
    """
    catalogue, baseline = planner.catalogue, planner.baseline
    chosen = taken(plan, catalogue, planner.ids, planner.groups)
    columns = np.flatnonzero(chosen.any(axis=0))
    count = min(ITEM_DRAWS, baseline.draws)
    anywhere = np.asarray(chosen.any(axis=0))
    terms, found, _ = terms_at(planner, plan, anywhere, 12.0 * plan.horizon, draws=count)
    tree = ScoreTree(planner.framework, found.group, found.groups)
    worth = _Worth(planner, terms, tree)

    def value(masks: NDArray[np.bool_]) -> Array:
        gains = np.empty(len(masks))
        for place, mask in enumerate(masks):
            kept = np.zeros(chosen.shape, dtype=bool)
            kept[:, columns] = chosen[:, columns] & mask
            gains[place] = worth(working(kept, catalogue)[0])
        return gains

    return shapley(value, len(columns), enumerate_up_to=EXACT_ITEMS, pairs=60, seed=planner.seed)


class _Worth:
    """The city's expected gain of a plan (R, M) from the mean baseline."""

    def __init__(self, planner: Planner, terms: Terms, tree: ScoreTree) -> None:
        baseline = planner.baseline
        self._terms, self._tree, self._gap = terms, tree, baseline.leaf_gap
        self._weight = baseline.weight / baseline.weight.sum()
        start, rate = tree.slopes(self._gap, np.ones((len(self._gap), terms.groups)))
        self._start, self._rate = start, rate

    def __call__(self, works: NDArray[np.bool_]) -> float:
        rows, place = self._terms.rows(works)
        left = np.exp(self._terms.log_left_of_rows(rows))
        if self._tree.arithmetic:
            closed = (1.0 - left.mean(axis=0))[place]
            return float(self._weight @ np.nan_to_num((self._rate * closed).sum(axis=1)))
        scores = self._tree.scores(self._gap, left[:, place])[..., 0].mean(axis=0)
        return float(self._weight @ np.nan_to_num(scores - self._start))
