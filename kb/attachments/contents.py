"""Tells by its content what a file is, and takes only what is whole, harmless and of a kind readers can open."""

import csv
import io
import re
from dataclasses import dataclass

from kb.attachments import images, packages
from kb.attachments.rules import MAX_BYTES, MEGABYTE, FileKind
from kb.errors import InvalidError

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_HEAD = 4_096
_TAIL = 2_048
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
_PDF_BEGIN = re.compile(rb"%PDF-[12]\.\d[ \t]*[\r\n]+(?:%[^<>\r\n]{0,400}[\r\n]+){0,4}\s{0,64}\d{1,10} \d{1,5} obj\b")
_PDF_ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")
_MARKUP = re.compile(
    r"<\s*(?:[!?]|/?(?:a|body|embed|form|html|iframe|img|link|meta|object|script|style|svg)\b)", re.IGNORECASE
)
_FORMULA = re.compile(r"[=@\t\r]|[+-](?=.*[(|!])")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MAX_CELL = 131_072


@dataclass(frozen=True, slots=True)
class Content:
    """What is kept of an uploaded file."""

    data: bytes
    kind: FileKind


def accept(data: bytes, name: str) -> Content:
    """Return what to keep of a file; InvalidError says in words why it cannot be taken and what to do instead.

    The name decides nothing but whether a text is a table: what a file is, its bytes say.
    """
    if not data:
        raise InvalidError("This file is empty. Choose another.", field="file")
    if len(data) > MAX_BYTES:
        message = f"A file may have at most {MAX_BYTES // MEGABYTE} MB. Save a smaller copy and add that."
        raise InvalidError(message, field="file")
    if data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        return Content(*images.redraw(data))
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        message = (
            "This is a HEIC photo, which most browsers cannot show. On an iPhone: Settings, Camera, Formats, Most "
            "Compatible; or send the photo to yourself by mail and add that copy, which is a JPEG."
        )
        raise InvalidError(message, field="file")
    if data.startswith(b"%PDF-"):
        return Content(_pdf(data), FileKind.PDF)
    if data.startswith(b"PK\x03\x04"):
        return Content(data, packages.check(data))
    if name.lower().endswith(".csv"):
        return Content(_csv(data), FileKind.CSV)
    raise InvalidError(_advice(data), field="file")


def accept_kept(data: bytes, name: str) -> Content:
    """Return the same for a file that comes back by an import: a picture that was drawn anew stays as it is."""
    content = accept(data, name)
    return Content(data, content.kind) if content.kind.is_image and images.is_bare(data) else content


def _advice(data: bytes) -> str:
    head = data[:_HEAD].lstrip().lower()
    if b"<svg" in head or head.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "SVG drawings and web pages can hold programs. Save it as PNG or PDF and add that."
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return (
            "This is a file of an old Word, Excel or PowerPoint, or one with a password. Save it as DOCX, XLSX or PDF."
        )
    return (
        "Files can be pictures (JPEG, PNG, WebP, GIF), PDF, Word (DOCX), Excel (XLSX) or CSV. Save it as one of these."
    )


def _pdf(data: bytes) -> bytes:
    """Refuse a PDF that is also something else, has a program in it, or is cut off."""
    end = data.rfind(b"%%EOF")
    if not _PDF_BEGIN.match(data) or end < len(data) - _TAIL or data[end + 5 :].strip(b" \r\n\t\x00"):
        message = "This PDF is damaged or holds something else besides. Print it to a new PDF and add that."
        raise InvalidError(message, field="file")
    if any(word in data for word in _PDF_ACTIVE):
        message = "This PDF holds a program or another file. Print it to a new PDF and add that."
        raise InvalidError(message, field="file")
    return data


def _csv(data: bytes) -> bytes:
    """Refuse a table that is not UTF-8, holds markup, or a cell that a spreadsheet would run."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = "This table is not in UTF-8. In the spreadsheet choose “Save as”, “CSV UTF-8”, and add that."
        raise InvalidError(message, field="file") from error
    if _UNSEEN.search(text) or _MARKUP.search(text):
        message = "This file holds more than a table. Save the table again as CSV and add that."
        raise InvalidError(message, field="file")
    try:
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        runs = next((rows.line_num for row in rows for cell in row if _FORMULA.match(cell)), None)
    except csv.Error as error:
        message = "This file is no table. Save the table again as CSV and add that."
        raise InvalidError(message, field="file") from error
    if runs is not None:
        message = f"Line {runs} holds a formula, which a spreadsheet would run. Save the values only and add that."
        raise InvalidError(message, field="file")
    return data
