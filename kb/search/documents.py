"""From the database to what is searched: the texts of items, read in bulk, and the documents made of them.

What a document holds of another record must not tell more than that record's readers may know: a cycle is found by the
title of its idea only if every reader of the cycle may read the idea.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb import markup
from kb.cells import DEFAULT_MINIMUM, is_small
from kb.cycles.figures import words_only
from kb.cycles.models import Cycle, Prediction, Result
from kb.cycles.rules import students
from kb.db import Database
from kb.drivers.models import Driver, DriverIdea
from kb.ideas.models import ChangeIdea
from kb.items.models import Item, ItemTag, Tag
from kb.items.rules import Language, Vocabulary
from kb.methods.models import MethodVersion
from kb.networks.models import Network
from kb.permissions import Audience, State
from kb.schools.models import School
from kb.search import editions
from kb.search.analysis import clean, tokens
from kb.search.engine import Document

SEARCHED_STATES = (State.DRAFT, State.REVIEW, State.PUBLISHED)
BATCH = 250
ALL_IDS = range((1 << 31) - 1)  # the largest number that fits into the column of both databases
TITLE, SUMMARY, KEYWORDS, BODY, PLACE = 3.0, 2.0, 1.5, 1.0, 0.5
_GAP = 50  # positions between two texts, so that no phrase runs from one into the next
_MAX_PLACES = 65_535  # a position fits into 16 bits; what stands further back takes part in no phrase
_HYPOTHESIS = "hypothesis"
_INHERITED = (Vocabulary.TOPIC, Vocabulary.SUBJECT)  # by cycles, of their idea


@dataclass(frozen=True, slots=True)
class Source:
    """The texts of one record, each with its weight, in one language."""

    id: int
    seq: int
    language: Language
    texts: tuple[tuple[float, str], ...]


def covers(idea: Item, cycle: Item) -> bool:
    """Say whether everybody who may read the cycle may read the idea too."""
    if idea.state is not State.PUBLISHED:
        return False
    if idea.audience is Audience.PUBLIC:
        return True
    if cycle.state is not State.PUBLISHED or cycle.audience is not idea.audience:
        return False
    column = {Audience.NETWORK: "network_id", Audience.SCHOOL: "school_id", Audience.OWNER: "author_id"}[idea.audience]
    scope = getattr(idea, column)
    return scope is not None and bool(scope == getattr(cycle, column))


def analyse(source: Source) -> Document:
    """Return the document of a record: each token with the sum of its weights, and all its positions."""
    words: dict[str, float] = defaultdict(float)
    places: dict[str, list[int]] = defaultdict(list)
    base = 0
    for weight, text in source.texts:
        last = base
        for token, position in tokens(clean(text), source.language):
            words[token] += weight
            last = base + position
            if last <= _MAX_PLACES:
                places[token].append(last)
        base = last + _GAP
    return Document(source.id, source.seq, sum(words.values()), words, places)


def load(session: orm.Session, ids: Sequence[int]) -> list[Source]:
    """Return the texts of those of the items that can be searched at all; a constant number of queries."""
    items = session.scalars(
        sa.select(Item)
        .where(Item.id.in_(ids), Item.state.in_(SEARCHED_STATES))
        .options(orm.undefer(Item.html), orm.selectinload(Item.tags))
        .order_by(Item.id)
    ).all()
    held = _Neighbours(session, [item.id for item in items])
    return [_source(item, held) for item in items]


def every(database: Database, *, batch: int = BATCH, ids_in: range = ALL_IDS) -> Iterator[Source]:
    """Yield the texts of all items, or those in a range, in batches, each in a session of its own.

    So no transaction stays open.
    """
    last = ids_in.start - 1
    while True:
        more = sa.select(Item.id).where(Item.id > last, Item.id < ids_in.stop).order_by(Item.id).limit(batch)
        with database.reading() as session:
            ids = session.scalars(more).all()
            yield from load(session, ids)
        if len(ids) < batch:
            return
        last = ids[-1]


class _Neighbours:
    """What stands in other tables about a batch of items."""

    def __init__(self, session: orm.Session, ids: Sequence[int]) -> None:
        rows = session.execute(
            sa.select(Cycle, Item, MethodVersion.title)
            .join(ChangeIdea, ChangeIdea.item_id == Cycle.idea_id)
            .join(Item, Item.id == ChangeIdea.item_id)
            .join(MethodVersion, MethodVersion.id == Cycle.method_version_id)
            .where(Cycle.item_id.in_(ids))
        ).all()
        self.cycles: dict[int, tuple[Cycle, Item, str]] = {
            cycle.item_id: (cycle, idea, method) for cycle, idea, method in rows
        }
        self.ideas = {
            idea.item_id: idea for idea in session.scalars(sa.select(ChangeIdea).where(ChangeIdea.item_id.in_(ids)))
        }
        self.schools: dict[int, str] = _names(session, School, Item.school_id, ids, with_district=True)
        self.networks: dict[int, str] = _names(session, Network, Item.network_id, ids)
        self.minimums = dict(session.execute(sa.select(Network.id, Network.minimum_group)).all())
        idea_ids = {*self.ideas, *(idea.id for _, idea, _ in self.cycles.values())}
        self.drivers = _many(
            session.execute(
                sa.select(DriverIdea.idea_id, Driver.title)
                .join(Driver, Driver.id == DriverIdea.driver_id)
                .where(DriverIdea.idea_id.in_(idea_ids), Driver.retired_on.is_(None))
                .order_by(Driver.id)
            )
        )
        self.tags = _many(
            session.execute(
                sa.select(ItemTag.item_id, Tag.label)
                .join(Tag)
                .where(ItemTag.item_id.in_(idea_ids), Tag.vocabulary.in_(_INHERITED))
                .order_by(Tag.id)
            )
        )
        self._read_editions(session)
        self.measures = _many(
            session.execute(
                sa.select(Result.cycle_id, Result.measure).where(Result.cycle_id.in_(ids)).order_by(Result.position)
            )
        )
        self.questions = _many(
            session.execute(
                sa.select(Prediction.cycle_id, Prediction.question)
                .where(Prediction.cycle_id.in_(ids))
                .order_by(Prediction.position)
            )
        )

    def _read_editions(self, session: orm.Session) -> None:
        """Read what cycles have of an edition that is no longer in force."""
        tested = editions.tested(session, sorted(self.cycles))
        wanted = {driver for edition in tested.values() for driver in edition.drivers}
        titles = dict(
            session.execute(
                sa.select(Driver.public_id, Driver.title).where(
                    Driver.public_id.in_(wanted), Driver.retired_on.is_(None)
                )
            ).all()
            if wanted
            else ()
        )
        self.editions = {
            cycle: [*one.topics, *one.subjects, *(titles[driver] for driver in one.drivers if driver in titles)]
            for cycle, one in tested.items()
        }


def _names(
    session: orm.Session,
    register: type[School | Network],
    key: orm.InstrumentedAttribute[int | None],
    ids: Sequence[int],
    *,
    with_district: bool = False,
) -> dict[int, str]:
    name = School.name + sa.literal(" ") + School.district if with_district else register.name
    wanted = sa.select(key).where(Item.id.in_(ids))
    return dict(session.execute(sa.select(register.id, name).where(register.id.in_(wanted))).all())


def _many(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, text in pairs:
        found[key].append(text)
    return found


def _source(item: Item, held: _Neighbours) -> Source:
    texts = [(TITLE, item.title), (SUMMARY, item.summary)]
    for name, html in item.html.items():
        texts.append((KEYWORDS if name == _HYPOTHESIS else BODY, markup.plain(html)))
    if item.id in held.cycles:
        texts.extend(_of_cycle(item, held))
    else:
        texts.extend((KEYWORDS, tag.label) for tag in item.tags)
    if item.id in held.ideas:
        idea = held.ideas[item.id]
        texts.extend((KEYWORDS, title) for title in held.drivers.get(item.id, ()))
        texts.extend((BODY, text) for text in (idea.population, idea.roles_needed, idea.staff_time, idea.duration))
    texts.append((PLACE, held.schools.get(item.school_id or 0, "")))
    texts.append((PLACE, held.networks.get(item.network_id or 0, "")))
    return Source(item.id, item.change_seq, item.language, tuple((weight, text) for weight, text in texts if text))


def _of_cycle(item: Item, held: _Neighbours) -> Iterator[tuple[float, str]]:
    """Yield what a cycle is found by: of its idea the title as it is, and topics, subjects and drivers as tested.

    Of a group under the minimum neither its name nor a number is told.
    """
    cycle, idea, method = held.cycles[item.id]
    small = is_small(students(cycle.group_size, cycle.scale), held.minimums.get(item.network_id or 0, DEFAULT_MINIMUM))
    for tag in item.tags:
        if not (small and tag.vocabulary is Vocabulary.GROUP):
            yield KEYWORDS, tag.label
    if not small:
        yield BODY, cycle.test_population
    yield PLACE, method
    yield from ((BODY, text) for text in held.measures.get(item.id, ()))
    yield from ((BODY, words_only(text, small=small)) for text in held.questions.get(item.id, ()))
    if covers(idea, item):
        yield KEYWORDS, idea.title
        now = [*held.tags.get(idea.id, ()), *held.drivers.get(idea.id, ())]
        yield from ((KEYWORDS, text) for text in held.editions.get(item.id, now))
