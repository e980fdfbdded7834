"""What a command prints: one JSON document, or tables and remarks for a person."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from actions.errors import Finding, Refused
from actions.plain import plain
from locales import translate


class Output:
    """Where and how results go. Remarks and refusals of a person's command go to stderr."""

    def __init__(self, as_json: bool, language: str, workspace: str | None) -> None:
        self.as_json = as_json
        self.language = language
        self.workspace = workspace
        self.published = False
        self._said = False

    def say(self, key: str, **params: object) -> str:
        return translate(key, self.language, **params)

    def result(self, value: object) -> bool:
        """Print a result, a dataclass or a dict, as JSON when asked for. Returns whether it was.

        What is published carries its own SHA-256 (docs/files.md), so that a copy can be checked.
        """
        if self.as_json:
            document = plain(value)
            if self.published:
                document["digest"] = _digest(document)
            self._document(document)
        return self.as_json

    def _document(self, value: dict[str, Any]) -> None:
        _write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")
        self._said = True

    def remark(self, text: str) -> None:
        print(visible(text), file=sys.stderr)

    @contextmanager
    def progress(self, stages: str = "upload") -> Iterator[Callable[[str, float], None]]:
        """Takes the stage and the share done; a bar on stderr while a person is watching.

        ``stages``: where the catalogue names them.
        """
        if self.as_json or not sys.stderr.isatty():
            yield lambda stage, share: None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(file=sys.stderr), transient=True) as bar:
            task = bar.add_task("", total=1.0)
            yield lambda stage, share: bar.update(
                task, completed=share, description=self.say(f"{stages}.stage-{stage}")
            )

    def line(self, text: str) -> None:
        _write(visible(text) + "\n")

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        def shown(cell: object) -> Text:
            # Not a plain string, in which Rich would look for marks like [bold] and [/red].
            text = "—" if cell is None else visible(str(cell))
            return Text(text.replace("\n", "\\n").replace("\t", "\\t"))

        table = Table(box=None, pad_edge=False, header_style="bold")
        for header in headers:
            table.add_column(shown(header))
        for row in rows:
            table.add_row(*map(shown, row))
        Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200).print(table)

    def issues(self, issues: Iterable[dict[str, Any]]) -> None:
        for issue in issues:
            mark = {"error": "✗", "warning": "!", "note": "·"}[issue["severity"]]
            text = issue["message"][self.language]
            self.remark(f"{mark} {issue['code']} {text} {issue['fix'][self.language]}")

    def failure(self, code: str, problem: str) -> None:
        """A command that came to no result still gives its one JSON document."""
        if self.as_json and not self._said:
            self.refusal(Refused(Finding(code, params={"problem": problem})))

    def refusal(self, refusal: Refused) -> None:
        found = [finding.as_json() for finding in refusal.findings]
        first = refusal.first
        if self.as_json:
            error = {
                "code": first.code,
                "message": first.message,
                "where": dict(first.where),
                "fix": first.fix,
            }
            self._document({"error": error, "findings": found})
        else:
            self.issues(found)


def _digest(value: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON: keys sorted, no spaces, UTF-8, without ``digest`` itself."""
    rest = {key: held for key, held in value.items() if key != "digest"}
    plain = json.dumps(
        rest, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(plain.encode()).hexdigest()


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal obeys instead of showing: control characters, and marks that turn the direction
of writing; halves of surrogate pairs, which no output can hold."""


def visible(text: str) -> str:
    """The text with such characters written as their escapes, so that a name can neither colour the
    terminal nor wipe it nor turn the figures after it round."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode-escape").decode(), text)


def _write(text: str) -> None:
    # A file name that is not UTF-8 is shown by its escapes, which JSON reads too.
    sys.stdout.buffer.write(text.encode(errors="backslashreplace"))
    sys.stdout.flush()


current: ContextVar[Output] = ContextVar("output")
