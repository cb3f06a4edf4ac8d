"""Schools from CSV: the Common Core of Data layout, context facts, and what is wrong with a line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from kb import feed, models
from kb.db import Database
from kb.ids import PUBLIC_ID
from kb.importer.directory import level_of, public_id
from kb.importer.schools import import_schools
from kb.schools import actions as schools
from kb.schools.document import SchoolDocument
from kb.schools.models import Level, School
from tests.importer.world import LATER, NOW, dump

HEAD = "SURVYEAR,NCESSCH,LEANM,SCHNAM,LSTATE,ULOCAL,GSLO,GSHI"
ONE = "2013,010000500870,ALBERTVILLE CITY,ALBERTVILLE MIDDLE,AL,32,07,08"
TWO = "2013,480000101145,CROSBYTON CISD,CROSBYTON EL,TX,43,PK,05"


def table(path: Path, *lines: str, name: str = "ccd.csv") -> Path:
    file = path / name
    file.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return file


def school(session: orm.Session, nces: str) -> School:
    return session.scalars(sa.select(School).where(School.nces_id == nces)).one()


def test_it_works(database: Database, tmp_path: Path) -> None:
    report = import_schools(database, table(tmp_path, HEAD, ONE, TWO), now=NOW)
    assert (report.new, report.problems) == (["ccd.csv:2", "ccd.csv:3"], [])
    with database.reading() as session:
        row = school(session, "010000500870")
        assert (row.name, row.district, row.state) == ("ALBERTVILLE MIDDLE", "ALBERTVILLE CITY", "AL")
        assert (row.locale, row.level, row.grade_low, row.grade_high) == ("32", Level.MIDDLE, "07", "08")
        assert PUBLIC_ID.fullmatch(row.public_id)
        assert school(session, "480000101145").level is Level.ELEMENTARY


def test_a_second_run_changes_no_row(database: Database, tmp_path: Path) -> None:
    context = table(tmp_path, "NCESSCH,year,enrolment,frl", "480000101145,2024,450,38.5", name="facts.csv")
    import_schools(database, table(tmp_path, HEAD, ONE, TWO), context=context, now=NOW)
    before = dump(database)
    report = import_schools(database, tmp_path / "ccd.csv", context=context, now=LATER, overwrite=True)
    assert len(report.unchanged) == 2
    assert dump(database) == before


def test_ids_are_the_same_in_every_database(database: Database, tmp_path: Path) -> None:
    import_schools(database, table(tmp_path, HEAD, TWO), now=NOW)
    with database.reading() as session:
        assert school(session, "480000101145").public_id == public_id("480000101145", {})


def test_an_id_that_is_taken_gets_another(sqlite_database: Database, tmp_path: Path) -> None:
    with sqlite_database.writing() as session:
        session.add(School(public_id=public_id("480000101145", {}), name="Other", slug="other"))
        feed.commit(session)
    assert import_schools(sqlite_database, table(tmp_path, HEAD, TWO), now=NOW).problems == []
    assert len(import_schools(sqlite_database, tmp_path / "ccd.csv", now=LATER).unchanged) == 1


@pytest.mark.parametrize(
    "head",
    [
        "SCHOOL_YEAR,NCESSCH,LEA_NAME,SCH_NAME,ST,LOCALE,GSLO,GSHI",
        "SURVYEAR,NCESSCH,LEANM10,SCHNAM10,MSTATE10,ULOCAL10,GSLO10,GSHI10",
        "survyear, ncessch ,leanm,schnam,lstate,ulocale,gslo,gshi",
    ],
)
def test_columns_of_other_years(sqlite_database: Database, tmp_path: Path, head: str) -> None:
    assert import_schools(sqlite_database, table(tmp_path, head, ONE), now=NOW).problems == []
    with sqlite_database.reading() as session:
        row = school(session, "010000500870")
        assert (row.name, row.district, row.locale) == ("ALBERTVILLE MIDDLE", "ALBERTVILLE CITY", "32")


def test_a_level_that_is_told_and_a_table_with_tabs(sqlite_database: Database, tmp_path: Path) -> None:
    lines = [f"{HEAD},LEVEL", f"{ONE},Secondary"]
    import_schools(sqlite_database, table(tmp_path, *(line.replace(",", "\t") for line in lines)), now=NOW)
    with sqlite_database.reading() as session:
        assert school(session, "010000500870").level is Level.HIGH


@pytest.mark.parametrize("code", ["M", "N", "-1", "-2", "-9", "", "†"])
def test_codes_for_missing(sqlite_database: Database, tmp_path: Path, code: str) -> None:
    import_schools(sqlite_database, table(tmp_path, HEAD, f"2013,010000500870,{code},A,{code},{code},{code},{code}"))
    with sqlite_database.reading() as session:
        row = school(session, "010000500870")
        assert (row.district, row.state, row.locale, row.grade_low, row.level) == ("", "", "", "", None)


def test_a_zero_that_a_spreadsheet_took(sqlite_database: Database, tmp_path: Path) -> None:
    assert import_schools(sqlite_database, table(tmp_path, HEAD, ONE.replace("0100", "100"))).problems == []
    with sqlite_database.reading() as session:
        assert school(session, "010000500870")


def test_context_facts(database: Database, tmp_path: Path) -> None:
    facts = table(
        tmp_path,
        "NCESSCH,YEAR,ENROLLMENT,FRL,ELL,SWD,SOURCE",
        '010000500870,2023-2024,"1,450",38.5%,N,12,State report',
        "010000500870,2022,-1,,,,",
        name="facts.csv",
    )
    assert import_schools(database, table(tmp_path, HEAD, ONE), context=facts, now=NOW).problems == []
    with database.reading() as session:
        rows = school(session, "010000500870").contexts
        assert [(row.year, row.enrolment, row.frl, row.multilingual, row.disability) for row in rows] == [
            (2022, None, None, None, None),
            (2023, 1450, 38.5, None, 12.0),
        ]
        assert [row.source for row in rows] == ["facts", "State report"]
    newer = table(tmp_path, "NCESSCH,year,enrolment", "010000500870,2024,1500", name="newer.csv")
    report = import_schools(database, tmp_path / "ccd.csv", context=newer, now=LATER)
    assert len(report.changed) == 1
    with database.reading() as session:
        assert [row.year for row in school(session, "010000500870").contexts] == [2022, 2023, 2024]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (TWO.replace("480000101145", "4.80E+11"), "no NCES id of 12 digits"),
        (TWO.replace("43", "99"), "locale: “99” has not the right form"),
        (TWO.replace("PK", "Q7"), "grade_low: is no grade"),
        (TWO.replace("TX", "Texas"), "state: “TEXAS” has not the right form"),
        (TWO.replace("CROSBYTON EL", ""), "name: is empty"),
        (TWO.replace("CROSBYTON EL", "X" * 300), "name: is longer than 200"),
        (TWO.replace("CROSBYTON EL", "X\0"), "NUL"),
        (ONE, "010000500870 is also in line 2"),
    ],
)
def test_a_bad_line_does_not_stop_the_others(sqlite_database: Database, tmp_path: Path, line: str, words: str) -> None:
    report = import_schools(sqlite_database, table(tmp_path, HEAD, ONE, line), now=NOW)
    assert [problem.line for problem in report.problems] == [3]
    assert words in str(report.problems[0])
    assert report.new == ["ccd.csv:2"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("010000500870,soon,1,1", "“soon” is no school year"),
        ("010000500870,2024,many,1", "“many” is no number"),
        ("010000500870,2024,1,138", "frl: Input should be less than or equal to 100"),
        ("010000500870,2024,1.5,1", "enrolment:"),
        ("480000101145,2024,1,1", "no school with this id"),
        ("x,2024,1,1", "no NCES id"),
    ],
)
def test_bad_facts_do_not_stop_the_others(sqlite_database: Database, tmp_path: Path, line: str, words: str) -> None:
    facts = table(tmp_path, "NCESSCH,year,enrolment,frl", line, "010000500870,2023,5,5", name="facts.csv")
    report = import_schools(sqlite_database, table(tmp_path, HEAD, ONE), context=facts, now=NOW)
    assert [(problem.path, problem.line) for problem in report.problems] == [("facts.csv", 2)]
    assert words in str(report.problems[0])
    with sqlite_database.reading() as session:
        assert [row.year for row in school(session, "010000500870").contexts] == [2023]


def test_facts_twice_for_a_year(sqlite_database: Database, tmp_path: Path) -> None:
    facts = table(tmp_path, "NCESSCH,year", "010000500870,2023", "010000500870,2023", name="facts.csv")
    report = import_schools(sqlite_database, table(tmp_path, HEAD, ONE), context=facts, now=NOW)
    assert "2023 is also in line 2" in str(report.problems[0])


def test_wrong_columns_are_one_clear_message(sqlite_database: Database, tmp_path: Path) -> None:
    report = import_schools(sqlite_database, table(tmp_path, "id,title", "1,x", "2,y"), now=NOW)
    assert len(report.problems) == 1
    message = str(report.problems[0])
    assert "These columns are missing: NCESSCH (nces), SCHNAM (name)" in message
    assert "id, title" in message
    assert report.new == []


def test_files_that_cannot_be_read(sqlite_database: Database, tmp_path: Path) -> None:
    assert "cannot be read" in str(import_schools(sqlite_database, tmp_path / "none.csv").problems[0])
    (tmp_path / "latin.csv").write_bytes(
        f"{HEAD}\n{ONE}\n".encode() + TWO.replace("CROSBYTON", "CAÑON").encode("latin-1")
    )
    assert "latin.csv:3: This line is not UTF-8" in str(
        import_schools(sqlite_database, tmp_path / "latin.csv").problems[0]
    )
    assert "columns are missing" in str(import_schools(sqlite_database, table(tmp_path, "")).problems[0])


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_people_changed_is_left_unless_told(database: Database, tmp_path: Path, overwrite: bool) -> None:
    import_schools(database, table(tmp_path, HEAD, ONE, TWO), now=NOW)
    with database.writing() as session:
        school(session, "010000500870").name = "Albertville Middle School"
        feed.commit(session)
    report = import_schools(database, tmp_path / "ccd.csv", now=LATER, overwrite=overwrite)
    assert (len(report.left), len(report.changed)) == ((0, 1) if overwrite else (1, 0))
    with database.reading() as session:
        assert (school(session, "010000500870").name == "ALBERTVILLE MIDDLE") is overwrite


def test_a_school_that_the_database_refuses_does_not_stop_the_others(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = schools.save

    def refuse_one(session: orm.Session, documents: Sequence[SchoolDocument], **more: Any) -> list[School]:
        saved = save(session, documents, **more)
        if any(document.nces == "480000101143" for document in documents):
            raise sa.exc.IntegrityError("insert", {}, Exception("a rule of the database"))
        return saved

    monkeypatch.setattr("kb.schools.actions.save", refuse_one)
    lines = [TWO.replace("480000101145", f"48000010114{digit}") for digit in range(5)]
    report = import_schools(database, table(tmp_path, HEAD, ONE, *lines), now=NOW)
    assert len(report.new) == 5
    assert [problem.line for problem in report.problems] == [6]
    assert "a rule of the database" in str(report.problems[0])
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(models.School)) == 5


@pytest.mark.parametrize(
    ("low", "high", "level"),
    [
        ("PK", "05", Level.ELEMENTARY),
        ("KG", "08", Level.ELEMENTARY),
        ("05", "09", Level.MIDDLE),
        ("07", "12", Level.HIGH),
        ("10", "12", Level.HIGH),
        ("KG", "12", Level.OTHER),
        ("UG", "UG", Level.OTHER),
        ("", "12", None),
    ],
)
def test_level_of(low: str, high: str, level: Level | None) -> None:
    assert level_of(low, high) is level


def test_the_tables_hold_no_more_than_the_file(database: Database, tmp_path: Path) -> None:
    import_schools(database, table(tmp_path, HEAD, ONE, TWO), now=NOW)
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(models.School)) == 2
        assert session.scalar(sa.select(sa.func.count()).select_from(models.History)) == 2
