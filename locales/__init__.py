"""Every text a person reads, in Chinese and English, by key.

The catalogues are gettext files, ``<language>/LC_MESSAGES/<domain>.po``: the msgid is a key such as
``E123.message``, the msgstr the text with ``str.format`` placeholders. All domains of a language
form one catalogue, in which a key occurs once.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polib

LANGUAGES = ("zh", "en")


@cache
def _catalogue(language: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / language / "LC_MESSAGES").glob("*.po")):
        for entry in polib.pofile(str(path), encoding="utf-8"):
            if entry.msgid in texts:
                raise ValueError(f"message {entry.msgid!r} occurs twice in {language}: {path.name}")
            texts[entry.msgid] = entry.msgstr
    return texts


def translate(key: str, language: str, /, **params: object) -> str:
    """The text of one key in one language, with its placeholders filled.

    Raises KeyError for an unknown key and for a placeholder without a value.
    """
    return _catalogue(language)[key].format(**params)


def text(key: str, /, **params: object) -> dict[str, str]:
    """The text of one key in every language. A parameter may itself be such a dict."""
    return {
        language: translate(
            key,
            language,
            **{
                name: value[language] if isinstance(value, dict) and language in value else value
                for name, value in params.items()
            },
        )
        for language in LANGUAGES
    }
