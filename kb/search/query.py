"""What a visitor asks for, parsed from an address: pure, frozen, and never raising whatever is typed.

The grammar is small on purpose: words, "phrases" and -minus. No wildcard, range, fuzzy or field syntax exists, so none
can ever reach an engine.
"""

import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kb.ids import PUBLIC_ID
from kb.search import ranges, similarity
from kb.search.analysis import clean, compounds
from kb.search.similarity import NOWHERE, Place

MAX_TEXT = 200
MAX_WORDS = 40  # as typed; at most 32 that are not too common are searched for
MAX_VALUES = 20
MAX_VALUE = 80
MAX_PAGE = 50
PAGE_SIZE = 20
FACETS = (
    "kind",
    "topic",
    "subject",
    "grade",
    "result",
    "decision",
    "met",
    "tested",
    "label",
    "group",
    "scale",
    "cost",
    "time",
    "method",
    "year",
    "locale",
    "network",
    "school",
    "language",
)
_CLAUSE = re.compile(r'(-*)"([^"]*)"|(\S+)')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_SPACE = re.compile(r"\s+")
_PAGE_NUMBER = re.compile(r"[0-9]{1,4}")


class Sort(enum.StrEnum):
    """The order of the results."""

    BEST = "best"
    NEWEST = "newest"
    TESTED = "tested"
    LIKE = "like"


@dataclass(frozen=True, slots=True)
class Clause:
    """A word or a phrase that must, or (``excluded``) must not, stand in a record."""

    text: str
    phrase: bool = False
    excluded: bool = False

    def __str__(self) -> str:
        quoted = f'"{self.text}"' if self.phrase else self.text
        return f"-{quoted}" if self.excluded else quoted


