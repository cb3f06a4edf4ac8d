"""Reads a table from CSV or XLSX as rows of text, within limits; nothing in it is ever evaluated."""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

import defusedxml
import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from kb.errors import InvalidError

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 2_000
MOST_COLUMNS = 60
LONGEST_CELL = 20_000
MOST_TEXT = 6_000_000  # signs in all
MOST_UNPACKED = 30 * 1024 * 1024
MOST_PARTS = 2_000
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


def table(data: bytes, name: str) -> list[list[str]]:
    """Return the rows of a file, the headers first; InvalidError says in plain words what is wrong with it."""
    if len(data) > MOST_BYTES:
        raise InvalidError("The file is larger than 5 MB. Split it into several.", field="file")
    if data.startswith(_OLD_EXCEL):
        raise InvalidError("This is an old Excel file. Save it as .xlsx or .csv, then upload that.", field="file")
    rows = _of_workbook(data) if data.startswith(_ZIP) else _of_text(data)
    read = _limited(rows)
    if len(read) < 2:  # noqa: PLR2004 - headers and a row
        message = f"“{name}” holds no rows below its headers. The first row must name the columns."
        raise InvalidError(message, field="file")
    return read


def _limited(rows: Iterable[list[str]]) -> list[list[str]]:
    """Return the rows that are not empty, all as wide as the headers; InvalidError where a limit is passed."""
    read: list[list[str]] = []
    signs = 0
    for number, row in enumerate(rows, start=1):
        cells = [_cell(cell, number) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells and not read:
            continue
        if len(cells) > MOST_COLUMNS:
            message = f"Row {number} has more than {MOST_COLUMNS} columns. Leave some out."
            raise InvalidError(message, field="file")
        read.append(cells)
        signs += sum(map(len, cells))
        if len(read) > MOST_ROWS + 1:
            message = f"The table has more than {MOST_ROWS:,} rows. Split it into several files."
            raise InvalidError(message, field="file")
        if signs > MOST_TEXT:
            raise InvalidError("The table holds too much text. Split it into several files.", field="file")
    while read and not read[-1]:
        read.pop()
    width = max(map(len, read), default=0)
    return [cells + [""] * (width - len(cells)) for cells in read]


def _cell(text: str, row: int) -> str:
    if len(text) > LONGEST_CELL:
        message = f"A cell in row {row} holds more than {LONGEST_CELL:,} signs. Shorten it."
        raise InvalidError(message, field="file")
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _of_text(data: bytes) -> Iterator[list[str]]:
    if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidError("This is no table. Upload a .csv or an .xlsx file.", field="file")
    text = _decoded(data)
    first = text.lstrip().split("\n", 1)[0]
    mark = max("\t;,", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        message = f"Line {reader.line_num} of the file cannot be read: is a quotation mark open or a cell too long?"
        raise InvalidError(message, field="file") from error


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")  # what Excel writes where UTF-8 is not asked for


def _of_workbook(data: bytes) -> Iterator[list[str]]:
    """Yield the rows of the first sheet: values as they were last calculated, formulas never."""
    _refuse_bomb(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_row=MOST_ROWS * 2, max_col=MOST_COLUMNS + 1, values_only=True):
            yield [_written(value) for value in row]
    except (
        InvalidFileException, defusedxml.DefusedXmlException, ParseError, zipfile.BadZipFile,
        KeyError, IndexError, ValueError, TypeError, AttributeError, OSError, EOFError,
    ) as error:  # fmt: skip
        raise InvalidError("This workbook cannot be read. Save it again as .xlsx or as .csv.", field="file") from error


def _refuse_bomb(data: bytes) -> None:
    """Refuse a file that unpacks to far more than it is; a part cannot be larger than its entry says."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile as error:
        raise InvalidError("This workbook is damaged. Save it again as .xlsx or as .csv.", field="file") from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise InvalidError("This workbook unpacks to too much. Save the sheet alone as .csv.", field="file")


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - doubles are exact to there
        return str(int(value))
    return str(value)
