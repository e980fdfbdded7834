"""What a file is by its content, and whether its container is safe to open."""

from __future__ import annotations

import io
import re
import zipfile

from indicators.findings import Finding, Refused
from survey_data.reading.limits import MIB, Limits

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
    b"$FL2",
    b"$FL3",
)
_MARKUP = re.compile(rb"^\s*<(!doctype|html|head|body|table|\?xml|svg)", re.IGNORECASE)
_NOTHING = b"\x00 \r\n\t"
_CHUNK = 1 << 20
_ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_BAD_REFERENCE = re.compile(rb"""<c\s[^>]{0,200}?r=["'](?:[A-Z]{4,}\d*|[A-Z]{1,3}\d{8,})["']""")
_FAR_COLUMN = re.compile(rb"""<c\s[^>]{0,200}?r=["'](?:[A-Z]{3}|W[C-Z]|[X-Z][A-Z])\d""")
_FAR_ROW = re.compile(
    rb"""r=["'][A-Z]*(?:200[1-9]\d\d|2000[1-9]\d|20000[2-9]|20[1-9]\d{3}|2[1-9]\d{4}|[3-9]\d{5}|\d{7,})["']"""
)
_IMPOSSIBLE_ROW = re.compile(
    rb"""r=["'][A-Z]*(?:1048[6-9]\d\d|10485[89]\d|104857[7-9]|1[1-9]\d{5}|10[5-9]\d{4}|1049\d{3}|[2-9]\d{6}|\d{8,})["']"""
)
_ERROR_CELL = re.compile(rb"""<c\s[^>]{0,200}?t=["']e["']""")
_EMPTY_FORMULA = re.compile(rb"(?:</f>|<f\s[^>]{0,200}/>|<f/>)\s*(?:<v/>|<v></v>)?\s*</c>")


def refuse(code: str, **params: object) -> Refused:
    return Refused(Finding(code, params=params))


def kind_of(content: bytes, limits: Limits) -> str:
    """``xlsx`` or ``csv``. Raises Refused for what is neither, or too large."""
    if not content[:_CHUNK].strip(_NOTHING) and not content.strip(_NOTHING):
        raise refuse("E101")
    if len(content) > limits.file:
        raise refuse("E118", limit=limits.file // MIB)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "xlsx"
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise refuse("E104" if "EncryptedPackage".encode("utf-16-le") in content else "E105")
    if content.startswith(_FOREIGN) or _MARKUP.match(
        content[3:515] if content[:3] == b"\xef\xbb\xbf" else content[:512]
    ):
        raise refuse("E103")
    return "csv"


def check_workbook(content: bytes, limits: Limits) -> list[Finding]:
    """Look through a workbook's parts before any reader opens it. Raises Refused.

    Returns warnings about cells that any reader would take for empty.
    """
    silent = {"W204": 0, "W205": 0}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries, limits)
            names = {entry.filename for entry in entries}
            _check_format(names)
            total = 0
            for entry in entries:
                with archive.open(entry) as part:
                    total = _check_part(entry, part, total, limits, silent)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError):
        raise refuse("E102") from None
    except RuntimeError:
        raise refuse("E104") from None
    except zipfile.LargeZipFile:
        raise refuse("E110", limit=limits.unpacked // MIB) from None
    except Exception as error:  # zlib.error, lzma errors: the stream itself is broken
        if isinstance(error, Refused):
            raise
        if type(error).__module__ in ("zlib", "lzma", "_lzma", "struct"):
            raise refuse("E102") from None
        raise
    return [
        Finding(code, "warning", params={"count": count}) for code, count in silent.items() if count
    ]


def _check_entries(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise refuse("E110", limit=limits.unpacked // MIB)
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or "\x00" in name or ":" in name:
            raise refuse("E114")
        if name.lower() in seen:
            raise refuse("E114")
        seen.add(name.lower())
        if entry.flag_bits & 1:
            raise refuse("E104")


def _check_format(names: set[str]) -> None:
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise refuse("E106")
    if "xl/workbook.bin" in names or "mimetype" in names or "Index/Document.iwa" in names:
        raise refuse("E107")
    if "xl/workbook.xml" not in names:
        spreadsheets = [n for n in names if n.lower().endswith((".xlsx", ".xls", ".csv"))]
        if spreadsheets:
            raise refuse("E108")
        raise refuse("E102" if any(n.startswith("xl/") for n in names) else "E103")
    if "[Content_Types].xml" not in names:
        raise refuse("E102")


def _check_part(
    entry: zipfile.ZipInfo, part: object, total: int, limits: Limits, silent: dict[str, int]
) -> int:
    is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
    is_sheet = entry.filename.startswith("xl/worksheets/") and is_xml
    size = rows = 0
    far: str | None = None
    tail = b""
    while chunk := part.read(_CHUNK):  # type: ignore[attr-defined]
        size += len(chunk)
        if total + size > limits.unpacked:
            raise refuse("E110", limit=limits.unpacked // MIB)
        if size > MIB and size > limits.ratio * max(entry.compress_size, 1):
            raise refuse("E110", limit=limits.unpacked // MIB)
        if not is_xml:
            continue
        window = tail + chunk
        if _ENTITIES.search(window) or (
            size == len(chunk) and chunk[:2] in (b"\xff\xfe", b"\xfe\xff")
        ):
            raise refuse("E113")
        if is_sheet:
            rows += chunk.count(b"<row")
            if _BAD_REFERENCE.search(window) or _IMPOSSIBLE_ROW.search(window):
                raise refuse("E115")
            for code, sign in (("W204", _ERROR_CELL), ("W205", _EMPTY_FORMULA)):
                # What lies wholly in the tail was counted with the chunk before.
                silent[code] += sum(m.end() > len(tail) for m in sign.finditer(window))
            if _FAR_COLUMN.search(window):
                far = "E125" if far is None else far
            if limits.rows <= 200_000 and _FAR_ROW.search(window):
                far = far or "E111"
        tail = window[-256:]
    if far == "E111":
        raise refuse("E111" if rows > limits.rows else "E112", limit=limits.rows)
    if far == "E125":
        raise refuse("E112" if rows < 50 else "E125", limit=limits.columns)
    return total + size
