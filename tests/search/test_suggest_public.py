"""The dictionary of public words: exact at every change, and silent about everything that is not public."""

import random
import re
from collections import Counter

import pytest
from flask.testing import FlaskClient
from sqlalchemy import orm

from kb import feed
from kb.db import Database
from kb.items.models import Item
from kb.permissions import Audience, State
from kb.search import dictionary
from kb.search.analysis import fold
from kb.search.catalogue import Catalogue
from kb.search.dictionary import Dictionary
from kb.search.documents import load
from kb.search.service import Search
from kb.search.vocabulary import Vocabulary
from tests.factories import make_cycle, make_idea, make_network, make_school
from tests.search.world import make_world

SIZE = 9
HIDDEN: list[dict[str, object]] = [
    {"state": State.DRAFT},
    {"state": State.REVIEW},
    {"state": State.WITHDRAWN},
    {"audience": Audience.NETWORK},
    {"audience": Audience.SCHOOL},
    {"audience": Audience.OWNER},
]


class Follower:
    """A dictionary that follows a database, asked as a request asks."""

    def __init__(self, database: Database) -> None:
        self.database, self.catalogue, self.dictionary = database, Catalogue(), Dictionary()

    def words(self) -> Vocabulary:
        with self.database.reading() as session:
            snapshot = self.catalogue.at(session, feed.latest(session))
        return self.dictionary.at(snapshot.number, snapshot.columns)

    def read(self) -> Vocabulary:
        self.dictionary.catch_up(self.database, self.catalogue)
        return self.words()


def _counted(words: Vocabulary) -> dict[str, int]:
    return {word: known.records for word in words.words if (known := words.known(word)) is not None}


def _recounted(database: Database, among: set[int] | None = None) -> dict[str, int]:
    """Count the words of public records by hand; a record that writes one with and without accents counts twice."""
    with database.reading() as session:
        public = [
            item.id
            for item in session.query(Item)
            if item.state is State.PUBLISHED and item.audience is Audience.PUBLIC
        ]
        chosen = [item for item in public if among is None or item in among]
        counts: Counter[str] = Counter()
        for source in load(session, chosen):
            counts.update(fold(form) for form in dictionary._forms(source))
    return dict(counts)


def _commit(session: orm.Session, *items: Item) -> None:
    feed.touch(session, [item.id for item in items])
    feed.commit(session)


@pytest.mark.parametrize("number", range(4))
def test_it_counts_public_records_whatever_happens(
    sqlite_database: Database, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dictionary, "BATCH", 7)
    monkeypatch.setattr(dictionary, "MANY_CHANGES", 6)
    dice = random.Random(number)
    with sqlite_database.writing() as session:
        items = make_world(session, number, size=40).items
    follower = Follower(sqlite_database)
    assert _counted(follower.read()) == _recounted(sqlite_database)
    for step in range(6):
        with sqlite_database.writing() as session:
            changed = [session.get_one(Item, item.id) for item in dice.sample(items, 12 if step == 3 else 3)]
            for item in changed:
                item.state = dice.choice([State.PUBLISHED, State.WITHDRAWN])
                item.audience = dice.choice([Audience.PUBLIC, Audience.OWNER])
                item.title = f"Something new {dice.choice(['homework', 'zebra', 'Zébra'])}"
                item.published_at = item.published_at or item.created_at
                item.edition = max(item.edition, 1)
            _commit(session, *changed)
        at_once = _counted(follower.words())
        exact = _recounted(sqlite_database)
        assert all(exact.get(word, 0) >= count for word, count in at_once.items())
        assert _counted(follower.read()) == exact


