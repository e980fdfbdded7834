"""Encodings of text files: found in a fixed order, offered where in doubt, never guessed silently."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indicators.findings import Refused
from survey_data.reading import PAGE_LIMITS, RawTable, ReadOptions, parse
from survey_data.reading.encodings import preview_encodings

SIMPLIFIED = "部门,我愿意共享数据\n教育局,非常同意\n财政局,不同意\n"
TRADITIONAL = (
    "部門,我願意分享資料庫裡的資訊\n教育局,非常同意這個說法\n財政局,覺得還需要討論與溝通\n"
)


def read(content: bytes, **options: object) -> RawTable:
    return parse(content, PAGE_LIMITS, ReadOptions(**options))  # type: ignore[arg-type]


def cells(table: RawTable) -> list[list[str | None]]:
    columns = [column.to_pylist() for column in table.columns.columns]
    return [list(row) for row in zip(*columns, strict=True)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_usual_encoding_is_found_even_in_a_short_file(encoding):
    table = read(SIMPLIFIED.encode(encoding))
    assert table.headers == ("部门", "我愿意共享数据")
    assert cells(table) == [["教育局", "非常同意"], ["财政局", "不同意"]]
    assert not table.findings


def test_big5_is_offered_and_read_only_when_told():
    content = TRADITIONAL.encode("big5")
    assert "W216" in [finding.code for finding in read(content).findings]
    assert preview_encodings(content)[0].encoding == "big5"
    assert cells(read(content, encoding="big5"))[0] == ["教育局", "非常同意這個說法"]


def test_traditional_text_in_gb18030_is_not_taken_for_big5():
    assert not read(TRADITIONAL.encode("gb18030")).findings


def test_a_header_in_utf_8_over_a_body_in_gbk_names_the_first_bad_row():
    content = "部门,我愿意共享\n".encode() + "教育局,同意\n".encode("gbk")
    with pytest.raises(Refused) as caught:
        read(content)
    assert (caught.value.first.code, caught.value.first.where["row"]) == ("E120", 2)


def test_three_candidates_are_shown_and_what_does_not_fit_says_where():
    found = preview_encodings(SIMPLIFIED.encode("gbk"))
    assert len(found) == 3
    assert found[0].encoding == "gb18030" and found[0].fits
    assert found[0].first_rows[1] == ("教育局", "非常同意")
    utf8 = next(one for one in found if one.encoding == "utf-8")
    assert (utf8.fits, utf8.first_bad_row) == (False, 1)


def test_a_nul_is_refused_with_row_and_column():
    with pytest.raises(Refused) as caught:
        read(b"a,b,c\n1,2,3\n4,5\x00,6\n")
    assert caught.value.first.code == "E121"
    assert caught.value.first.where == {"row": 3, "column": "B"}


@pytest.mark.parametrize("mark", [",", "\t", ";", "|", "，", "¦"])
def test_every_usual_delimiter_is_found(mark):
    text = "\n".join(mark.join(row) for row in (["部门", "a", "b"], ["教育局", "1", "2"]))
    table = read(text.encode())
    assert (table.delimiter, cells(table)) == (mark, [["教育局", "1", "2"]])


def test_the_line_that_names_the_separator_is_understood():
    table = read("sep=;\n部门;a\n教育,局;2\n".encode())
    assert (table.delimiter, table.header_row, cells(table)) == (";", 2, [["教育,局", "2"]])


def test_a_file_without_a_header_is_said():
    assert [f.code for f in read(b"1,5,4\n2,3,3\n").findings] == ["W217"]


@settings(max_examples=60)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6),
            min_size=2, max_size=2,
        ),
        min_size=1, max_size=5,
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)  # fmt: skip
def test_what_was_written_is_read_in_every_encoding_of_the_fixed_order(rows, encoding):
    text = "\n".join(",".join(row) for row in [["部门", "答案"], *rows]) + "\n"
    assert cells(read(text.encode(encoding))) == rows
