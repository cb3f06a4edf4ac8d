"""Reads schools from CSV files: the NCES Common Core of Data directory, and a table of context facts. Pure."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kb.ids import ALPHABET, LENGTH
from kb.importer.problems import FileFaultError
from kb.schools.models import Level

ALIASES = {  # our name of a column: the names it has in files, first choice first
    "nces": ("NCESSCH", "NCES_ID", "NCESID", "NCES"),
    "name": ("SCHNAM", "SCH_NAME", "SCHNAME", "SCHOOL_NAME", "NAME"),
    "district": ("LEANM", "LEA_NAME", "LEANAME", "DISTRICT"),
    "state": ("LSTATE", "ST", "STABR", "MSTATE", "STATE"),
    "locale": ("ULOCAL", "ULOCALE", "LOCALE"),
    "level": ("LEVEL", "SCH_LEVEL", "SCHOOL_LEVEL"),
    "grade_low": ("GSLO", "GRADE_LOW"),
    "grade_high": ("GSHI", "GRADE_HIGH"),
    "year": ("YEAR", "SCHOOL_YEAR", "SURVYEAR"),
    "enrolment": ("ENROLMENT", "ENROLLMENT", "MEMBER", "TOTAL"),
    "frl": ("FRL", "FRL_PERCENT", "PCT_FRL", "FRPL"),
    "multilingual": ("MULTILINGUAL", "ELL", "EL", "LEP", "ML"),
    "disability": ("DISABILITY", "SWD", "IEP"),
    "source": ("SOURCE",),
}
DIRECTORY = ("nces", "name", "district", "state", "locale", "grade_low", "grade_high")
CONTEXT = ("nces", "year")
FACTS = ("enrolment", "frl", "multilingual", "disability")
MISSING = frozenset({"", "M", "N", "-1", "-2", "-9", "†", "\u2013", "‡", "Missing", "Not applicable", "Not reported"})
LEVELS = {
    **dict.fromkeys(("1", "Primary", "Elementary", "Prekindergarten"), Level.ELEMENTARY),
    **dict.fromkeys(("2", "Middle"), Level.MIDDLE),
    **dict.fromkeys(("3", "High", "Secondary"), Level.HIGH),
    **dict.fromkeys(("4", "Other", "Ungraded", "Adult Education"), Level.OTHER),
}
NCES_LENGTH = 12
_SPAN = ("PK", "KG", *(f"{grade:02}" for grade in range(1, 14)))
_YEAR_SUFFIX = re.compile(r"(?<=\D)\d\d$")  # older files: SCHNAM10 for 2010


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV under our names of its columns; what is coded as missing is "" ."""

    line: int
    values: dict[str, str]


def rows(text: str, needed: tuple[str, ...]) -> Iterator[Row]:
    """Yield the lines of a CSV (or tab-separated file); FileFaultError names the columns it lacks."""
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if first.count("\t") > first.count(",") else ",")
    header = next(reader, [])
    columns = _columns(header)
    if lacking := [name for name in needed if name not in columns]:
        wanted = ", ".join(f"{ALIASES[name][0]} ({name})" for name in lacking)
        found = ", ".join(header[:12]) + ("…" if len(header) > 12 else "")  # noqa: PLR2004 - enough to recognise it
        message = (
            f"These columns are missing: {wanted}. The first line names: {found or 'nothing'}. Choose the right file."
        )
        raise FileFaultError(message, line=1)
    try:
        for cells in reader:
            if any(cells):
                values = {name: _known(cells[at]) if at < len(cells) else "" for name, at in columns.items()}
                yield Row(reader.line_num, values)
    except csv.Error as error:
        message = f"The line is not CSV: {error}. Save the table again as CSV."
        raise FileFaultError(message, line=reader.line_num) from error


