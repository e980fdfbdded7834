"""How numbers are written for people: scores with one decimal, the minus sign, bands of n."""

from __future__ import annotations

from locales import translate

NOT_AVAILABLE = "…"
NOT_APPLICABLE = "—"
HIDDEN = "＊"
_BANDS = ((10, "<10"), (20, "10–19"), (50, "20–49"))


def score(value: float | None) -> str:
    """62.4; never −0.0."""
    if value is None:
        return NOT_AVAILABLE
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text.replace("-", "−")


def signed(value: float) -> str:
    """+2.6, −1.3, 0.0."""
    text = f"{value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "−")


def interval(low: float | None, high: float | None, language: str) -> str:
    """（58.9—65.7） in Chinese, (58.9–65.7) in English."""
    if low is None or high is None:
        return ""
    return translate("wording.range", language, low=score(low), high=score(high))


def percent(share: float) -> str:
    """A share in whole per cent; 100 and 0 only when they are exact."""
    if 0 < share < 1:
        return f"{min(max(round(100 * share), 1), 99)}%"
    return f"{100 * share:.0f}%"


def probability(p: float) -> str:
    """A probability found by simulation; it is never quite 0 or 1."""
    return ">99%" if p > 0.99 else "<1%" if p < 0.01 else f"{100 * p:.0f}%"


def quantity(value: float) -> str:
    """A raw value with at most three digits behind what tells values apart."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return text.replace("-", "−")


def respondents(n: int) -> str:
    """A count of people as a band."""
    if n < 0:
        return "<5"
    if n == 0:
        return "0"
    return next((band for top, band in _BANDS if n < top), "≥50")


def file_size(count: int) -> str:
    """Of a file, in the unit that leaves one to three digits before the point."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"


def near_cut(value: float, cut: float) -> str:
    """Two decimals where one would show the score on the other side of a cut-off."""
    crosses = (round(value, 1) >= cut) != (value >= cut)
    return f"{value:.2f}" if crosses else score(value)
