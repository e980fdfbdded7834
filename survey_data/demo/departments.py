"""The departments of a Chinese prefecture-level city, in five mission groups."""

from __future__ import annotations

_GROUPS = {
    "综合管理": (
        ("市政府办公室", "Government Office"),
        ("发展改革委", "Development and Reform"),
        ("财政局", "Finance"),
        ("司法局", "Justice"),
        ("审计局", "Audit"),
        ("统计局", "Statistics"),
        ("大数据局", "Big Data"),
        ("机关事务局", "Government Services"),
    ),
    "经济与市场": (
        ("工业和信息化局", "Industry and IT"),
        ("商务局", "Commerce"),
        ("市场监管局", "Market Regulation"),
        ("税务局", "Taxation"),
        ("国资委", "State Assets"),
        ("农业农村局", "Agriculture"),
        ("金融监管局", "Financial Regulation"),
        ("投资促进局", "Investment Promotion"),
        ("科学技术局", "Science and Technology"),
    ),
    "民生与社会": (
        ("教育局", "Education"),
        ("民政局", "Civil Affairs"),
        ("人力资源社会保障局", "Labour and Social Security"),
        ("卫生健康委", "Health"),
        ("医疗保障局", "Healthcare Security"),
        ("退役军人局", "Veterans Affairs"),
        ("文化旅游局", "Culture and Tourism"),
        ("体育局", "Sports"),
        ("残联", "Disabled Persons' Federation"),
    ),
    "规划建设": (
        ("自然资源局", "Natural Resources"),
        ("生态环境局", "Ecology and Environment"),
        ("住房城乡建设局", "Housing and Construction"),
        ("交通运输局", "Transport"),
        ("水利局", "Water Resources"),
        ("城市管理局", "City Management"),
        ("林业局", "Forestry"),
        ("人防办", "Civil Air Defence"),
    ),
    "安全与执法": (
        ("公安局", "Public Security"),
        ("应急管理局", "Emergency Management"),
        ("消防救援支队", "Fire and Rescue"),
        ("气象局", "Meteorology"),
        ("海关", "Customs"),
        ("信访局", "Petitions"),
        ("综合执法局", "Law Enforcement"),
        ("疾控局", "Disease Control"),
    ),
}

FEW_RESPONDENTS = {"体育局": 4, "信访局": 3}
"""Departments where hardly anybody answers, so that the protection of respondents shows."""


def department_list(count: int) -> list[tuple[str, str, str]]:
    """(Chinese name, English name, group), groups taking turns; beyond the city, its districts."""
    longest = max(len(members) for members in _GROUPS.values())
    found = [
        (*members[turn], group)
        for turn in range(longest)
        for group, members in _GROUPS.items()
        if turn < len(members)
    ]
    for number in range(1, count - len(found) + 1):
        found.append((f"第{number}区", f"District {number}", "区县"))
    return found[:count]