def _columns(header: list[str]) -> dict[str, int]:
    named: dict[str, int] = {}
    for at, cell in enumerate(header):
        name = cell.strip().upper().replace(" ", "_")
        named.setdefault(name, at)
        named.setdefault(_YEAR_SUFFIX.sub("", name), at)
    return {
        ours: next(named[alias] for alias in aliases if alias in named)
        for ours, aliases in ALIASES.items()
        if any(alias in named for alias in aliases)
    }


def _known(cell: str) -> str:
    stripped = cell.strip()
    return "" if stripped in MISSING else stripped


def nces_id(row: Row) -> str:
    """Return the 12-digit id; one zero that a spreadsheet took off is put back."""
    digits = row.values["nces"]
    if digits.isascii() and digits.isdigit() and len(digits) == NCES_LENGTH - 1:
        digits = f"0{digits}"
    if not (digits.isascii() and digits.isdigit() and len(digits) == NCES_LENGTH):
        message = f"“{digits[:40]}” is no NCES id of 12 digits. In a spreadsheet, format the column as text."
        raise FileFaultError(message, line=row.line, field="NCESSCH")
    return digits


def school_fields(row: Row) -> dict[str, Any]:
    """Return the fields of a school's document that a directory line tells."""
    values = row.values
    low, high = (_grade(values[name]) for name in ("grade_low", "grade_high"))
    return {
        "name": values["name"],
        "district": values["district"],
        "state": values["state"].upper(),
        "locale": values["locale"][:2],
        "level": LEVELS.get(values.get("level", "")) or level_of(low, high),
        "grade_low": low,
        "grade_high": high,
    }


def _grade(code: str) -> str:
    return code.zfill(2) if code.isdigit() else code.upper()


def level_of(low: str, high: str) -> Level | None:
    """Return the level after the rule of the Common Core of Data, from the lowest and highest grade."""
    if not low or not high:
        return None
    if low not in _SPAN or high not in _SPAN:
        return Level.OTHER
    first, last = _SPAN.index(low), _SPAN.index(high)
    if first <= _SPAN.index("03") and last <= _SPAN.index("08"):
        return Level.ELEMENTARY
    if _SPAN.index("04") <= first <= _SPAN.index("07") and last <= _SPAN.index("09"):
        return Level.MIDDLE
    if _SPAN.index("07") <= first <= _SPAN.index("12") and last == _SPAN.index("12"):
        return Level.HIGH
    return Level.OTHER


def context_fields(row: Row, *, source: str) -> dict[str, Any]:
    """Return one year of a school's context facts; FileFaultError if a number is none."""
    year = row.values["year"][:4]
    if not (year.isascii() and year.isdigit()):
        message = f"“{row.values['year'][:40]}” is no school year. Write the year in which it starts, like 2024."
        raise FileFaultError(message, line=row.line, field="year")
    facts: dict[str, Any] = {name: _number(row, name) for name in FACTS}
    return {"year": int(year), **facts, "source": row.values.get("source") or source}


def _number(row: Row, name: str) -> int | float | None:
    text = row.values.get(name, "").rstrip("% ").replace(",", "")
    if not text:
        return None
    try:
        number = float(text)
    except ValueError as error:
        message = f"“{text[:40]}” is no number. Correct it, or leave it empty."
        raise FileFaultError(message, line=row.line, field=name) from error
    return int(number) if number.is_integer() else number


def public_id(nces: str, taken: Mapping[str, str]) -> str:
    """Return the public id that belongs to an NCES id: always the same, another only if somebody has it already."""
    for salt in range(1000):
        digest = hashlib.sha256(f"nces:{nces}:{salt}".encode()).digest()
        bits = int.from_bytes(digest[:8], "big")
        made = "".join(ALPHABET[(bits >> (5 * place)) & 31] for place in range(LENGTH))
        if taken.get(made, nces) == nces:
            return made
    raise FileFaultError("No public id is free for this school.", field="NCESSCH")  # pragma: no cover - 1000 clashes
