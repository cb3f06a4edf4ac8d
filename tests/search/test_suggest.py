"""Did you mean and completion: right nearly always, from public words alone."""

import random
import shutil
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.bench.seed import seed
from kb.bench.size import Size
from kb.config import bundled
from kb.db import Database
from kb.importer.load import import_path
from kb.search import suggest, vocabulary
from kb.search.analysis import fold
from kb.search.catalogue import Catalogue
from kb.search.dictionary import Dictionary
from kb.search.query import Clause
from kb.search.vocabulary import Known, Vocabulary
from tests.search.world import ask, latest

WORDS = vocabulary.make(
    [
        Known("homework", 40, 40),
        Known("attendance", 30, 30),
        Known("attend", 20, 20),
        Known("attends", 2, 2),
        Known("mentor", 10, 10),
        Known("mentors", 5, 5),
        Known("educación", 4, 4),
        Known("educacion", 1, 1),
        Known("their", 50, 50),
        Known("there", 60, 60),
        Known("three", 20, 20),
        Known("fafsa", 9, 9),
        Known("grade", 9, 9),
        Known("9th", 9, 9),
    ],
    ["Homework club", "A club for homework", "Educación en casa"],
)


def _copy(template: Path, folder: Path) -> Database:
    shutil.copy(template, folder / "words.db")
    return Database(f"sqlite:///{folder / 'words.db'}")


def _of(database: Database) -> Vocabulary:
    dictionary, catalogue = Dictionary(), Catalogue()
    dictionary.catch_up(database, catalogue)
    with database.reading() as session:
        snapshot = catalogue.at(session, latest(database))
    return dictionary.at(snapshot.number, snapshot.columns)


def _mistyped(word: str, dice: random.Random) -> str:
    at, sign = dice.randrange(len(word)), dice.choice(string.ascii_lowercase)
    return dice.choice(
        [
            word[:at] + sign + word[at:],
            word[:at] + word[at + 1 :],
            word[:at] + sign + word[at + 1 :],
            word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        ]
    )


def _share_right(words: Vocabulary, size: int) -> tuple[float, list[tuple[str, str, str | None]]]:
    """Return the share of single errors corrected at the first place, and what was wrong."""
    dice = random.Random(7)
    right = [word for word, known in words.words.items() if len(word) >= 5 and known.records >= 3 and word.isalpha()]
    wrong: list[tuple[str, str, str | None]] = []
    done = 0
    while done < size:
        word = dice.choice(right)
        typed = _mistyped(word, dice)
        if words.known(typed) is not None:
            continue
        done += 1
        found = words.correct(typed)
        if found is None or fold(found) != word:
            wrong.append((word, typed, found))
    return 1 - len(wrong) / size, wrong


def test_errors_in_the_demo_are_corrected(sqlite_database: Database) -> None:
    import_path(sqlite_database, bundled("content"))
    words = _of(sqlite_database)
    assert len(words.words) > 1500
    share, wrong = _share_right(words, 2000)
    assert share >= 0.95, wrong


def test_errors_in_a_seeded_corpus_are_corrected(tmp_path: Path, sqlite_template: Path) -> None:
    database = _copy(sqlite_template, tmp_path)
    seed(database, Size.of_records(300), 7, lambda _done: None)
    share, wrong = _share_right(_of(database), 1000)
    database.close()
    assert share >= 0.95, wrong


@pytest.mark.slow
def test_errors_in_2000_records_are_corrected(tmp_path: Path, sqlite_template: Path) -> None:
    database = _copy(sqlite_template, tmp_path)
    seed(database, Size.of_records(2000), 7, lambda _done: None)
    share, wrong = _share_right(_of(database), 4000)
    database.close()
    assert share >= 0.95, wrong


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("homwork", "homework"),
        ("homeworrk", "homework"),
        ("hoemwork", "homework"),
        ("gomework", "homework"),
        ("attendence", "attendance"),
        ("atendence", "attendance"),  # two errors in a long word
        ("mentos", "mentors"),  # a letter left out is likelier than a wrong one
        ("educacoin", "educación"),
        ("educasion", "educación"),
        ("thier", "their"),
        ("fasfa", "fafsa"),
        ("xyzzy", None),
        ("hom", None),
        ("10th", None),
        ("8th", None),
        ("ﬀﬀﬀﬀ", None),
        ("", None),
    ],
)
def test_corrections(typed: str, meant: str | None) -> None:
    assert WORDS.correct(typed) == meant


@given(st.text(max_size=50))
def test_no_text_breaks_it(text: str) -> None:
    WORDS.correct(fold(text))
    assert len(WORDS.complete(text)) <= 8
    suggest.corrected(ask(q=text).clauses, WORDS, matched=())


@given(st.sampled_from(["homework", "attendance", "their"]), st.integers(0, 10**6))
def test_what_it_offers_is_known(word: str, number: int) -> None:
    found = WORDS.correct(_mistyped(word, random.Random(number)))
    assert found is None or WORDS.known(fold(found)) is not None


def test_only_unknown_words_change() -> None:
    query = ask(q='homwork "late atendance" homework -mentos 9th-graed')
    better = suggest.corrected(query.clauses, WORDS, matched=())
    assert better == (
        Clause("homework"),
        Clause("late attendance", phrase=True),
        Clause("homework"),
        Clause("mentos", excluded=True),
        Clause("9th-grade"),
    )
    assert suggest.corrected(ask(q="homework attends").clauses, WORDS, matched=()) is None
    assert suggest.corrected(ask(q="homwork").clauses, WORDS, matched={"homwork"}) is None


def test_completion() -> None:
    assert WORDS.complete("att") == ["attendance"]  # one word of each stem
    assert WORDS.complete("Late hom") == ["Late homework"]
    assert WORDS.complete("hom") == ["homework", "A club for homework", "Homework club"]
    assert WORDS.complete("homework c") == ["Homework club"]
    assert WORDS.complete("educacion") == ["Educación en casa"]
    assert WORDS.complete("educaci") == ["educación", "Educación en casa"]
    assert WORDS.complete("ho") == []
    assert WORDS.complete("club") == ["A club for homework", "Homework club"]
    assert WORDS.complete("zzz") == []
