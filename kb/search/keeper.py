"""The worker beside the index: keeps the dictionary in step with the database and writes what was noted.

It runs in every process that serves, since each has its own dictionary; the indexer runs in one.
"""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from kb import feed
from kb.db import Database
from kb.search import kept_words
from kb.search.catalogue import Catalogue
from kb.search.dictionary import Dictionary
from kb.search.unanswered import Unanswered

POLL_SECONDS = 2.0
WRITE_SECONDS = 30.0
COUNT_SECONDS = 5.0
FAULT_SECONDS = 10.0
KEEP_SECONDS = 600.0
log = structlog.get_logger("kb")


class Keeper:
    """The thread. It rests as long as it reads, so that requests come first."""

    def __init__(
        self, database: Database, catalogue: Catalogue, dictionary: Dictionary, unanswered: Unanswered, folder: Path
    ) -> None:
        self._folder = folder
        self._kept = -1  # the version of the dictionary that is in the file
        self._database = database
        self._catalogue = catalogue
        self._dictionary = dictionary
        self._unanswered = unanswered
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread, once."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, name="dictionary", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop after the batch in hand, and write what was noted."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
            self._thread = None

    def take(self) -> None:
        """Begin with the words of the last process, where a file holds them and no later change than there is."""
        with self._database.reading() as session:
            number = feed.latest(session)
        kept = kept_words.read(self._folder)
        if kept is not None and kept.number <= number:
            self._dictionary.take(kept)
            self._kept = self._dictionary.version

    def keep(self) -> None:
        """Write the words for the next process, if they have changed."""
        version = self._dictionary.version
        if version != self._kept:
            kept_words.write(self._folder, self._dictionary.kept())
            self._kept = version

    def _run(self) -> None:
        written = kept = time.monotonic()
        with _told("the words of the last start could not be read"):
            self.take()
        while not self._stop.is_set():
            try:
                self._follow()
                if self._kept < 0 or time.monotonic() - kept > KEEP_SECONDS:
                    self.keep()
                    kept = time.monotonic()
                if time.monotonic() - written > WRITE_SECONDS:
                    self._write()
                    written = time.monotonic()
            except Exception as error:  # the thread must live on
                log.exception("the dictionary of the search could not be kept; trying again", fault=str(error))
                self._stop.wait(FAULT_SECONDS)
            self._stop.wait(POLL_SECONDS)
        with suppress(Exception):  # the database may be closed already; a few counts are lost, and nothing else
            self._write()
        with _told("the words could not be kept for the next start"):
            self.keep()

    def _follow(self) -> None:
        """Read what is new, batch by batch; long reading is counted now and then."""
        counted = began = time.monotonic()
        while not self._stop.is_set() and self._dictionary.read(self._database, self._catalogue):
            if time.monotonic() - counted > COUNT_SECONDS:
                self._dictionary.count()
                counted = time.monotonic()
            self._stop.wait(time.monotonic() - began)
            began = time.monotonic()
        self._dictionary.count()

    def _write(self) -> None:
        self._unanswered.write(self._database, dt.datetime.now(dt.UTC).date())


@contextmanager
def _told(words: str) -> Iterator[None]:
    """Log what goes wrong with the file and go on: it only saves time."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the thread must live on
        log.warning(words, fault=str(error))
