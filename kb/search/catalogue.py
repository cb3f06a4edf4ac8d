"""The catalogue: all items in memory, brought up to the request's change number before anything is counted.

Access, filters, facet counts, totals and sorts come from here, so a withdrawal or a change of audience counts from the
next request, whatever the index says.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from sqlalchemy import orm

from kb.permissions import Viewer
from kb.search import columns, picture, registers
from kb.search.columns import Columns
from kb.search.picture import Picture
from kb.search.registers import Registers

PICTURES = 8


@dataclass(slots=True)
class Snapshot:
    """Everything as it was at one change number: never changed, only replaced. Holds the pictures of some viewers."""

    number: int
    columns: Columns
    registers: Registers
    _pictures: OrderedDict[Viewer, Picture] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def picture(self, viewer: Viewer) -> Picture:
        """Return what the viewer can see."""
        with self._lock:
            if viewer not in self._pictures:
                self._pictures[viewer] = picture.make(viewer, self.columns, self.registers)
            self._pictures.move_to_end(viewer)
            while len(self._pictures) > PICTURES:
                self._pictures.popitem(last=False)
            return self._pictures[viewer]


class Catalogue:
    """Holds the newest snapshot; any number of threads may ask for it."""

    def __init__(self) -> None:
        self._held: Snapshot | None = None
        self._lock = threading.Lock()

    def at(self, session: orm.Session, number: int) -> Snapshot:
        """Return a snapshot that holds every change up to ``number``, reading what is new through the session.

        Rows are read after the number, so they may be newer than it and will be read again: never older.
        """
        held = self._held
        if held is not None and held.number >= number:
            return held
        with self._lock:
            held = self._held
            if held is None or held.number < number:
                held = self._held = _refreshed(session, held, number)
            return held


def _refreshed(session: orm.Session, held: Snapshot | None, number: int) -> Snapshot:
    known = held.columns if held is not None else columns.EMPTY
    after = held.number if held is not None else -1
    read = registers.read(session)
    return Snapshot(number, columns.refresh(session, known, read.tag_ids, after=after), read)
