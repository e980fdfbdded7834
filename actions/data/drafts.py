"""Uploads on their way in: each step is kept, so that a closed tab loses nothing.

An upload shows single answers, so on a page it belongs to who began it: it opens with a token of 256
bits, which the address holds and of which the workspace has the SHA-256 alone. The token is made
from the secret name of the browser, so that the same browser finds its open uploads again; without
such a name it is drawn at random, and the address is the only way back.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from actions.access import Access, authorize
from actions.data.imports import import_metrics, import_survey, preview_metrics, preview_survey
from indicators.findings import Finding, Refused
from survey_data.answers.survey import SurveyImport, SurveyOptions
from survey_data.handing_out.annotated import annotate
from survey_data.metrics.sheet import MetricsImport
from survey_data.reading import PAGE_LIMITS, RawTable, ReadOptions, read
from survey_data.reading.encodings import EncodingPreview, preview_encodings
from survey_data.workspace import batches, progress, registry
from survey_data.workspace.progress import Draft

__all__ = [
    "Draft",
    "RawTable",
    "active_survey_batches",
    "annotated_draft",
    "commit_draft",
    "discard_draft",
    "discard_named_draft",
    "draft_at",
    "drafts_of",
    "drafts_report",
    "encodings_of",
    "get_draft",
    "open_drafts",
    "preview_draft",
    "read_draft",
    "reopen_draft",
    "save_draft",
    "start_draft",
]


def start_draft(
    access: Access, content: bytes, name: str, kind: str, round_id: str, browser: str = ""
) -> Draft:
    """Keep the uploaded bytes and open a draft. ``kind`` is ``survey`` or ``metrics``.

    Raises Refused (E916) for a name that a round cannot have.
    """
    authorize(access.user, "draft.edit")
    registry.require_round_id(round_id)
    sha256 = batches.store_raw(access.workspace, content, name)
    first = {"kind": kind, "round": round_id, "file": name, "size": len(content), "step": 1}
    id = progress.new_draft_id()
    token = _token(browser, id)
    draft = progress.new_draft(
        access.workspace, access.user.id, sha256, first, id=id, token_sha256=_sha256(token)
    )
    return replace(draft, key=f"{id}.{token}")


def get_draft(access: Access, id: str) -> Draft | None:
    """A draft of an upload of this user, None when it is gone; for the owner at the machine."""
    authorize(access.user, "draft.edit", id)
    found = progress.draft(access.workspace, id)
    own = found is not None and found.owner == access.user.id and _is_upload(found)
    return found if own else None


def open_drafts(access: Access) -> list[Draft]:
    """All open uploads of this user, the last changed first; for the owner at the machine."""
    authorize(access.user, "draft.edit")
    return [
        one for one in progress.open_drafts(access.workspace, access.user.id) if _is_upload(one)
    ]


def draft_at(access: Access, key: str) -> Draft | None:
    """The draft that ``ID.TOKEN`` of an address opens, None where it opens none."""
    authorize(access.user, "draft.edit")
    id, _, token = key.partition(".")
    found = get_draft(access, id)
    return replace(found, key=key) if found is not None and _opens(token, found) else None


def drafts_of(access: Access, browser: str) -> list[Draft]:
    """The open uploads that were begun in a browser, each with the key that opens it."""
    authorize(access.user, "draft.edit")
    if not browser:
        return []
    held = [(one, _token(browser, one.id)) for one in open_drafts(access)]
    return [replace(one, key=f"{one.id}.{token}") for one, token in held if _opens(token, one)]


def reopen_draft(access: Access, id: str) -> str:
    """A new key for a draft; the earlier one opens it no more. Raises Refused (E908)."""
    authorize(access.user, "draft.edit", id)
    if get_draft(access, id) is None:
        raise _no_draft(access, id)
    token = secrets.token_hex(32)
    progress.open_with(access.workspace, id, _sha256(token))
    return f"{id}.{token}"


def drafts_report(access: Access) -> dict[str, Any]:
    """All open uploads, without what they hold."""
    return {
        "drafts": [
            {
                "id": one.id,
                "kind": one.content["kind"],
                "round": one.content["round"],
                "file": one.content["file"],
                "changed_at": one.changed_at,
            }
            for one in open_drafts(access)
        ]
    }


def discard_named_draft(access: Access, id: str) -> None:
    """Forget an upload by its id. Raises Refused (E908) when there is none."""
    if get_draft(access, id) is None:
        raise _no_draft(access, id)
    discard_draft(access, id)


def save_draft(access: Access, draft: Draft, **changes: Any) -> Draft:
    """Save decisions. Raises Refused (E920) when another tab saved in between."""
    authorize(access.user, "draft.edit", draft.id)
    return progress.save_draft(access.workspace, draft, {**draft.content, **changes})


def discard_draft(access: Access, id: str) -> None:
    """Forget a draft; the raw file stays."""
    authorize(access.user, "draft.edit", id)
    progress.discard_draft(access.workspace, id)


def read_draft(access: Access, draft: Draft) -> RawTable:
    """Read the draft's file in the limited child process. Raises Refused."""
    authorize(access.user, "draft.edit", draft.id)
    content = batches.raw_content(access.workspace, draft.sha256)
    return read(content, PAGE_LIMITS, _read_options(draft))


