"""What a column may hold, how its header is recognised, and what a cell means. Pure."""

import datetime as dt
import enum
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.cycles.rules import AsPlanned, Decision, Outcome, ResultStatus, Scale
from kb.ideas.rules import Cost, Target
from kb.items.rules import GradeBand, Kind


class Sort(enum.StrEnum):
    """How a cell is read."""

    LINE = "line"
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    WORD = "word"
    LABELS = "labels"
    GRADES = "grades"
    SCHOOL = "school"
    IDEA = "idea"
    DRIVERS = "drivers"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Column:
    """Something a record has: its name in the document, and words by which a header says it."""

    name: str
    sort: Sort
    headers: tuple[str, ...] = ()
    longest: int = 20_000


_SHARED = (
    Column("title", Sort.LINE, ("title", "name", "cycle", "test", "write up", "project"), 200),
    Column("summary", Sort.LINE, ("summary", "abstract", "in one sentence", "short description", "overview"), 500),
    Column("school", Sort.SCHOOL, ("school", "school name", "site", "campus", "location", "nces", "nces id")),
    Column("topics", Sort.LABELS, ("topics", "topic", "tags", "keywords", "theme", "themes", "focus area")),
    Column("subjects", Sort.LABELS, ("subjects", "subject", "content area", "course")),
    Column("groups", Sort.LABELS, ("student groups", "groups", "group of students", "subgroup", "focal students")),
    Column("grades", Sort.GRADES, ("grades", "grade", "grade level", "grade levels", "grade band")),
    Column("people", Sort.PEOPLE, ("people", "author", "authors", "team", "teacher", "teachers", "who did it", "by")),
)
_CYCLE = (
    Column("idea", Sort.IDEA, ("change idea", "idea", "change", "intervention", "strategy tested", "what is tested")),
    Column("started_on", Sort.DATE, ("start", "start date", "started", "first day", "date started", "from", "date")),
    Column("ended_on", Sort.DATE, ("end", "end date", "ended", "last day", "date ended", "to", "until")),
    Column("test_population", Sort.LINE, ("with whom", "who", "students", "population", "participants", "sample"), 300),
    Column("group_size", Sort.NUMBER, ("number of students", "n", "how many students", "group size", "sample size")),
    Column("scale", Sort.WORD, ("scale", "size of the test", "size", "ramp")),
    Column("question", Sort.TEXT, ("question", "learning question", "question to answer", "questions")),
    Column("predicted", Sort.TEXT, ("prediction", "predictions", "predicted", "hypothesis", "what we expected")),
    Column("did", Sort.TEXT, ("do", "what we did", "what did you do", "what happened in do", "steps", "actions")),
    Column("as_planned", Sort.WORD, ("as planned", "run as planned", "fidelity", "was it carried out as planned")),
    Column("happened", Sort.TEXT, ("study", "what happened", "results", "data", "findings", "observations")),
    Column("outcome", Sort.WORD, ("prediction met", "met", "did it match", "was the prediction right", "matched")),
    Column("learned", Sort.TEXT, ("learned", "what we learned", "what did you learn", "learning", "reflections")),
    Column("surprises", Sort.TEXT, ("surprises", "surprise", "unintended", "notes", "comments", "other")),
    Column("result", Sort.WORD, ("result", "result status", "outcome", "status of result", "did it work")),
    Column("decision", Sort.WORD, ("decision", "act", "adapt adopt abandon", "what we decided", "adopt adapt abandon")),
    Column("next_step", Sort.TEXT, ("next step", "next steps", "next", "next cycle", "what is next")),
)
_IDEA = (
    Column("hypothesis", Sort.TEXT, ("hypothesis", "if then because", "theory", "rationale", "why it works", "why")),
    Column("how_to_try", Sort.TEXT, ("how to try it", "how", "steps", "description", "what to do", "procedure")),
    Column("core_parts", Sort.TEXT, ("core parts", "core", "active ingredients", "must keep", "essential")),
    Column("adaptable_parts", Sort.TEXT, ("adaptable parts", "adaptable", "may change", "flexible")),
    Column("materials", Sort.TEXT, ("materials", "resources", "links", "tools")),
    Column("population", Sort.LINE, ("for whom", "population", "students", "target population", "audience"), 300),
    Column("roles_needed", Sort.LINE, ("roles", "roles needed", "staff", "who is needed"), 300),
    Column("staff_time", Sort.LINE, ("staff time", "time", "time needed"), 200),
    Column("duration", Sort.LINE, ("duration", "how long", "length"), 200),
    Column("cost", Sort.WORD, ("cost", "costs", "budget")),
    Column("target", Sort.WORD, ("target of change", "target", "type of change", "kind of change")),
    Column("drivers", Sort.DRIVERS, ("drivers", "driver", "secondary driver", "primary driver")),
)
COLUMNS: Mapping[Kind, tuple[Column, ...]] = {
    Kind.CYCLE: (_SHARED[0], _CYCLE[0], *_SHARED[1:], *_CYCLE[1:]),
    Kind.IDEA: (*_SHARED, *_IDEA),
}
_WORDS: Mapping[str, tuple[type[enum.StrEnum], Mapping[str, str]]] = {
    "result": (
        ResultStatus,
        {
            "yes": "improved", "better": "improved", "improvement": "improved", "success": "improved",
            "successful": "improved", "positive": "improved", "some improvement": "improved_for_some",
            "mixed": "improved_for_some", "partly": "improved_for_some", "no change": "no_clear_change",
            "no": "no_clear_change", "none": "no_clear_change", "null": "no_clear_change", "worse": "got_worse",
            "negative": "got_worse", "declined": "got_worse", "not enough data": "too_little_data",
            "inconclusive": "too_little_data", "unclear": "too_little_data", "not done": "not_as_planned",
            "stopped": "stopped_early", "too little data to tell": "too_little_data",
            "not carried out as planned": "not_as_planned",
        },
    ),
    "decision": (
        Decision,
        {
            "adopted": "adopt", "keep": "adopt", "adapted": "adapt", "modify": "adapt", "revise": "adapt",
            "tweak": "adapt", "abandoned": "abandon", "drop": "abandon", "stop": "abandon", "discard": "abandon",
            "test again elsewhere": "test_again", "test": "test_again", "repeat": "test_again", "retest": "test_again",
            "expand": "scale", "scale up": "scale", "spread": "scale", "not decided": "undecided", "tbd": "undecided",
        },
    ),
    "outcome": (
        Outcome,
        {
            "yes": "met", "y": "met", "true": "met", "right": "met", "correct": "met", "partially": "partly",
            "partial": "partly", "somewhat": "partly", "no": "not_met", "n": "not_met", "false": "not_met",
            "wrong": "not_met", "unclear": "cannot_tell", "unknown": "cannot_tell", "cant tell": "cannot_tell",
            "prediction met": "met", "prediction not met": "not_met",
        },
    ),
    "as_planned": (AsPlanned, {"y": "yes", "partially": "partly", "mostly": "partly", "n": "no"}),
    "scale": (
        Scale,
        {
            "1 student": "one_student", "student": "one_student", "1": "one_class", "class": "one_class",
            "1 class": "one_class", "classroom": "one_class", "5": "five", "5 classes": "five",
            "25": "twenty_five", "25 classes": "twenty_five", "school": "all", "whole school": "all",
            "all classes": "all",
        },
    ),
    "cost": (Cost, {"free": "none", "0": "none", "no": "none", "small": "low", "moderate": "medium", "large": "high"}),
    "target": (Target, {"process": "routine", "material": "tool", "rule": "policy", "place": "space"}),
}  # fmt: skip
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%d %b %Y", "%d %B %Y")
_BANDS = {"pk": GradeBand.PK_2, "prek": GradeBand.PK_2, "tk": GradeBand.PK_2, "k": GradeBand.PK_2}
_BANDS |= {"kindergarten": GradeBand.PK_2, "elementary": GradeBand.G3_5, "middle": GradeBand.G6_8}
_BANDS |= {"high": GradeBand.G9_12, "adult": GradeBand.ADULT, "adults": GradeBand.ADULT, "staff": GradeBand.ADULT}
_LAST_GRADE = {2: GradeBand.PK_2, 5: GradeBand.G3_5, 8: GradeBand.G6_8, 12: GradeBand.G9_12}


