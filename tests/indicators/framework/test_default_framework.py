"""The framework that ships: what domain.md 2-3 names is there, complete in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from indicators.framework import (
    CapGate,
    CoordinationGate,
    CoverageGate,
    MinimumGate,
    WeakestFactorGate,
    default_framework,
    default_framework_text,
    load_framework,
)

FRAMEWORK = default_framework()


def test_it_has_4_factors_17_dimensions_57_indicators_66_items_and_32_core_indicators() -> None:
    assert [factor.id for factor in FRAMEWORK.factors] == ["P", "I", "E", "T"]
    assert sum(len(factor.dimensions) for factor in FRAMEWORK.factors) == 17
    assert len(FRAMEWORK.indicators) == 57
    assert len(FRAMEWORK.items) == 66
    assert sum(indicator.core for indicator in FRAMEWORK.indicators) == 32


def test_21_indicators_are_asked_and_36_are_recorded() -> None:
    asked = [indicator for indicator in FRAMEWORK.indicators if indicator.survey]
    recorded = [indicator for indicator in FRAMEWORK.indicators if indicator.metric]
    assert (len(asked), len(recorded)) == (21, 36)


def test_its_levels_are_five_equal_widths() -> None:
    assert [(level.level, level.from_) for level in FRAMEWORK.levels] == [
        (1, 0),
        (2, 20),
        (3, 40),
        (4, 60),
        (5, 80),
    ]
    assert [level.name["zh"] for level in FRAMEWORK.levels] == [
        "初始级",
        "受管理级",
        "稳健级",
        "量化管理级",
        "优化级",
    ]


def test_its_gates_are_those_of_the_recommended_rule() -> None:
    """domain.md 3.4 point 3; coverage as statistics.md 4."""
    gates = {gate.id: gate for gate in FRAMEWORK.gates}
    weakest, four, five, minimum = gates["G1"], gates["G2a"], gates["G2b"], gates["G3"]
    assert isinstance(weakest, WeakestFactorGate) and weakest.allow == 1
    assert isinstance(four, CoordinationGate) and (four.level, four.at_least) == (4, 0.7)
    assert isinstance(five, CoordinationGate) and (five.level, five.at_least) == (5, 0.8)
    assert four.variant == five.variant == "wang2021"
    assert isinstance(minimum, MinimumGate)
    assert (minimum.level, minimum.nodes) == (3, {"P1": 50, "I1": 50})
    caps = {
        id: (gate.level, gate.when.indicator, gate.when.value_above, gate.when.value_below)
        for id, gate in gates.items()
        if isinstance(gate, CapGate) and gate.enabled
    }
    assert caps == {
        "G4a": (2, "R-incidents-major", 0, None),
        "G4b": (3, "R-incidents-general", 0, None),
        "G4c": (3, "T3-1", None, 60),
        "G5a": (3, "I1-3", None, 80),
    }
    evidence = gates["G6"]
    assert isinstance(evidence, CoverageGate)
    assert (evidence.of, evidence.unrated_below, evidence.provisional_below) == ("core", 0.3, 0.8)


def test_the_gate_on_statutory_days_is_off_until_the_limit_is_confirmed() -> None:
    gate = next(gate for gate in FRAMEWORK.gates if gate.id == "G5b")
    assert not gate.enabled
    assert gate.status == "unverified"


def test_every_gate_level_and_goalpost_says_where_it_comes_from_and_how_firm_it_is() -> None:
    metrics = [indicator.metric for indicator in FRAMEWORK.indicators if indicator.metric]
    for part in (*FRAMEWORK.gates, *FRAMEWORK.levels, *metrics):
        assert part.source and all(part.source.values()), part
        assert part.status, part


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        if value.keys() & {"zh", "en"}:
            yield path, value
        else:
            for key, inner in value.items():
                yield from _texts(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{index}]")


def test_every_text_of_the_file_is_there_in_chinese_and_in_english() -> None:
    texts = dict(_texts(yaml.safe_load(default_framework_text())))
    assert len(texts) > 57 + 66 + 17 + 4
    for path, text in texts.items():
        assert set(text) == {"zh", "en"}, path
        assert all(text.values()), path


def test_every_node_is_named_in_chinese_and_in_english_and_every_item_is_worded_in_both() -> None:
    named = {node.id: node.name for node in FRAMEWORK.nodes}
    named |= {item.id: item.text or {} for item in FRAMEWORK.items}
    for id, text in named.items():
        assert any("\u4e00" <= sign <= "\u9fff" for sign in text["zh"]), id
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in text["en"]), id


def test_perceived_effectiveness_is_an_outcome_and_stays_scored() -> None:
    assert FRAMEWORK.outcome_ids == ("I5-4",)
    assert "I5-4" in {indicator.id for indicator in FRAMEWORK.indicators}


def test_its_text_loads_without_a_remark_and_survives_its_own_json() -> None:
    loaded = load_framework(default_framework_text())
    assert loaded.digest == FRAMEWORK.digest
    assert type(loaded).from_json(loaded.to_json()) == loaded
