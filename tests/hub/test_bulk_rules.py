"""Reading headers, cells and files of old write-ups: pure, forgiving, within limits."""

import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.cycles.rules import Decision, Outcome, ResultStatus
from kb.errors import InvalidError
from kb.hub.bulk import reading, rules
from kb.hub.bulk.rules import CellError
from kb.items.rules import GradeBand, Kind


def test_headers_are_recognised() -> None:
    headers = ["Cycle", "Change Idea:", "School Name", "Start Date", "PLAN – Prediction", "DO: what we did", "Study"]
    assert rules.guess(headers, Kind.CYCLE) == [
        "title", "idea", "school", "started_on", "predicted", "did", "happened",
    ]  # fmt: skip
    assert rules.guess(["Decision (adapt/adopt/abandon)", "Result", "Next steps"], Kind.CYCLE) == [
        "decision", "result", "next_step",
    ]  # fmt: skip
    assert rules.guess(["Name", "If-Then-Because", "Steps", "Drivers"], Kind.IDEA) == [
        "title", "hypothesis", "how_to_try", "drivers",
    ]  # fmt: skip


@settings(max_examples=50)
@given(st.lists(st.text(max_size=20), max_size=20), st.sampled_from([Kind.CYCLE, Kind.IDEA]))
def test_a_guess_never_names_a_column_twice(headers: list[str], kind: Kind) -> None:
    found = rules.guess(headers, kind)
    assert len(found) == len(headers)
    named = [name for name in found if name]
    assert len(set(named)) == len(named)


@pytest.mark.parametrize(
    "text", ["2025-09-08", "9/8/2025", "09/08/25", "Sep 8, 2025", "September 8, 2025", "8 Sep 2025"]
)
def test_days(text: str) -> None:
    assert rules.date(text) == dt.date(2025, 9, 8)


@pytest.mark.parametrize("text", ["soon", "13/13/2025", "1825-01-01", "2025", ""])
def test_no_days(text: str) -> None:
    with pytest.raises(CellError):
        rules.date(text)


def test_words_grades_numbers_and_labels() -> None:
    assert rules.word("result", "Improved for some") is ResultStatus.IMPROVED_FOR_SOME
    assert rules.word("result", " no change ") is ResultStatus.NO_CLEAR_CHANGE
    assert rules.word("decision", "Adopted!") is Decision.ADOPT
    assert rules.word("outcome", "Partially") is Outcome.PARTLY
    with pytest.raises(CellError, match="improved, improved for some"):
        rules.word("result", "wonderful")
    assert rules.grades("K-4, 9th") == [GradeBand.PK_2, GradeBand.G3_5, GradeBand.G9_12]
    assert rules.grades("6–8") == [GradeBand.G6_8]
    assert rules.number("28 students") == 28
    for text in ("0", "many", "-3", "2.5"):
        with pytest.raises(CellError):
            rules.number(text)
    assert rules.labels("FAFSA; attendance,  FAFSA") == ["FAFSA", "attendance"]


def _book(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_workbook_gives_text_and_never_a_formula() -> None:
    data = _book([["Title", "Start", "n"], ["A", dt.datetime(2025, 9, 8), 28.0], ["=1+1", None, True]])  # noqa: DTZ001
    assert reading.table(data, "x.xlsx") == [["Title", "Start", "n"], ["A", "2025-09-08", "28"], ["", "", "yes"]]


def test_text_files_in_the_ways_people_save_them() -> None:
    want = [["Title", "Note"], ["Café", "two\nlines"], ["=HYPERLINK(1)", "x"]]
    for mark, encoding in ((",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16")):
        kept = io.StringIO()
        csv.writer(kept, delimiter=mark).writerows(want)
        assert reading.table(kept.getvalue().encode(encoding), "x.csv") == want


def _bomb() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b" " * (reading.MOST_UNPACKED + 1))
    return kept.getvalue()


def _entities() -> bytes:
    """Return a workbook whose sheet declares an entity."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_book([["Title"], ["A"]]))) as old, zipfile.ZipFile(kept, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                data = data.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet', 1)
            new.writestr(part.filename, data)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "no rows below"),
        (b"Title\n", "no rows below"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"PK\x03\x04rest", "damaged"),
        (b"\x7fELF\x00\x00", "no table"),
        (b'Title\n"open', "quotation mark"),
        (b"T\n" + b"x\n" * (reading.MOST_ROWS + 1), "more than 2,000 rows"),
        (b",".join([b"x"] * 61) + b"\n", "more than 60 columns"),
        (b"T\n" + b"x" * (reading.LONGEST_CELL + 1), "more than 20,000 signs"),
        (b"x" * (reading.MOST_BYTES + 1), "larger than 5 MB"),
        (_bomb(), "unpacks to too much"),
        (_entities(), "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(InvalidError, match=told):
        reading.table(data, "x.csv")


@settings(max_examples=50)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_refused_in_words(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04"):
        try:
            rows = reading.table(start + data, "x")
        except InvalidError:
            continue
        assert len({len(row) for row in rows}) == 1
