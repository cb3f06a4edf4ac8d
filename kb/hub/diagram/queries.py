"""What the editor of the driver diagram shows: every driver as a line, and the ideas that may be linked to one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import orm

from kb.drivers import editing, rules
from kb.drivers.models import Driver, DriverIdea
from kb.drivers.rules import Move, Node
from kb.errors import NotFoundError
from kb.ids import Ref
from kb.items.models import Item
from kb.items.queries import readable
from kb.items.rules import Kind, Language
from kb.networks.models import Network
from kb.networks.queries import network_by_ref
from kb.permissions import State, Viewer

MOST_IDEAS = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A driver as the editor shows it; ``level`` 1 is a primary driver, ``place`` of ``beside`` its place there."""

    id: int
    public_id: str
    title: str
    description: str
    version: int
    level: int
    place: int
    beside: int
    ideas: int
    moves: tuple[Move, ...]
    above: str
    lines: tuple["Line", ...]

    @property
    def takes_more(self) -> bool:
        """Whether a driver can be added below it."""
        return self.level < rules.DEEPEST


@dataclass(frozen=True, slots=True)
class IdeaChoice:
    """An idea that may be linked to a driver, and whether it is."""

    ref: Ref
    title: str
    language: Language
    linked: bool
    kind: Kind = Kind.IDEA


@dataclass(frozen=True, slots=True)
class DriverOf:
    """A driver and its network, as an address names them; the network decides who may change it."""

    driver: Driver
    network: Network

    @property
    def id(self) -> int:
        """The network's id: what a permission is asked for."""
        return self.network.id


def outline(session: orm.Session, viewer: Viewer, network_id: int) -> tuple[list[Line], list[Line]]:
    """Return the tree of the drivers in use, and the retired ones in a row."""
    nodes = editing.nodes(session, network_id)
    rows = {row.id: row for row in session.scalars(sa.select(Driver).where(Driver.network_id == network_id))}
    ideas = dict(
        session.execute(
            sa.select(DriverIdea.driver_id, sa.func.count())
            .join(Item, Item.id == DriverIdea.idea_id)
            .where(DriverIdea.driver_id.in_(rows), readable(viewer))
            .group_by(DriverIdea.driver_id)
        ).all()
    )
    drawn = _Drawn(nodes, rows, ideas)
    return drawn.below(None, 1), [drawn.line(node, 1, 0, 0) for node in nodes if node.retired]


def flat(lines: Iterable[Line]) -> list[Line]:
    """Return a tree of lines as one list in reading order."""
    return [one for line in lines for one in (line, *flat(line.lines))]


class _Drawn:
    """The rows of a diagram, made into lines."""

    def __init__(self, nodes: Sequence[Node], rows: dict[int, Driver], ideas: dict[int, int]) -> None:
        self._nodes, self._rows, self._ideas = nodes, rows, ideas
        self._shown = {node.id for node in nodes if not node.retired}

    def below(self, parent: int | None, level: int) -> list[Line]:
        beside = [node for node in self._nodes if not node.retired and self._above(node) == parent]
        return [self.line(node, level, place, len(beside)) for place, node in enumerate(beside, 1)]

    def line(self, node: Node, level: int, place: int, beside: int) -> Line:
        row = self._rows[node.id]
        above = self._rows.get(node.parent or 0)
        return Line(
            id=row.id,
            public_id=row.public_id,
            title=row.title,
            description=row.description,
            version=row.row_version,
            level=level,
            place=place,
            beside=beside,
            ideas=self._ideas.get(row.id, 0),
            moves=tuple(rules.possible(self._nodes, row.id)),
            above=above.title if above else "",
            lines=() if node.retired else tuple(self.below(row.id, level + 1)),
        )

    def _above(self, node: Node) -> int | None:
        """Return under which driver in use it is drawn; one below a retired driver stands at the top."""
        return node.parent if node.parent in self._shown else None


def driver_of(session: orm.Session, viewer: Viewer, ref: Ref, driver: str) -> DriverOf:
    """Return a driver of the network, or raise NotFoundError."""
    network = network_by_ref(session, viewer, ref)
    return DriverOf(driver_by_id(session, network, driver), network)


def driver_by_id(session: orm.Session, network: Network, public_id: str) -> Driver:
    """Return a driver of the network by its public id, or raise NotFoundError."""
    row = session.scalar(sa.select(Driver).where(Driver.public_id == public_id, Driver.network_id == network.id))
    if row is None:
        raise NotFoundError
    return row


def idea_choices(session: orm.Session, viewer: Viewer, one: DriverOf, words: str) -> list[IdeaChoice]:
    """Return the ideas linked to a driver and other ideas of its network whose title holds every word, at most 50."""
    linked = sa.exists().where(DriverIdea.idea_id == Item.id, DriverIdea.driver_id == one.driver.id)
    of_network = sa.and_(Item.network_id == one.network.id, Item.state == State.PUBLISHED)
    for word in words.split()[:8]:
        of_network = sa.and_(of_network, Item.title.icontains(word, autoescape=True))
    rows = session.execute(
        sa.select(Item.public_id, Item.slug, Item.title, Item.language, linked.label("linked"))
        .where(Item.kind == Kind.IDEA, readable(viewer), sa.or_(linked, of_network))
        .order_by(linked.desc(), Item.title)
        .limit(MOST_IDEAS)
    )
    return [IdeaChoice(Ref(row.public_id, row.slug), row.title, row.language, bool(row.linked)) for row in rows]


def idea_of(session: orm.Session, viewer: Viewer, one: DriverOf, public_id: str) -> Item:
    """Return an idea that the hub may link to the driver or take from it, or raise NotFoundError."""
    linked = sa.exists().where(DriverIdea.idea_id == Item.id, DriverIdea.driver_id == one.driver.id)
    own = sa.and_(Item.network_id == one.network.id, Item.state == State.PUBLISHED)
    item = session.scalar(
        sa.select(Item).where(
            Item.public_id == public_id, Item.kind == Kind.IDEA, readable(viewer), sa.or_(linked, own)
        )
    )
    if item is None:
        raise NotFoundError
    return item
