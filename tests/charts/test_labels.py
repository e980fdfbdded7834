"""Labels that have to hold on a narrow screen."""

from __future__ import annotations

from charts.house.labels import in_two_lines, text_width


def test_a_label_that_fits_stays_in_one_line():
    assert in_two_lines("M06 资源普查", 150, 12) == ["M06 资源普查"]


def test_a_long_label_breaks_once_between_ideographs_or_words():
    assert in_two_lines("M01 科学规划职权事权、设立大数据管理局", 150, 12) == [
        "M01 科学规划职权事权、设",
        "立大数据管理局",
    ]
    assert in_two_lines("M12 Lists of demands and duties, replies", 150, 12) == [
        "M12 Lists of demands",
        "and duties, replies",
    ]


def test_no_line_begins_with_a_mark_or_is_wider_than_its_room():
    text = "M04 跨部门互信机制（共享协议、联合工作组、用途承诺），以及别的许多事情"
    for pixels in range(60, 300, 7):
        lines = in_two_lines(text, pixels, 12)
        assert len(lines) <= 2
        assert all(text_width(line, 12) <= pixels for line in lines)
        assert not lines[-1].startswith(("、", "）", "，"))


def test_a_word_that_no_line_holds_is_cut():
    assert in_two_lines("Pneumonoultramicroscopic", 60, 12) == ["Pneumon…"]
