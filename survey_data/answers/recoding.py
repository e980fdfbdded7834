"""Answer texts → whole numbers on the item's scale. Each distinct text of a column is decided once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from indicators.answers.moments import MISSING
from indicators.findings import Finding
from indicators.framework import Scale
from survey_data.answers.answer_ladders import ladders
from survey_data.reading.columns import numbers_of
from survey_data.text import plain

MISSING_TEXTS = frozenset({"(空)", "(跳过)", "na", "n/a", "nan", "null", "-2", "-3"})
OFF_SCALE = -32767
"""Marks a cell that cannot be coded."""

MOST_LISTED = 200
_NUMBER = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$", re.IGNORECASE)
_ENDLESS = re.compile(r"^[+-]?inf(inity)?$", re.IGNORECASE)
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?$")
_ERROR = re.compile(
    r"^#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|ERROR|SPILL!|CALC!)$", re.IGNORECASE
)
_FORMULA = re.compile(r"^=.")
_WITH_UNIT = re.compile(r"^(\d{1,2})\s*(?:分|points?)$", re.IGNORECASE)
_NUMBER_FIRST = re.compile(
    r"^\(?(\d{1,2})(?:\s*[-–—.、:,)=]+\s*|\s+|(?=[^\W\d_a-z]))(\D.*)$", re.IGNORECASE
)
_NUMBER_LAST = re.compile(r"^(\D.*?)\s*[(\[]\s*(\d{1,2})\s*(?:分|points?)?\s*[)\]]$", re.IGNORECASE)
_LETTER_FIRST = re.compile(r"^\(?[a-z](?:\s*[-–—.、:,)]+\s*)(.+)$", re.IGNORECASE)
_NUMERALS = {numeral: number for number, numeral in enumerate("一二三四五六七八九十", 1)}

Decision = tuple[int, str | None]


def _plain_label(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def code_text(text: str, scale: Scale, rules: Mapping[str, int]) -> Decision:
    """(code, None), (MISSING, ``missing``) or (OFF_SCALE, code of the finding), of a text alone."""
    return code_texts([text], scale, rules)[0][0]


def code_texts(
    texts: Sequence[str],
    scale: Scale,
    rules: Mapping[str, int],
    *,
    missing: Iterable[str] = (),
    labels: Mapping[str, str] | None = None,
) -> tuple[list[Decision], bool]:
    """Decide a column's distinct texts together.

    In this order: a person's rule; empty; the framework's labels; a number on the scale; what means
    no answer; a number in words or with a label; the one ladder of as many points as the scale that
    holds all the texts. Where numbers and labels consistently run against each other the labels
    decide.

    Parameters
    ----------
    missing : further texts that mean no answer
    labels : cell text → label, where the file itself says what its codes mean

    Returns
    -------
    decisions as in `code_text`, and whether the numbers ran the other way
    """
    skipped = MISSING_TEXTS | {_plain_label(text) for text in missing}
    alone = [_alone(text, scale, rules, skipped) for text in texts]
    parts = [_taken_apart(text, labels or {}) for text in texts]
    words = {plain(label) for _, label in parts if label}
    known = _own_labels(scale)
    for text, found, part in zip(texts, alone, parts, strict=True):
        if part == (None, None) and (found[1] == "E152" or plain(text) in known):
            words.add(plain(text))
    meaning = _meaning({word for word in words if word}, known, scale)
    pairs = [
        (number, meaning[plain(label)])
        for (number, label), text in zip(parts, texts, strict=True)
        if number is not None and label and plain(label) in meaning and text.strip() not in rules
    ]
    turned = bool(pairs) and any(n != code for n, code in pairs)
    if turned and not all(n + code == scale.min + scale.max for n, code in pairs):
        meaning, turned = {}, False
    decisions: list[Decision] = []
    for text, found, (number, label) in zip(texts, alone, parts, strict=True):
        from_label = meaning.get(plain(label)) if label else None
        labelled = labels is not None and text.strip() in labels
        if found[1] is None:
            # A number that its own label contradicts throughout is read by the label.
            decided = text.strip() in rules or not (labelled and turned and from_label is not None)
        else:
            decided = found[1] != "E152" and not labelled
        if decided or from_label is None and label is not None:
            decisions.append(found)
        elif from_label is not None:
            decisions.append((from_label, None))
        elif label is None and number is not None:
            on_scale = scale.min <= number <= scale.max
            decisions.append((number, None) if on_scale else (OFF_SCALE, "E151"))
        elif (code := meaning.get(plain(text))) is not None:
            decisions.append((code, None))
        else:
            decisions.append(found)
    return decisions, turned


def suggested_code(text: str, scale: Scale) -> int | None:
    """The code that a text would have on some ladder of the scale's length; a person decides."""
    _, label = _taken_apart(text, {})
    word = plain(label or text)
    codes = {
        scale.min + place
        for ladder in ladders(scale.max - scale.min + 1)
        for place, rung in enumerate(ladder)
        if word in rung
    }
    return codes.pop() if len(codes) == 1 else None


def _alone(text: str, scale: Scale, rules: Mapping[str, int], skipped: frozenset[str]) -> Decision:
    """What a text says without the column's other texts."""
    bare = unicodedata.normalize("NFKC", text).strip()
    if text.strip() in rules:
        number = rules[text.strip()]
        return (number, None) if scale.min <= number <= scale.max else (OFF_SCALE, "E151")
    if not bare:
        return MISSING, None
    if (code := _own_labels(scale).get(plain(bare))) is not None:
        return code, None
    number = float(bare) if _NUMBER.match(bare) else None
    if number is not None and number.is_integer() and scale.min <= number <= scale.max:
        return (
            (MISSING, "missing")
            if _plain_label(bare) in skipped - MISSING_TEXTS
            else (int(number), None)
        )
    if _plain_label(bare) in skipped:
        return MISSING, "missing"
    if _ENDLESS.match(bare) or number in (float("inf"), float("-inf")):
        return OFF_SCALE, "E133"
    if number is not None:
        return OFF_SCALE, "E151"
    for pattern, code in ((_DATE, "E130"), (_ERROR, "E132"), (_FORMULA, "E131")):
        if pattern.match(bare):
            return OFF_SCALE, code
    return OFF_SCALE, "E152"


