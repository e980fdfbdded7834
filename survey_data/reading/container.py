"""What a file is by its content, and whether its container is safe to open."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

from indicators.findings import Finding, Refused
from survey_data.reading.limits import MIB, Limits

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"MZ",
    b"\x7fELF",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"BZh",
    b"\xfd7zXZ",
)
_OLD_WORKBOOK = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_MARKUP = re.compile(rb"^\s*<(!doctype|html|head|body|table|\?xml|svg)", re.IGNORECASE)
_NOTHING = b"\x00 \r\n\t"
_START = 1 << 20
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def refuse(code: str, **params: object) -> Refused:
    return Refused(Finding(code, params=params))


def kind_of(content: bytes, limits: Limits) -> str:
    """``xlsx``, ``xls``, ``ods``, ``sav``, ``por``, ``dta`` or ``csv``, whatever the file's name.

    Raises Refused for what is none of them, or too large.
    """
    if not content[:_START].strip(_NOTHING) and not content.strip(_NOTHING):
        raise refuse("E101")
    if len(content) > limits.file:
        raise refuse("E118", limit=limits.file // MIB)
    if content.startswith((ZIP, b"PK\x05\x06")):
        return _archive_kind(content)
    if content.startswith(OLE):
        return _ole_kind(content)
    if content.startswith(b"ENCRYPTEDSAV"):
        raise refuse("E104")
    if content.startswith((b"$FL2", b"$FL3")):
        return "sav"
    if b"SPSS PORT FILE" in content[:500]:
        return "por"
    if content.startswith(b"<stata_dta>") or _is_old_stata(content):
        return "dta"
    if content.startswith(_OLD_WORKBOOK):
        raise refuse("E107")
    if content.startswith(_FOREIGN) or _MARKUP.match(
        content[3:515] if content[:3] == b"\xef\xbb\xbf" else content[:512]
    ):
        raise refuse("E103")
    return "csv"


def _is_old_stata(content: bytes) -> bool:
    """Formats 113-115 begin with the version, the byte order, and the file type 1."""
    return (
        len(content) > 109
        and content[0] in (113, 114, 115)
        and content[1] in (1, 2)
        and content[2:4] == b"\x01\x00"
    )


def _ole_kind(content: bytes) -> str:
    def named(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if named("EncryptedPackage"):
        raise refuse("E104")
    if not named("Workbook") and not named("Book"):
        raise refuse("E103")
    return "xls"


def _archive_kind(content: bytes) -> str:
    """An archive that cannot be looked into counts as a workbook: its reader says what is wrong."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if {"mimetype", "content.xml"} <= set(archive.namelist()):
                with archive.open("mimetype") as part:
                    return "ods" if part.read(len(_ODS)) == _ODS else "xlsx"
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, zlib.error):
        pass
    return "xlsx"


class CheckedArchive:
    """The parts of a workbook, unpacked within the limits. Raises Refused for what is unsafe."""

    def __init__(self, content: bytes, limits: Limits) -> None:
        self.limits = limits
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError):
            raise refuse("E102") from None
        self._entries = self._archive.infolist()
        self._total = 0
        self._check_entries()
        self.names = {entry.filename for entry in self._entries}

    def _check_entries(self) -> None:
        limits = self.limits
        if len(self._entries) > limits.entries:
            raise refuse("E110", limit=limits.unpacked // MIB)
        seen: set[str] = set()
        for entry in self._entries:
            name = entry.filename.replace("\\", "/")
            if name.startswith("/") or ".." in name.split("/") or "\x00" in name or ":" in name:
                raise refuse("E114")
            if name.lower() in seen:
                raise refuse("E114")
            seen.add(name.lower())
            if entry.flag_bits & 1:
                raise refuse("E104")

    def parts(self):
        """(name, chunks) of every entry, in the archive's order; the chunks must be read out."""
        for entry in self._entries:
            yield entry.filename, self._chunks(entry)

    def part(self, name: str) -> bytes:
        """A part that was checked before, whole."""
        with self._damage_refused():
            return self._archive.read(name)

    def _chunks(self, entry: zipfile.ZipInfo):
        limits, size = self.limits, 0
        with self._damage_refused(), self._archive.open(entry) as part:
            # Small first pieces, so that a bomb is met before much of it is unpacked.
            while chunk := part.read(MIB if size < MIB else 8 * MIB):
                size += len(chunk)
                self._total += len(chunk)
                if self._total > limits.unpacked:
                    raise refuse("E110", limit=limits.unpacked // MIB)
                if size > MIB and size > limits.ratio * max(entry.compress_size, 1):
                    raise refuse("E110", limit=limits.unpacked // MIB)
                yield chunk

    def _damage_refused(self) -> _Damage:
        return _Damage()


class _Damage:
    """Turns what a broken archive makes its reader raise into a refusal."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if isinstance(
            error,
            (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError, KeyError),
        ):
            raise refuse("E102") from None
        if isinstance(error, (zlib.error, struct.error)) or (
            kind is not None and kind.__module__ in ("lzma", "_lzma")
        ):
            raise refuse("E102") from None
        if isinstance(error, RuntimeError) and not isinstance(
            error, (RecursionError, GeneratorExit)
        ):
            raise refuse("E104") from None