def test_a_withdrawal_counts_before_anything_is_read(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        idea = make_idea(session, title="Zanzibar hour", summary="Homework")
        cycle = make_cycle(session, idea, title="Autumn", summary="Homework")
        other = make_idea(session, title="Homework club")
        _commit(session, idea, cycle, other)
    follower = Follower(sqlite_database)
    words = follower.read()
    assert words.correct("zanzibor") == "zanzibar"
    assert words.complete("zan") == ["zanzibar", "Zanzibar hour"]
    assert _counted(words)["zanzibar"] == 2  # the cycle is found by the title of its idea
    with sqlite_database.writing() as session:
        session.get_one(Item, idea.id).state = State.WITHDRAWN
        _commit(session, idea)
    words = follower.words()
    assert words.known("zanzibar") is None
    assert words.correct("zanzibor") is None
    assert words.complete("zan") == []
    assert _counted(words)["homework"] == 1


def test_it_reads_on_while_things_change(sqlite_database: Database) -> None:
    """A record that changes between two batches is never taken with words that are not public."""
    with sqlite_database.writing() as session:
        idea = make_idea(session, title="Zanzibar hour")
        _commit(session, idea)
    follower = Follower(sqlite_database)

    def late(session: orm.Session, ids: list[int]) -> object:
        found = load(session, ids)
        with sqlite_database.writing() as other:
            other.get_one(Item, idea.id).audience = Audience.OWNER
            _commit(other, idea)
        follower.words()  # a request comes in between
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kb.search.documents.load", late)
        follower.dictionary.read(follower.database, follower.catalogue)
    assert follower.read().known("zanzibar") is None


def _hidden_words(session: orm.Session, dice: random.Random, count: int) -> list[str]:
    """Make hidden records, with a word each that stands nowhere else, beside public ones."""
    school, network = make_school(session), make_network(session)
    place: dict[str, object] = {"school_id": school.id, "network_id": network.id}
    public = make_idea(session, title="Homework help", summary="Reading every evening", **place)
    cycle = make_cycle(session, public, school, title="Homework cycle")
    words = _invented(dice, count)
    items = [public, cycle]
    for number in range(0, count, 20):
        text = " ".join(words[number : number + 20])
        idea = make_idea(
            session, title=f"The {words[number]} plan", summary=text, html={"hypothesis": f"<p>{text}</p>"},
            **place, **dice.choice(HIDDEN),
        )  # fmt: skip
        items += [idea, make_cycle(session, idea, school, title="A public test")]
    _commit(session, *items)
    return words


def _invented(dice: random.Random, count: int) -> list[str]:
    found: set[str] = set()
    while len(found) < count:
        found.add("".join(dice.choice("bdfgjklmnprtvz") + dice.choice("aeiou") for _ in range(SIZE // 2)) + "k")
    return sorted(found, key=lambda _word: dice.random())


def _pairs_are_the_same(client: FlaskClient, database: Database, pairs: int) -> None:
    dice = random.Random(11)
    with database.writing() as session:
        hidden = _hidden_words(session, dice, pairs)
    nonsense = [word for word in _invented(dice, 2 * pairs) if word not in set(hidden)][:pairs]
    held: Search = client.application.extensions["kb.search"]
    held.rebuild()
    held.read_words()
    addresses = ["?q={}", "?q=homework+{}", "?q={}&kind=idea", "?q={}+homewrok", '?q="{}+plan"', "?q={}&fragment=1"]
    for number, (word, other) in enumerate(zip(hidden, nonsense, strict=True)):
        address = "/search" + addresses[number % len(addresses)]
        both = [client.get(address.format(one)) for one in dice.sample((word, other), 2)]
        pages = {page.text.replace(word, "W").replace(other, "W") for page in both}
        assert len(pages) == 1, (word, other)
        assert client.get(f"/search/suggestions?q={word[:6]}").json == []


def test_hidden_words_are_nonsense_to_the_page(client: FlaskClient, sqlite_database: Database) -> None:
    _pairs_are_the_same(client, sqlite_database, 50)


@pytest.mark.slow
def test_a_thousand_hidden_words_are_nonsense_to_the_page(client: FlaskClient, sqlite_database: Database) -> None:
    _pairs_are_the_same(client, sqlite_database, 1000)


def test_errors_near_a_hidden_word_are_not_corrected_to_it(client: FlaskClient, sqlite_database: Database) -> None:
    """The same world with the word in hidden records and without gives the same pages, to the last byte."""
    with sqlite_database.writing() as session:
        public = make_idea(session, title="Homework help")
        secret = make_idea(session, title="Other", audience=Audience.OWNER)
        _commit(session, public, secret)
    held: Search = client.application.extensions["kb.search"]
    typed = ["zanzibor", "zanzibar", "homewrok zanzibr", "zanz", "zanzibar&kind=idea", "homework zanzibar hour plan"]
    asked = [f"/search?q={text}" for text in typed] + ["/search/suggestions?q=zan"]

    def pages() -> list[str]:
        held.rebuild()
        held.read_words()
        return [client.get(address).text for address in asked]

    before = pages()
    with sqlite_database.writing() as session:
        for item in session.query(Item).filter_by(id=secret.id):
            item.title, item.summary = "Zanzibar hour", "zanzibar zanzibar"
        _commit(session, secret)
    assert pages() == before
    with sqlite_database.writing() as session:
        session.get_one(Item, secret.id).audience = Audience.PUBLIC
        _commit(session, secret)
    assert pages() != before  # it would be told if it were public


def test_the_page_offers_what_was_meant(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        made = [make_idea(session, title=f"Homework club {number}", summary="After school") for number in range(5)]
        _commit(session, *made, make_cycle(session, made[0], title="Attendance"))
    held: Search = client.application.extensions["kb.search"]
    held.rebuild()
    held.read_words()
    page = client.get("/search?q=homewrok&kind=idea&sort=newest").text
    assert '<a href="/search?q=homework&amp;kind=idea&amp;sort=newest">homework</a>? <small>(5 results)</small>' in page
    order = ["Nothing matches all of that", "Did you mean", "The ideas that come nearest", "Nobody here may have tried"]
    places = [page.find(part) for part in order]
    assert places == sorted(places)
    assert -1 not in places
    assert re.findall(r'href="(/ideas/[^"]*)"', page[page.find("nearest") :])
    some = client.get("/search?q=homewrok+attendance").text
    assert "Left out" in some
    assert "Did you mean" in some
    assert "Did you mean" not in client.get("/search?q=homework").text
    other = client.get("/search?q=homewrok&kind=case").text
    assert '<a href="/search?q=homework">homework, without any filter</a>' in other
    assert client.get("/search/suggestions?q=After+hom").json == ["After homework"]
    assert client.get("/search/suggestions").json == []
    assert client.get("/search/suggestions?q=" + "x" * 5000).json == []


def test_a_fragment_is_the_region_of_the_page(client: FlaskClient, sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        _commit(session, make_idea(session, title="Homework <b>club</b>"))
    client.application.extensions["kb.search"].rebuild()
    page = client.get("/search?q=homework&kind=idea").text
    fragment = client.get("/search?q=homework&kind=idea&fragment=1").text
    assert fragment.lstrip().startswith('<div class="search-columns" id="region"')
    assert re.sub(r"\s+", "", fragment) in re.sub(r"\s+", "", page)
    assert "fragment" not in fragment