class CellError(ValueError):
    """A cell says nothing that its field can hold; the message says what it could say."""


def plain(text: str) -> str:
    """Return a text as headers and words are compared: small letters and digits, single spaces."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", ascii_text.replace("'", "")))


def guess(headers: Sequence[str], kind: Kind) -> list[str]:
    """Return for each header the column it most likely is, "" for none; no column twice.

    A header that is one of the words counts before one that begins with, and that before one that holds them.
    """
    found = [""] * len(headers)
    texts = [plain(header) for header in headers]
    for fits in (_is, _begins, _holds):
        for at, text in enumerate(texts):
            if text and not found[at]:
                free = (column for column in COLUMNS[kind] if column.name not in found)
                found[at] = next((column.name for column in free if fits(text, column)), "")
    return found


def _said(column: Column) -> list[str]:
    return [plain(column.name.replace("_", " ")), *map(plain, column.headers)]


def _is(text: str, column: Column) -> bool:
    return text in _said(column)


def _begins(text: str, column: Column) -> bool:
    return any(text.startswith(f"{word} ") for word in _said(column))


def _holds(text: str, column: Column) -> bool:
    return any(f" {word} " in f" {text} " for word in _said(column) if len(word) > len("date"))


def word(name: str, text: str) -> enum.StrEnum:
    """Return the word of a fixed list that a cell means; CellError names the list."""
    words, others = _WORDS[name]
    said = plain(text)
    by_text = {plain(one.value): one for one in words} | {other: words(value) for other, value in others.items()}
    if said in by_text:
        return by_text[said]
    known = ", ".join(one.value.replace("_", " ") for one in words)
    message = f"is none of: {known}."
    raise CellError(message)


def date(text: str) -> dt.date:
    """Return the day a cell means, as people in the US write it; CellError says how to write one."""
    cleaned = " ".join(text.replace(".", "").split())
    cleaned = re.sub(r"[T ]00:00:00(\.0+)?$", "", cleaned)
    for form in _DATES:
        try:
            day = dt.datetime.strptime(cleaned, form).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
        if 1950 <= day.year <= 2100:  # noqa: PLR2004 - what a school can mean
            return day
    message = "is no day. Write it like 2025-09-08 or 9/8/2025."
    raise CellError(message)


def number(text: str) -> int:
    """Return the whole number a cell means; CellError if it is none above 0."""
    found = re.fullmatch(r"(?:n\s*=\s*)?(\d{1,6})(?:\.0+)?(?:\s*students)?", text.strip().lower().replace(",", ""))
    if found is None or int(found[1]) == 0:
        message = "is no number of students. Write digits, for example 28."
        raise CellError(message)
    return int(found[1])


def labels(text: str) -> list[str]:
    """Return the labels of a cell, parted by semicolons, commas or lines."""
    parts = (" ".join(part.split()) for part in re.split(r"[;,\n|]", text))
    return list(dict.fromkeys(part for part in parts if part))


def grades(text: str) -> list[GradeBand]:
    """Return the grade bands a cell means; CellError if nothing in it is a grade."""
    found: set[GradeBand] = set()
    said = text.lower().replace("–", "-").replace("pre-k", "prek")
    for first, last in re.findall(r"\b(pk|prek|tk|k|\d{1,2})(?:st|nd|rd|th)?\s*(?:-|to)\s*(\d{1,2})", said):
        low = int(first) if first.isdecimal() else 0
        found.update(_band(grade) for grade in range(low, int(last) + 1) if grade <= max(_LAST_GRADE))
    for one in re.findall(r"[a-z]+|\d{1,2}", said):
        if one in _BANDS:
            found.add(_BANDS[one])
        elif one.isdecimal() and int(one) <= max(_LAST_GRADE):
            found.add(_band(int(one)))
    if not found:
        message = "is no grade. Write grades like 9, 6-8 or K-2."
        raise CellError(message)
    return [band for band in GradeBand if band in found]


def _band(grade: int) -> GradeBand:
    return next(band for last, band in _LAST_GRADE.items() if grade <= last)
