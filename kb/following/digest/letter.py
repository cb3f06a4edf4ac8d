"""The words of a digest: what is new for one person, as far as that person may read it at this moment."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import orm

from kb import feed
from kb.cards.queries import cards
from kb.config import Settings
from kb.following import queries
from kb.following.comments.queries import answered_since, unanswered
from kb.following.news import Change, new_in_networks, news
from kb.items.rules import FOLDERS, Kind
from kb.permissions import Viewer
from kb.saved.models import SavedSearch
from kb.saved.news import changed
from kb.saved.queries import of_person
from kb.search.service import Search

MOST = 20  # records in one section
WORDS = {Kind.IDEA: "change idea", Kind.CYCLE: "cycle", Kind.CASE: "case study"}


@dataclass(slots=True)
class Section:
    """One part of a letter: a heading and its lines."""

    head: str
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Period:
    """What a digest tells of: everything after a time and after a change number."""

    since: dt.datetime
    seq: int


class Composer:
    """Writes the digest of one person."""

    def __init__(self, session: orm.Session, viewer: Viewer, told: Period, settings: Settings) -> None:
        self._session = session
        self._viewer = viewer
        self._told = told
        self._settings = settings

    def sections(self, searches: Search | None) -> list[Section]:
        """Return the parts that have something new."""
        found = [*self._answers(), *self._questions(), *self._followed(), *self._networks(), *self._saved(searches)]
        return [section for section in found if section.lines]

    def _answers(self) -> Iterable[Section]:
        found = answered_since(self._session, self._viewer, self._told.since)
        lines = [self._line(one.title, "your question", f"/comments/{one.public_id}") for one in found]
        yield Section("Answers to your questions", lines)

    def _questions(self) -> Iterable[Section]:
        found = unanswered(self._session, self._viewer, limit=MOST)
        new = [one for one in found if one.created_at > self._told.since]
        lines = [self._line(one.words, f"about {one.title}", f"/comments/{one.public_id}") for one in new]
        yield Section("Colleagues ask you", lines)

    def _followed(self) -> Iterable[Section]:
        follows = queries.follows_of(self._session, self._viewer)
        for one in news(self._session, self._viewer, follows, since=self._told.since):
            yield Section(f"You follow: {one.thing.name}", self._changes(one.changes))

    def _networks(self) -> Iterable[Section]:
        found = new_in_networks(self._session, self._viewer, since=self._told.since)
        yield Section("New in your networks", self._changes(found))

    def _saved(self, searches: Search | None) -> Iterable[Section]:
        if searches is None:
            return
        number = feed.latest(self._session)
        for saved in of_person(self._session, self._viewer.person_id):
            yield Section(f"Your search: {saved.name}", self._found(searches, saved, number))

    def _found(self, searches: Search, saved: SavedSearch, number: int) -> list[str]:
        found = changed(searches, self._session, self._viewer, saved, number, after=self._told.seq)
        listed = cards(self._session, self._viewer, found.ids[:MOST] if found else ())
        return [self._line(card.title, WORDS[card.kind], f"/{FOLDERS[card.kind]}/{card.ref}") for card in listed]

    def _changes(self, changes: Sequence[Change]) -> list[str]:
        return [
            self._line(
                one.title,
                f"{'new' if one.is_new else 'changed'} {WORDS[one.kind]}",
                f"/{FOLDERS[one.kind]}/{one.ref}",
            )
            for one in changes[:MOST]
        ] + ([f"  and {len(changes) - MOST} more"] if len(changes) > MOST else [])

    def _line(self, title: str, what: str, path: str) -> str:
        return f"- {title} ({what})\n  {self._settings.link(path)}"


def text(sections: Sequence[Section], *, name: str, settings: Settings, stop: str) -> str:
    """Return the letter. ``stop`` is the address that ends all further ones."""
    parts = [f"{section.head}\n\n" + "\n".join(section.lines) for section in sections]
    body = "\n\n\n".join(parts)
    return (
        f"Hello {name},\n\nthis is new since the last letter.\n\n\n{body}\n\n\n--\n"
        f"All of it on your own page: {settings.link('/me')}\n"
        f"No more letters like this: {stop}\n"
    )
