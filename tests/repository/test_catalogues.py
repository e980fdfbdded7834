"""Both languages say the same things, each in one place."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from string import Formatter

import polib
import pytest

CODE_OF_A_FINDING = re.compile(r"^[EWN]\d{3}(?=\.)")
ROOT = Path(__file__).resolve().parents[2]
DOMAINS = sorted(path.stem for path in (ROOT / "locales" / "zh" / "LC_MESSAGES").glob("*.po"))


def catalogue(language: str, domain: str) -> dict[str, str]:
    path = ROOT / "locales" / language / "LC_MESSAGES" / f"{domain}.po"
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(path), encoding="utf-8")}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_catalogues():
    english = sorted(p.stem for p in (ROOT / "locales" / "en" / "LC_MESSAGES").glob("*.po"))
    assert english == DOMAINS and "pages" in DOMAINS


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_say_every_text_with_the_same_placeholders(domain):
    chinese, english = catalogue("zh", domain), catalogue("en", domain)
    assert chinese.keys() == english.keys()
    for key, text in chinese.items():
        assert text.strip() and english[key].strip(), key
        assert placeholders(text) == placeholders(english[key]), key


@pytest.mark.parametrize("domain", DOMAINS)
def test_english_texts_hold_no_chinese(domain):
    for key, text in catalogue("en", domain).items():
        assert not re.search(
            "[一-鿿]", re.sub(r"部门|所在部门|单位|编号|指标|数值|期间|来源", "", text)
        ), key


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_key_occurs_once_and_its_first_word_names_one_catalogue(language):
    """Codes count as one word: all stand in ``findings.po``."""
    places: dict[str, list[str]] = defaultdict(list)
    homes: dict[str, set[str]] = defaultdict(set)
    for domain in DOMAINS:
        path = ROOT / "locales" / language / "LC_MESSAGES" / f"{domain}.po"
        for entry in polib.pofile(str(path), encoding="utf-8"):
            places[entry.msgid].append(domain)
            homes[CODE_OF_A_FINDING.sub("code", entry.msgid).split(".")[0]].add(domain)
    assert {key: found for key, found in places.items() if len(found) > 1} == {}
    assert {word: found for word, found in homes.items() if len(found) > 1} == {}
    assert homes["code"] == {"findings"}
