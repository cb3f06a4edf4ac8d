"""Word and Excel files are ZIP archives: they are unpacked to the end, within limits, before one is kept."""

import io
import re
import struct
import zipfile
import zlib
from xml.etree import ElementTree as ET

from kb.attachments.rules import MEGABYTE, FileKind
from kb.errors import InvalidError

MAX_PARTS = 2_000
MAX_UNPACKED = 100 * MEGABYTE
MAX_RATIO = 200  # of a part over a megabyte; text in real files packs 20 to 1
CHUNK = 256 * 1024
_MAIN = {"word/document.xml": FileKind.DOCX, "xl/workbook.xml": FileKind.XLSX}
_TYPES = "[Content_Types].xml"
_END = b"PK\x05\x06"
_END_SIZE = 22
_ACTIVE = re.compile(r"vbaproject|activex|macrosheets|\.bin$|\.exe$|\.dll$|\.js$|\.vbs$|\.html?$|\.svg$", re.IGNORECASE)
_PRINTER = re.compile(r"printersettings/[^/]+\.bin$", re.IGNORECASE)
_DAMAGED = "This file is damaged or is no Word or Excel file. Open it, save it again, and add that."
_TEMPLATE = b"attachedTemplate"


def check(data: bytes) -> FileKind:
    """Return whether it is a Word or an Excel file; InvalidError says why it cannot be taken."""
    _refuse_other_bytes(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _refuse_odd_parts(parts)
            read = _unpack_all(archive, parts)
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        RuntimeError,
        NotImplementedError,
        ValueError,
        struct.error,
    ) as error:
        raise InvalidError(_DAMAGED, field="file") from error
    return _kind(read)


def _refuse_other_bytes(data: bytes) -> None:
    """Refuse an archive that hides in, or carries, a file of another kind: nothing before it and nothing after."""
    end = data.rfind(_END)
    if end < 0 or end + _END_SIZE != len(data):
        raise InvalidError(_DAMAGED, field="file")
    size, offset = struct.unpack_from("<II", data, end + 12)
    if offset + size != end:
        raise InvalidError(_DAMAGED, field="file")


def _refuse_odd_parts(parts: list[zipfile.ZipInfo]) -> None:
    if len(parts) > MAX_PARTS:
        message = f"This file has more than {MAX_PARTS:,} parts. Save it anew with less in it, or as PDF."
        raise InvalidError(message, field="file")
    names = [part.filename for part in parts]
    if len(set(names)) < len(names) or any(_is_outside(name) for name in names) or any(p.flag_bits & 1 for p in parts):
        raise InvalidError(_DAMAGED, field="file")
    if any(_ACTIVE.search(name) and not _PRINTER.search(name) for name in names):
        message = "This file holds a program (macros or controls). Save it without them, or as PDF, and add that."
        raise InvalidError(message, field="file")


def _is_outside(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or "\x00" in name or ":" in name


def _unpack_all(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Unpack every part, whatever size the archive claims, and return the two that say what the file is."""
    left = MAX_UNPACKED
    kept: dict[str, bytes] = {}
    for part in parts:
        size, head = 0, b""
        with archive.open(part) as file:
            while chunk := file.read(CHUNK):
                size += len(chunk)
                left -= len(chunk)
                if left < 0 or size > max(MEGABYTE, MAX_RATIO * part.compress_size):
                    message = (
                        "This file unpacks to far more than it seems to hold. Save it anew, or as PDF, and add that."
                    )
                    raise InvalidError(message, field="file")
                if part.filename in (_TYPES, *_MAIN) or part.filename.endswith(".rels"):
                    head += chunk if len(head) < MEGABYTE else b""
        if head:
            kept[part.filename] = head
    return kept


def _kind(read: dict[str, bytes]) -> FileKind:
    found = [kind for name, kind in _MAIN.items() if name in read]
    types = read.get(_TYPES, b"")
    if len(found) != 1 or b"<!" in types or b"<!DOCTYPE" in read[next(name for name in _MAIN if name in read)][:4_000]:
        raise InvalidError(_DAMAGED, field="file")
    try:
        root = ET.fromstring(types)  # noqa: S314 - holds no declaration, so no entity
    except ET.ParseError as error:
        raise InvalidError(_DAMAGED, field="file") from error
    declared = {entry.get("ContentType", "") for entry in root}
    if any("macroEnabled" in one for one in declared):
        message = "This file holds macros. Save it without them, or as PDF, and add that."
        raise InvalidError(message, field="file")
    if any(
        _TEMPLATE in text and b'TargetMode="External"' in text for name, text in read.items() if name.endswith(".rels")
    ):
        message = "This file loads a template from elsewhere. Save it as PDF and add that."
        raise InvalidError(message, field="file")
    return found[0]