@dataclass(frozen=True, slots=True)
class Query:
    """One search. ``cut`` says that more was typed than is used.

    ``like`` is the public id of a record that others should be like, where no words are typed; ``place`` the school
    that "schools like mine" means.
    """

    text: str = ""
    clauses: tuple[Clause, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked_sort: Sort | None = None
    page: int = 1
    cut: bool = False
    like: str = ""
    place: Place = NOWHERE

    @property
    def has_words(self) -> bool:
        """Whether results match more or less well."""
        return bool(self.clauses or self.like)

    @property
    def sort(self) -> Sort:
        """The order in force: best match where there are words, else newest."""
        if self.asked_sort is None or (self.asked_sort is Sort.BEST and not self.has_words):
            return Sort.BEST if self.has_words else Sort.NEWEST
        return self.asked_sort

    def args(self) -> dict[str, str | list[str]]:
        """Return the arguments of this query's address; ``parse`` of them gives the query again."""
        args: dict[str, str | list[str]] = {"q": self.text} if self.text else {}
        args.update({name: list(self.filters[name]) for name in FACETS if self.filters.get(name)})
        days = zip(ranges.FIELDS, self.filters.get(ranges.NAME, ()), strict=False)
        args.update({name: day for name, day in days if day})
        if self.like:
            args["like"] = self.like
        args.update(self.place.args())
        if self.asked_sort is not None:
            args["sort"] = self.asked_sort.value
        if self.page > 1:
            args["page"] = str(self.page)
        return args

    def with_page(self, page: int) -> "Query":
        """Return the same search on another page."""
        return replace(self, page=page)

    def with_sort(self, sort: Sort) -> "Query":
        """Return the same search in another order, on its first page."""
        return replace(self, asked_sort=sort, page=1)

    def with_clauses(self, clauses: Sequence[Clause]) -> "Query":
        """Return the same search for other words, on its first page."""
        return replace(self, text=" ".join(map(str, clauses)), clauses=tuple(clauses), like="", page=1)

    def without(self, name: str, value: str | None = None) -> "Query":
        """Return the search without one value of a filter, or without the whole filter."""
        kept = tuple(one for one in self.filters.get(name, ()) if value is not None and one != value)
        others = {other: values for other, values in self.filters.items() if other != name}
        return replace(self, filters={**others, name: kept} if kept else others, page=1)

    def with_filter(self, name: str, value: str) -> "Query":
        """Return the search with one value of a filter in the place of those chosen."""
        return replace(self, filters={**self.filters, name: (value,)}, page=1)

    def without_like(self) -> "Query":
        """Return the search without the record that others should be like."""
        return replace(self, like="", page=1)

    def with_place(self, place: Place) -> "Query":
        """Return the same search with a school in mind, on its first page."""
        return replace(self, place=place, page=1)

    def without_place(self) -> "Query":
        """Return the search with no school in mind."""
        return replace(
            self, place=NOWHERE, asked_sort=None if self.asked_sort is Sort.LIKE else self.asked_sort, page=1
        )

    def as_feed(self) -> "Query":
        """Return the search as a feed asks it: newest first, from its first page, for no school in particular."""
        return replace(self, asked_sort=Sort.NEWEST, place=NOWHERE, page=1)

    def without_filters(self) -> "Query":
        """Return the search for the same words everywhere."""
        return replace(self, filters={}, page=1)


def parse(args: Mapping[str, Sequence[str]]) -> Query:
    """Return the query that an address asks for; what makes no sense is left out."""
    text, cut = _text(_first(args, "q"))
    clauses, too_many = _clauses(text)
    filters = {name: values for name in FACETS if (values := _values(args.get(name, ())))}
    if days := ranges.parse(*(_first(args, name) for name in ranges.FIELDS)):
        filters[ranges.NAME] = days
    asked = _first(args, "sort")
    return Query(
        text=text,
        clauses=clauses,
        filters=filters,
        asked_sort=Sort(asked) if asked in set(Sort) else None,
        page=_page(_first(args, "page")),
        cut=cut or too_many,
        like=_like(_first(args, "like")) if not text else "",
        place=similarity.parse({name: values[0] for name, values in args.items() if values}),
    )


def _first(args: Mapping[str, Sequence[str]], name: str) -> str:
    values = args.get(name, ())
    return values[0] if values else ""


def _text(typed: str) -> tuple[str, bool]:
    text = _SPACE.sub(" ", clean(typed[: 4 * MAX_TEXT])).strip()
    return text[:MAX_TEXT].rstrip(), len(text) > MAX_TEXT


def _clauses(text: str) -> tuple[tuple[Clause, ...], bool]:
    clauses: list[Clause] = []
    room = MAX_WORDS
    for minus, phrase, word in _CLAUSE.findall(text.translate(_QUOTES)):
        excluded = bool(minus) or word.startswith("-")
        for clause in _quoted(phrase, excluded=excluded) if phrase else _words(word, excluded=excluded):
            room -= len(clause.text.split())
            if room < 0:
                return tuple(clauses), True
            clauses.append(clause)
    return tuple(clauses), False


def _quoted(text: str, *, excluded: bool) -> list[Clause]:
    written = " ".join(text[one.parts[0].start : one.parts[-1].end] for one in compounds(text))
    return [Clause(written, phrase=True, excluded=excluded)] if written else []


def _words(text: str, *, excluded: bool) -> list[Clause]:
    return [Clause(text[one.parts[0].start : one.parts[-1].end], excluded=excluded) for one in compounds(text)]


def _values(given: Sequence[str]) -> tuple[str, ...]:
    values = (clean(value[: 2 * MAX_VALUE]).strip()[:MAX_VALUE] for value in given[:MAX_VALUES])
    return tuple(dict.fromkeys(value for value in values if value))


def _like(given: str) -> str:
    return given if PUBLIC_ID.fullmatch(given) else ""


def _page(given: str) -> int:
    return min(max(1, int(given)), MAX_PAGE) if _PAGE_NUMBER.fullmatch(given) else 1
