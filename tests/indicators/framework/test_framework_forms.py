"""Any framework of the schema works, and its digest identifies its content."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from indicators.aggregate import up_the_tree
from indicators.framework import default_framework, default_framework_text, load_framework
from indicators.framework.file import check_framework
from tests.indicators.frameworks import content_of, framework_of, load, metric, survey


def _shuffled(value: Any, random: np.random.Generator) -> Any:
    if isinstance(value, dict):
        keys = list(value)
        random.shuffle(keys)
        return {key: _shuffled(value[key], random) for key in keys}
    if isinstance(value, list):
        return [_shuffled(entry, random) for entry in value]
    return value


@given(st.integers(0, 2**32))
def test_the_digest_does_not_depend_on_the_order_of_keys(seed: int) -> None:
    content = content_of(
        [survey("A1", "a1", "-a2"), metric("A2")],
        gates=[{"id": "G", "kind": "minimum", "level": 2, "nodes": {"D1": 10, "A2": 20}}],
    )
    shuffled = _shuffled(content, np.random.default_rng(seed))
    dumped = yaml.safe_dump(shuffled, sort_keys=False)
    assert load_framework(dumped).digest == load(content).digest


def test_the_digest_does_not_depend_on_comments_spelling_or_defaults_written_out() -> None:
    content = content_of([metric("A1")])
    spelt = copy.deepcopy(content)
    spelt["aggregation"] = "arithmetic"
    spelt["normalised_range"] = [0.0, 100]
    spelt["factors"][0]["weight"] = 1
    text = "# remark\n" + yaml.safe_dump(spelt, default_flow_style=True)
    assert load_framework(text).digest == load(content).digest


def test_what_is_at_its_default_is_not_in_the_canonical_text() -> None:
    """So that a key that a later version adds leaves the digests of stored frameworks alone."""
    framework = framework_of([metric("A1", direction="up")])
    for key in ("gates", "direction", "optimum", "aggregation", "normalisation"):
        assert f'"{key}"' not in framework.to_json()


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["factors"][0].update(weight=2),
        lambda c: c["factors"][0]["dimensions"][0]["indicators"].reverse(),
        lambda c: c.update(version="2"),
        lambda c: c["levels"][1].update({"from": 21}),
        lambda c: c.update(aggregation="geometric"),
        lambda c: c.update(notes="a key that the program does not know"),
    ],
    ids=["weight", "order of indicators", "version", "cut-off", "aggregation", "unknown key"],
)
def test_the_digest_changes_with_the_content(change: Any) -> None:
    content = content_of([metric("A1"), metric("A2")])
    changed = copy.deepcopy(content)
    change(changed)
    assert load(changed).digest != load(content).digest


def test_the_digest_of_the_default_framework_is_the_same_in_another_order_of_its_keys() -> None:
    content = yaml.safe_load(default_framework_text())
    shuffled = _shuffled(content, np.random.default_rng(7))
    again = load_framework(yaml.safe_dump(shuffled, sort_keys=False, allow_unicode=True))
    assert again.digest == default_framework().digest


def test_an_unknown_key_is_kept_and_warned_of() -> None:
    content = content_of([metric("A1", wieght=3)])
    framework, findings = check_framework(yaml.safe_dump(content))
    assert framework is not None
    (warning,) = findings
    assert (warning.code, warning.severity) == ("W301", "warning")
    assert warning.where["path"] == "factors[0].dimensions[0].indicators[0].metric.wieght"
    assert "wieght" in framework.to_json()


def test_a_plain_string_serves_both_languages_and_a_missing_name_is_the_id() -> None:
    framework = framework_of([metric("A1")])
    assert framework.name == {"zh": "Written", "en": "Written"}
    assert framework.node("A1").name == {"zh": "A1", "en": "A1"}


def test_a_text_in_one_language_serves_the_other() -> None:
    framework = framework_of([metric("A1") | {"name": {"zh": "挂接率"}}])
    assert framework.node("A1").name == {"zh": "挂接率", "en": "挂接率"}


def test_any_depth_of_siblings_works_one_factor_beside_many() -> None:
    """1 factor of one dimension of one indicator beside factors of up to 12 indicators."""
    wide = {
        "id": "W",
        "dimensions": [
            {"id": f"W{d}", "indicators": [metric(f"W{d}-{i}") for i in range(d)]}
            for d in range(1, 13)
        ],
    }
    content = content_of([metric("A1")])
    content["factors"].append(wide)
    framework = load(content)
    assert len(framework.indicators) == 1 + 12 * 13 // 2
    leaves = np.full(len(framework.indicators), 40.0)
    leaves[0] = 80.0
    scores = up_the_tree(framework, leaves)
    assert scores[framework.node_index["W"]] == pytest.approx(40.0)
    assert scores[0] == pytest.approx(60.0)


def test_nodes_stand_in_the_order_of_the_file_level_by_level() -> None:
    framework = framework_of([metric("A1"), metric("A2")], [metric("B1")])
    assert framework.node_ids == ("overall", "F1", "F2", "D1", "D2", "A1", "A2", "B1")
    assert framework.node("A2").parent == "D1"
    assert framework.node("D2").parent == "F2"


def test_an_outcome_of_its_own_is_measured_and_stays_out_of_the_tree() -> None:
    framework = framework_of([metric("A1")], outcomes=[metric("O1"), {"ref": "A1"}])
    assert framework.outcome_ids == ("O1", "A1")
    assert [m.id for m in framework.measured] == ["A1", "O1"]
    scores = up_the_tree(framework, np.array([30.0, 90.0]))
    assert scores[0] == pytest.approx(30.0)
    assert scores[framework.node_index["O1"]] == 90.0


def test_each_item_has_the_scale_of_its_indicator_or_else_the_common_one() -> None:
    framework = framework_of([survey("A1", "a1"), survey("A2", "a2", scale={"min": 0, "max": 10})])
    scales = {item.id: framework.scale_of(item.id) for item in framework.items}
    assert {id: (s.min, s.max) for id, s in scales.items()} == {"a1": (1, 5), "a2": (0, 10)}


def test_scales_are_the_indicators_and_dimensions_of_two_items_or_more() -> None:
    framework = framework_of([survey("A1", "a1", "a2"), survey("A2", "a3")], [survey("B1", "b1")])
    assert framework.scales() == {"A1": ("a1", "a2"), "D1": ("a1", "a2", "a3")}


@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_a_file_with_a_byte_order_mark_reads_like_one_without(mark: str) -> None:
    text = mark + yaml.safe_dump(content_of([metric("A1")]))
    assert load_framework(text.encode()).digest == framework_of([metric("A1")]).digest


def test_a_framework_cannot_be_changed_once_it_is_read() -> None:
    with pytest.raises(ValueError, match="frozen"):
        framework_of([metric("A1")]).version = "2"  # type: ignore[misc]
