"""The document form of a school, and how it is read from the database."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from kb.documents import Body, Count, Document, Line, Name, Percent, PublicId, Word, number
from kb.schools.models import Level, School, SchoolContext

GRADES = ("PK", "KG", *(f"{grade:02}" for grade in range(1, 14)), "AE", "UG")
FIELDS = ("name", "district", "state", "locale", "level", "grade_low", "grade_high", "fictional")


def _grade(code: str) -> str:
    if code and code not in GRADES:
        message = f"is no grade. Use PK, KG, 01 to 13, AE or UG, not {code}."
        raise ValueError(message)
    return code


Grade = Annotated[str, AfterValidator(_grade)]


class ContextEntry(Document):
    """What is known of a school in one year; percentages 0-100."""

    year: int = Field(ge=1900, le=2200)
    enrolment: Count | None = None
    frl: Percent | None = None
    multilingual: Percent | None = None
    disability: Percent | None = None
    source: Line = ""


def _by_year(entries: list[ContextEntry]) -> list[ContextEntry]:
    if len({entry.year for entry in entries}) < len(entries):
        message = "names a year twice. Leave one out."
        raise ValueError(message)
    return sorted(entries, key=lambda entry: entry.year)


class SchoolDocument(Document):
    """A school as files hold it."""

    kind: Literal["school"] = "school"
    id: PublicId
    name: Name
    nces: Annotated[str, StringConstraints(pattern=r"^\d{12}$")] | None = None
    district: Line = ""
    state: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = ""
    locale: Annotated[str, StringConstraints(pattern=r"^([1-4][1-3])?$")] = ""
    level: Word[Level] | None = None
    grade_low: Grade = ""
    grade_high: Grade = ""
    fictional: bool = False
    context: Annotated[list[ContextEntry], AfterValidator(_by_year)] = Field(default_factory=list)
    body: Body = ""


def document(school: School) -> SchoolDocument:
    """Return the document of a school."""
    return SchoolDocument.model_construct(
        kind="school",
        id=school.public_id,
        nces=school.nces_id,
        body=school.about,
        context=[_context(row) for row in sorted(school.contexts, key=lambda row: row.year)],
        **{name: getattr(school, name) for name in FIELDS},
    )


def documents(schools: Sequence[School]) -> dict[int, SchoolDocument]:
    """Return the documents of these schools by row id."""
    return {school.id: document(school) for school in schools}


def _context(row: SchoolContext) -> ContextEntry:
    fields = {name: getattr(row, name) for name in ContextEntry.model_fields}
    numbers: dict[str, Any] = {
        name: number(value) if isinstance(value, float) else value for name, value in fields.items()
    }
    return ContextEntry.model_construct(**numbers)
