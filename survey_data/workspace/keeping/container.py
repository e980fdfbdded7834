"""The file of a backup: a zip of two entries, the database as a SQLite file and its manifest.

Both entries are stored, not packed, so that no small file can become a large one, and the database
is read in pieces, however large it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from indicators.findings import Finding, Refused
from locales import text
from survey_data.workspace.keeping.digests import Blob, Contents, TableDigest

FORMAT = 1
DATABASE, MANIFEST = "workspace.db", "manifest.json"
_PIECE = 1 << 20
_LARGEST_MANIFEST = 64 << 20
_LAST_RECORD = 22
"""Bytes of what ends a zip without a comment."""
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, struct.error, NotImplementedError,
    RuntimeError, ValueError, OverflowError,
)  # fmt: skip
"""What `zipfile` raises for files that are no sound zip."""


class Manifest(BaseModel):
    """What a backup holds and where it comes from.

    ``sha256`` is that of the database file; ``tables`` and ``blobs`` say the same of what is in it,
    so that it can be checked on another engine.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: int
    program: str
    engine: str
    revision: str
    made_at: str
    bytes: int
    sha256: str
    tables: dict[str, TableDigest]
    blobs: Sequence[Blob]

    @property
    def contents(self) -> Contents:
        return Contents(dict(self.tables), tuple(self.blobs))


def damaged(file: Path, reason: str, **params: object) -> Refused:
    """E938, with the text ``backup.REASON`` for what is wrong."""
    problem = text(f"backup.{reason}", **params)
    return Refused(Finding("E938", params={"path": str(file), "problem": problem}))


def pack(database: Path, target: Path, **about: Any) -> Manifest:
    """Write the container over ``target`` and bring it to the disk.

    ``about``: the manifest but for what the file itself says.
    """
    digest = hashlib.sha256()
    with open(target, "wb") as file:
        with zipfile.ZipFile(file, "w") as archive:
            # The date says nothing: the same database gives the same bytes.
            with (
                open(database, "rb") as source,
                archive.open(zipfile.ZipInfo(DATABASE), "w", force_zip64=True) as entry,
            ):
                while piece := source.read(_PIECE):
                    digest.update(piece)
                    entry.write(piece)
            size = database.stat().st_size
            manifest = Manifest(format=FORMAT, bytes=size, sha256=digest.hexdigest(), **about)
            archive.writestr(zipfile.ZipInfo(MANIFEST), manifest.model_dump_json(indent=1))
        file.flush()
        os.fsync(file.fileno())
    return manifest


def unpack(file: Path, database: Path, head: str) -> Manifest:
    """Check the container and its manifest, then write the database, whose bytes must be those of
    the manifest.

    Raises Refused: E921 for a file that cannot be read, E938 for one that is no sound backup, E941
    for one of a newer version (a revision above ``head``).
    """
    with _opened(file) as source:
        try:
            with zipfile.ZipFile(source) as archive:
                entries = {one.filename: one for one in archive.infolist()}
                _check_entries(file, archive.infolist(), os.fstat(source.fileno()).st_size)
                _check_extent(file, source, archive)
                manifest = _manifest(file, archive.read(MANIFEST), head)
                if entries[DATABASE].file_size != manifest.bytes:
                    raise damaged(file, "bytes")
                with archive.open(DATABASE) as entry, open(database, "xb") as target:
                    digest = hashlib.sha256()
                    while piece := entry.read(_PIECE):
                        digest.update(piece)
                        target.write(piece)
                    target.flush()
                    os.fsync(target.fileno())
        except _BROKEN as error:
            raise damaged(file, "no-zip", problem=str(error)) from None
    if digest.hexdigest() != manifest.sha256:
        raise damaged(file, "bytes")
    return manifest


def _opened(file: Path) -> BinaryIO:
    try:
        if file.exists() and not file.is_file():
            raise damaged(file, "no-file")
        return open(file, "rb")
    except (OSError, ValueError) as error:
        problem = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise Refused(Finding("E921", params={"path": str(file), "problem": problem})) from None


def _check_entries(file: Path, entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    if sorted(one.filename for one in entries) != sorted((DATABASE, MANIFEST)):
        raise damaged(file, "entries")
    for one in entries:
        kind = stat.S_IFMT(one.external_attr >> 16)
        plain = one.compress_type == zipfile.ZIP_STORED and not one.flag_bits & 0x1
        if kind not in (0, stat.S_IFREG) or not plain or one.compress_size != one.file_size:
            raise damaged(file, "entries")
    if sum(one.file_size for one in entries) > size:
        raise damaged(file, "entries")
    if any(one.filename == MANIFEST and one.file_size > _LARGEST_MANIFEST for one in entries):
        raise damaged(file, "manifest")


def _check_extent(file: Path, source: BinaryIO, archive: zipfile.ZipFile) -> None:
    """Raises Refused (E938) where bytes of the file belong to neither entry: before, between or
    after them, where `zipfile` looks past them."""
    at = 0
    for one in sorted(archive.infolist(), key=lambda one: one.header_offset):
        source.seek(one.header_offset)
        *_, name, extra = struct.unpack("<26s2H", source.read(30))
        # An entry of more than 4 GiB has its sizes and its place in a field of 20 or 28 bytes.
        if one.header_offset != at or max(extra, len(one.extra)) > 28 or one.comment:
            raise damaged(file, "entries")
        at += 30 + name + extra + one.compress_size
    source.seek(-_LAST_RECORD, os.SEEK_END)
    ends = source.read().startswith(b"PK\x05\x06") and not archive.comment
    if at != archive.start_dir or not ends:
        raise damaged(file, "entries")


def _manifest(file: Path, content: bytes, head: str) -> Manifest:
    try:
        # Only what says whether this program can read the rest; a newer one may have more in it.
        found = json.loads(content)
        newer = isinstance(found, dict) and (
            _above(found.get("format"), FORMAT) or _above(found.get("revision"), head)
        )
        if newer:
            params = {"path": str(file), "program": str(found.get("program"))[:80]}
            raise Refused(Finding("E941", params=params))
        return Manifest.model_validate_json(content)
    except (ValidationError, ValueError, RecursionError):
        raise damaged(file, "manifest") from None


def _above(found: object, known: int | str) -> bool:
    if isinstance(found, str) and isinstance(known, str):
        return found.isdecimal() and len(found) == len(known) and found > known
    return type(found) is int and isinstance(known, int) and found > known
