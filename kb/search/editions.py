"""What a cycle has of the edition of its idea that it tested, where the idea has gone on since.

Most cycles test the edition that is in force: they have what the idea has. For the others it stands in a revision.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy import orm

from kb.cycles.models import Cycle
from kb.items.document import tag_slug
from kb.items.models import Item, Revision
from kb.items.rules import RevisionStatus
from kb.search.details import COSTS, time_code

INHERITED = ("topic", "subject", "cost", "time")
_FACET_BITS = 32
_CODE = (1 << _FACET_BITS) - 1
_BATCH = 500
TagIds = Mapping[tuple[str, str], int]  # by facet and slug
_IDEA = orm.aliased(Item)
_OLD = (
    sa.select(Cycle.item_id, sa.func.max(Revision.id))
    .join(_IDEA, _IDEA.id == Cycle.idea_id)
    .join(Revision, sa.and_(Revision.item_id == Cycle.idea_id, Revision.edition == Cycle.idea_edition))
    .where(Cycle.idea_edition < _IDEA.edition, Revision.status == RevisionStatus.PUBLISHED)
    .group_by(Cycle.item_id)
)


@dataclass(frozen=True, slots=True)
class Edition:
    """What cycles inherit of an edition; ``drivers`` are public ids."""

    topics: tuple[str, ...]
    subjects: tuple[str, ...]
    drivers: tuple[str, ...]
    cost: str
    staff_time: str


def tested(session: orm.Session, cycles: sa.Select[tuple[int]] | Sequence[int] | None) -> dict[int, Edition]:
    """Return the tested edition of those of the cycles (None: of all) that tested another than the one in force."""
    wanted = _OLD if cycles is None else _OLD.where(Cycle.item_id.in_(cycles))
    of_cycle = dict(session.execute(wanted).all())
    editions: dict[int, Edition] = {}
    ids = sorted(set(of_cycle.values()))
    for start in range(0, len(ids), _BATCH):
        contents = sa.select(Revision.id, Revision.content).where(Revision.id.in_(ids[start : start + _BATCH]))
        editions |= {revision: _edition(content) for revision, content in session.execute(contents)}
    return {cycle: editions[revision] for cycle, revision in of_cycle.items()}


def _edition(content: dict[str, Any]) -> Edition:
    topics, subjects, drivers = (tuple(content.get(name, ())) for name in ("topics", "subjects", "drivers"))
    return Edition(topics, subjects, drivers, content.get("cost") or "", content.get("staff_time", ""))


def pairs(editions: Mapping[int, Edition], tags: TagIds) -> Iterator[tuple[int, int]]:
    """Yield each cycle with each value that it has of its edition, as ``packed``; unknown tags are left out."""
    for cycle, edition in editions.items():
        for number, labels in enumerate((edition.topics, edition.subjects)):
            known = (tags.get((INHERITED[number], tag_slug(label))) for label in labels)
            yield from ((cycle, packed(number, tag)) for tag in known if tag is not None)
        if edition.cost in COSTS:
            yield cycle, packed(INHERITED.index("cost"), COSTS[edition.cost])
        yield cycle, packed(INHERITED.index("time"), time_code(edition.staff_time))


def packed(facet: int, code: int) -> int:
    """Return a facet, by its place in INHERITED, and a code in one number."""
    return facet << _FACET_BITS | code


def unpacked(values: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the facets and the codes of numbers that ``packed`` gave."""
    return values >> _FACET_BITS, values & _CODE