def _own_labels(scale: Scale) -> dict[str, int]:
    return {
        plain(label): scale.min + place
        for labels in (scale.labels or {}).values()
        for place, label in enumerate(labels)
    }


def _taken_apart(text: str, labels: Mapping[str, str]) -> tuple[int | None, str | None]:
    """(number, label) of ``5-非常同意``, ``非常同意(5)``, ``A.非常同意``, ``3分`` or ``五``."""
    bare = unicodedata.normalize("NFKC", text).strip()
    if text.strip() in labels and _NUMBER.match(bare) and float(bare).is_integer():
        return int(float(bare)), labels[text.strip()]
    if bare in _NUMERALS:
        return _NUMERALS[bare], None
    if (found := _WITH_UNIT.match(bare)) is not None:
        return int(found[1]), None
    if (found := _NUMBER_LAST.match(bare)) is not None:
        return int(found[2]), found[1].strip()
    if (found := _NUMBER_FIRST.match(bare)) is not None:
        return int(found[1]), found[2].strip()
    if (found := _LETTER_FIRST.match(bare)) is not None:
        return None, found[1].strip()
    return None, None


def _meaning(words: set[str], known: Mapping[str, int], scale: Scale) -> dict[str, int]:
    """Codes of the words by the ladders that hold them all; what two ladders contradict is left out.

    A word that is one of the framework's own labels keeps its code and every ladder must agree
    with it; two words on one rung mean that the ladder is another one.
    """
    fitting = []
    for ladder in ladders(scale.max - scale.min + 1):
        codes = {
            word: scale.min + place
            for word in words
            for place, rung in enumerate(ladder)
            if word in rung
        }
        if set(codes) | set(known) >= words and all(
            codes.get(word, code) == code for word, code in known.items() if word in words
        ):
            whole = {word: known.get(word, codes.get(word)) for word in words}
            if len(set(whole.values())) == len(whole):
                fitting.append(whole)
    found = {word: known[word] for word in words if word in known}
    for word in words - set(found):
        codes = {one[word] for one in fitting}
        if len(codes) == 1 and (code := codes.pop()) is not None:
            found[word] = code
    return found


def dictionary_of(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.integer]]:
    """Distinct texts and for each row the index of its text; an empty cell has the last index.

    The list ends with an empty text that stands for empty cells.
    """
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], pa.string())
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    texts = whole.dictionary.to_pylist()
    indices = numbers_of(whole.indices, missing=len(texts))
    return [text or "" for text in texts] + [""], indices


@dataclass(frozen=True, eq=False)
class CodedColumn:
    """Codes (n,) int16 of one item, with what was found on the way."""

    codes: NDArray[np.int16]
    findings: list[Finding]


def code_column(
    column: pa.ChunkedArray,
    header: str,
    scale: Scale,
    rules: Mapping[str, int],
    row_numbers: NDArray[np.int64],
    counted: NDArray[np.bool_],
    *,
    missing: Iterable[str] = (),
    labels: Mapping[str, str] | None = None,
) -> CodedColumn:
    """Code one item's column. ``counted`` rows are those that are not left out anyway."""
    texts, indices = dictionary_of(column)
    decisions, turned = code_texts(texts, scale, rules, missing=missing, labels=labels)
    table = np.array([code for code, _ in decisions], dtype=np.int16)
    findings = [Finding("W262", "warning", where={"column": header})] if turned else []
    findings += _by_rule(header, texts, decisions, scale, rules, turned)
    for index, (_, code) in enumerate(decisions):
        if code is None:
            continue
        rows = row_numbers[(indices == index) & counted]
        if not len(rows):
            continue
        if code == "missing":
            where = {"column": header, "value": texts[index]}
            findings.append(Finding("N151", "note", where, {"count": len(rows)}))
            continue
        bounds = {"low": scale.min, "high": scale.max}
        listed = rows[: max(MOST_LISTED - len(findings), 1)].tolist()
        findings += [
            Finding(
                code,
                where={"row": row, "column": header, "value": texts[index][:200]},
                params=bounds,
            )
            for row in listed
        ]
        if len(rows) > len(listed):
            params = {"count": len(rows) - len(listed), "example": texts[index][:50]}
            findings.append(Finding("E154", where={"column": header}, params=params))
    return CodedColumn(table[indices], findings)


def _by_rule(
    header: str,
    texts: Sequence[str],
    decisions: Sequence[Decision],
    scale: Scale,
    rules: Mapping[str, int],
    turned: bool,
) -> list[Finding]:
    """Say which texts were read by a rule that is neither a plain number nor the framework's label."""
    own = _own_labels(scale)
    read = [
        f"{text.strip()} → {code}"
        for text, (code, problem) in zip(texts, decisions, strict=True)
        if problem is None
        and code != MISSING
        and text.strip() not in rules
        and plain(text) not in own
        and (turned or not _NUMBER.match(unicodedata.normalize("NFKC", text).strip()))
    ]
    if not read:
        return []
    params = {"pairs": "; ".join(read[:10]) + ("; …" if len(read) > 10 else "")}
    return [Finding("N263", "note", {"column": header}, params)]
