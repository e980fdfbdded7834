"""The same answers in the layout of each survey tool, as rows of cells.

Three respondents: their department, two items of the small framework, and a question with several
answers. Sources of the layouts are named in the dialects' modules.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from tests.survey_data.workbooks import by_xlsxwriter, by_xlwt

WILL, TRUST = "我愿意共享数据。", "我信任其他部门。"
GRID = "您是否同意"
SEVERAL = "用过哪些渠道"
PEOPLE = [
    ("教育局", "非常同意", "9", ["目录", "接口"]),
    ("教育局", "不同意", "7", ["目录"]),
    ("财政局", "同意", "10", ["接口"]),
]
Rows = list[list[object]]


def wenjuanxing_text() -> Rows:
    meta = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
    head = [*meta, "1、部门", f"2、{GRID}—{WILL}", f"2、{TRUST}", f"3、{SEVERAL}"]
    rows = [
        [n, f"2026/9/{n} 12:00:00", "187秒", "微信", "N/A", "10.0.0.1(北京-北京)", d, a, b, "┋".join(c)]
        for n, (d, a, b, c) in enumerate(PEOPLE, 1)
    ]  # fmt: skip
    return [head, *rows]


def tencent() -> Rows:
    head = ["编号", "开始答题时间", "结束答题时间", "答题时长", "1.部门"]
    head += [f"2.{GRID}:{WILL}", f"2.{GRID}:{TRUST}", f"3.{SEVERAL}:目录", f"3.{SEVERAL}:接口"]
    rows = [
        [n, "2026-09-01 09:00:00", "2026-09-01 09:03:07", "3分7秒", d, a, b, *_chosen(c)]
        for n, (d, a, b, c) in enumerate(PEOPLE, 1)
    ]
    return [head, *rows]


def wenjuan() -> Rows:
    head = ["序号", "开始时间", "结束时间", "答题时长", "Q1_部门", f"Q2_{GRID}_{WILL}"]
    head += [f"Q3_{GRID}_{TRUST}", "Q4_A1_目录", "Q4_A2_接口"]
    rows = [
        [n, "2026-09-01 09:00", "2026-09-01 09:03", "187秒", d, a, b, *_chosen(c)]
        for n, (d, a, b, c) in enumerate(PEOPLE, 1)
    ]
    return [head, *rows]


def qualtrics() -> Rows:
    head = [
        "StartDate",
        "EndDate",
        "Status",
        "IPAddress",
        "Progress",
        "Duration (in seconds)",
        "Finished",
    ]
    head += ["RecordedDate", "ResponseId", "Q1", "Q2_1", "Q2_2", "Q3"]
    said = [
        "Start Date",
        "End Date",
        "Response Type",
        "IP Address",
        "Progress",
        "Duration",
        "Finished",
    ]
    said += ["Recorded Date", "Response ID", "部门", f"{GRID} - {WILL}", f"{GRID} - {TRUST}"]
    said += [f"{SEVERAL} - Selected Choice"]
    ids = [f'{{"ImportId":"QID{n}"}}' for n in range(len(head))]
    rows = [
        ["2026-09-01 09:00:00", "2026-09-01 09:03:07", "IP Address", "10.0.0.1", "100", "187", "True",
         "2026-09-01 09:03:08", f"R_{n}", d, a, b, ",".join(c)]
        for n, (d, a, b, c) in enumerate(PEOPLE, 1)
    ]  # fmt: skip
    return [head, said, ids, *rows]


def limesurvey() -> Rows:
    head = ["id", "submitdate", "lastpage", "startlanguage", "seed", "ipaddr", "G1Q1. 部门"]
    head += [f"G1Q2[SQ001]. {GRID} [{WILL}]", f"G1Q2[SQ002]. {GRID} [{TRUST}]"]
    head += [f"G1Q3[SQ001]. {SEVERAL} [目录]", f"G1Q3[SQ002]. {SEVERAL} [接口]"]
    rows = [
        [n, "2026-09-01 09:03:07", 3, "zh-Hans", 77, "10.0.0.1", d, a, b, *["Y" if x else "" for x in _chosen(c)]]
        for n, (d, a, b, c) in enumerate(PEOPLE, 1)
    ]  # fmt: skip
    return [head, *rows]


def kobo() -> Rows:
    head = [
        "start",
        "end",
        "g/部门",
        f"g/{WILL}",
        f"g/{TRUST}",
        f"g/{SEVERAL}",
        f"g/{SEVERAL}/目录",
    ]
    head += [
        f"g/{SEVERAL}/接口",
        "_id",
        "_uuid",
        "_submission_time",
        "_validation_status",
        "_index",
    ]
    rows = [
        ["2026-09-01T09:00", "2026-09-01T09:03", d, a, b, " ".join(c), *_chosen(c), n, f"u{n}",
         "2026-09-01T09:03:08", "", n]
        for n, (d, a, b, c) in enumerate(PEOPLE, 1)
    ]  # fmt: skip
    return [head, *rows]


def google_forms() -> Rows:
    head = ["时间戳记", "部门", f"{GRID} [{WILL}]", f"{GRID} [{TRUST}]", SEVERAL]
    rows = [
        [f"2026/09/0{n} 9:03:07", d, a, b, ", ".join(c)] for n, (d, a, b, c) in enumerate(PEOPLE, 1)
    ]
    return [head, *rows]


def microsoft_forms() -> Rows:
    head = [
        "ID",
        "开始时间",
        "完成时间",
        "电子邮件",
        "名称",
        "部门",
        f"{GRID}.{WILL}",
        f"{GRID}.{TRUST}",
        SEVERAL,
    ]
    rows = [
        [n, "2026-09-01 09:00:00", "2026-09-01 09:03:07", "anonymous", "", d, a, b, "".join(f"{x};" for x in c)]
        for n, (d, a, b, c) in enumerate(PEOPLE, 1)
    ]  # fmt: skip
    return [head, *rows]


def plain() -> Rows:
    return [["部门", WILL, TRUST], *[[d, a, b] for d, a, b, _ in PEOPLE]]


def _chosen(options: list[str]) -> list[int]:
    return [int(option in options) for option in ("目录", "接口")]


LAYOUTS: dict[str, Callable[[], Rows]] = {
    "wenjuanxing": wenjuanxing_text,
    "tencent": tencent,
    "wenjuan": wenjuan,
    "qualtrics": qualtrics,
    "limesurvey": limesurvey,
    "kobo": kobo,
    "google-forms": google_forms,
    "microsoft-forms": microsoft_forms,
    "plain": plain,
}


def as_csv(rows: Rows, encoding: str = "utf-8-sig") -> bytes:
    store = io.StringIO()
    csv.writer(store).writerows(rows)
    return store.getvalue().encode(encoding)


WRITERS = {
    "csv": as_csv,
    "gbk": lambda rows: as_csv(rows, "gbk"),
    "xlsx": by_xlsxwriter,
    "xls": by_xlwt,
}