def encodings_of(access: Access, draft: Draft) -> list[EncodingPreview]:
    """The first rows of a draft's text file in three candidate encodings, the likeliest first."""
    authorize(access.user, "draft.edit", draft.id)
    return preview_encodings(batches.raw_content(access.workspace, draft.sha256))


def preview_draft(access: Access, draft: Draft, table: RawTable) -> SurveyImport | MetricsImport:
    """What the draft would bring in as it stands. Nothing is stored."""
    authorize(access.user, "draft.edit", draft.id)
    round_id = str(draft.content["round"])
    if draft.content["kind"] == "metrics":
        return preview_metrics(access, table, round_id, _aliases(draft))
    return preview_survey(access, table, round_id, _survey_options(draft))


def annotated_draft(access: Access, draft: Draft, table: RawTable, lang: str) -> bytes:
    """The draft's file with its findings marked, as an .xlsx to mend and upload again."""
    authorize(access.user, "draft.edit", draft.id)
    found = preview_draft(access, draft, table)
    return annotate(table, (*found.blocking, *found.findings), lang, found.headers)


def commit_draft(access: Access, id: str, step: Callable[[str, float], None]) -> dict[str, Any]:
    """Bring the draft in, wholly or not at all; then the draft is done with."""
    authorize(access.user, "batch.import", id)
    draft = get_draft(access, id)
    if draft is None:
        return {"batch": None}
    content = batches.raw_content(access.workspace, draft.sha256)
    name, round_id = str(draft.content["file"]), str(draft.content["round"])
    if draft.content["kind"] == "metrics":
        report = import_metrics(
            access,
            content,
            name,
            round_id,
            aliases=_aliases(draft),
            read_options=_read_options(draft),
            limits=PAGE_LIMITS,
            progress=step,
        )
    else:
        mode = draft.content.get("mode")
        report = import_survey(
            access,
            content,
            name,
            round_id,
            _survey_options(draft),
            read_options=_read_options(draft),
            mode=None if mode is None else str(mode),
            limits=PAGE_LIMITS,
            progress=step,
        )
    progress.discard_draft(access.workspace, id)
    kept = ("batch", "new", "round", "rows_read", "accepted", "rejected", "ignored", "values")
    return {key: report[key] for key in kept if key in report}


def active_survey_batches(access: Access, round_id: str) -> list[str]:
    """Batches that a further survey file would add to or supersede."""
    authorize(access.user, "round.read", round_id)
    try:
        info = registry.round_named(access.workspace, round_id)
    except Refused:
        return []
    return [b.id for b in info.batches if b.kind == "survey" and b.state == "active"]


def _token(browser: str, id: str) -> str:
    """64 hexadecimal digits; nobody without the browser's name can make them."""
    if not browser:
        return secrets.token_hex(32)
    return hmac.new(browser.encode(), id.encode(), hashlib.sha256).hexdigest()


def _opens(token: str, draft: Draft) -> bool:
    return hmac.compare_digest(_sha256(token), draft.token_sha256)


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _is_upload(draft: Draft) -> bool:
    return draft.content.get("kind") in ("survey", "metrics")


def _read_options(draft: Draft) -> ReadOptions:
    chosen = {k: draft.content.get(k) for k in ("encoding", "delimiter", "sheet", "header_row")}
    filled = bool(draft.content.get("fill_merged"))
    return ReadOptions(**chosen, fill_merged=filled)  # type: ignore[arg-type]


def _aliases(draft: Draft) -> dict[str, str]:
    return dict(draft.content.get("aliases") or {})  # type: ignore[call-overload]


def _survey_options(draft: Draft) -> SurveyOptions:
    content: dict[str, Any] = dict(draft.content)
    return SurveyOptions(
        content.get("department"),
        dict(content.get("overrides") or {}),
        tuple(content.get("drop") or ()),
        tuple(content.get("codes") or ()),
        _aliases(draft),
        content.get("dialect"),
        None if content.get("exclude") is None else tuple(content["exclude"]),
    )


def _no_draft(access: Access, id: str) -> Refused:
    return Refused(Finding("E908", params={"draft": id, "place": access.typed_location}))
