"""The grammar: nothing a visitor types can raise, and an address says all of a search."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.items.rules import Language
from kb.search.analysis import tokens
from kb.search.query import FACETS, MAX_PAGE, MAX_TEXT, MAX_VALUES, MAX_WORDS, Clause, Query, Sort, parse
from kb.search.terms import Synonyms, build
from tests.search.world import ask

NAUGHTY = [
    entry["payload"] for entry in json.loads((Path(__file__).parent.parent / "data/naughty_strings.json").read_text())
]


def test_words_phrases_and_minus() -> None:
    assert ask(q='late "exit ticket" -math -"group work"').clauses == (
        Clause("late"),
        Clause("exit ticket", phrase=True),
        Clause("math", excluded=True),
        Clause("group work", phrase=True, excluded=True),
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("“exit  ticket”", [Clause("exit ticket", phrase=True)]),
        ('late "work', [Clause("late"), Clause("work")]),
        ('"" - -- "-" !!! ???', []),
        ("9th-grade D/F 1-5-25", [Clause("9th-grade"), Clause("D/F"), Clause("1-5-25")]),
        ("homework,late", [Clause("homework"), Clause("late")]),
        ("title:secret AND (a OR b*)", [Clause("title:secret"), Clause("AND"), Clause("a"), Clause("OR"), Clause("b")]),
        ("at\u00adten\u200bdance", [Clause("attendance")]),
        ("\ud800\x00\x1bx", [Clause("x")]),
    ],
)
def test_what_is_typed(typed: str, expected: list[Clause]) -> None:
    assert list(ask(q=typed).clauses) == expected


def test_limits() -> None:
    assert len(ask(q="word " * 1000).text) <= MAX_TEXT
    assert len(ask(q="a1 b2 " * 60).clauses) == MAX_WORDS
    assert ask(q="a1 b2 " * 60).cut
    assert not ask(q="late work").cut
    assert len(ask(topic=[f"t{n}" for n in range(100)]).filters["topic"]) == MAX_VALUES
    for page in ("0", "-1", "x", "99999999", "1e9", "²", ""):
        assert ask(page=page).page == 1
    assert ask(page="9999").page == MAX_PAGE


def test_sort() -> None:
    assert ask(q="late").sort is Sort.BEST
    assert ask().sort is Sort.NEWEST
    assert ask(sort="best").sort is Sort.NEWEST
    assert ask(q="late", sort="tested").sort is Sort.TESTED
    assert ask(q="late", sort="nonsense").sort is Sort.BEST


def test_an_address_says_all() -> None:
    query = ask(q='late "exit ticket"', kind=["idea", "case"], school=["3f7k2m9a"], sort="newest", page="3")
    again = parse({name: value if isinstance(value, list) else [value] for name, value in query.args().items()})
    assert again == query
    assert query.without("kind", "idea").filters == {"kind": ("case",), "school": ("3f7k2m9a",)}
    assert query.without("kind").filters == {"school": ("3f7k2m9a",)}
    assert query.without("kind").page == 1
    assert query.without_filters().args() == {"q": 'late "exit ticket"', "sort": "newest"}
    assert query.with_clauses(query.clauses[1:]).text == '"exit ticket"'


@given(st.text(max_size=300), st.dictionaries(st.sampled_from([*FACETS, "sort", "page", "x"]), st.lists(st.text())))
def test_nothing_raises(text: str, args: dict[str, list[str]]) -> None:
    query = parse({**args, "q": [text]})
    assert isinstance(query, Query)
    assert len(query.text) <= MAX_TEXT
    assert sum(len(clause.text.split()) for clause in query.clauses) <= MAX_WORDS
    query.text.encode()
    build(query.clauses, Synonyms([["late work", "late"], ["D/F rate"]]))
    for language in Language:
        list(tokens(text, language))


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_strings(text: str) -> None:
    query = ask(q=text, topic=[text], page=text, sort=text)
    build(query.clauses, Synonyms())
    query.text.encode()
