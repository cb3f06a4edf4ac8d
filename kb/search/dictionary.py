"""The dictionary of public words, kept in memory: read in the background, and never behind what is still public.

Only what an anonymous visitor may read ever enters it. A request first takes out every record that has changed since,
so a withdrawal or a change of audience counts at once; the worker then reads the new text.
"""

import threading
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from kb import feed
from kb.db import Database
from kb.permissions import ANONYMOUS
from kb.search import documents, vocabulary
from kb.search.access import readable_rows
from kb.search.analysis import clean, compounds, fold
from kb.search.catalogue import Catalogue
from kb.search.columns import Columns, Index, rows_of
from kb.search.documents import Source
from kb.search.kept_words import Counts, Kept
from kb.search.vocabulary import Known, Vocabulary

BATCH = 250
LONGEST_WORD = 30
MANY_CHANGES = 200  # more records at once are not taken out one by one: there are no words until all are counted again
_ENTRY = np.dtype("<u4")
_PLAIN = np.uint32(1)  # the lowest bit of an entry: the record writes the word as no name is written
Entries = npt.NDArray[np.uint32]


class _Tally:
    """Every form of a word that was ever read, and how many records hold it now."""

    def __init__(self) -> None:
        self.forms: list[str] = []
        self._numbers: dict[str, int] = {}
        self._records = np.zeros(1024, np.int32)
        self._plain = np.zeros(1024, np.int32)

    def entries(self, forms: dict[str, bool]) -> Entries:
        """Return the sorted entries of a record with these forms."""
        return np.array(sorted(2 * self._number(form) + plain for form, plain in forms.items()), _ENTRY)

    def _number(self, form: str) -> int:
        number = self._numbers.setdefault(form, len(self.forms))
        if number == len(self.forms):
            self.forms.append(form)
            if number == len(self._records):
                self._records, self._plain = (
                    np.append(one, np.zeros_like(one)) for one in (self._records, self._plain)
                )
        return number

    def count(self, entries: Entries, step: int) -> None:
        """Count a record in (1) or out (-1)."""
        numbers = entries >> 1
        self._records[numbers] += step
        self._plain[numbers[(entries & _PLAIN) > 0]] += step

    def counts(self) -> tuple[list[str], Counts, Counts]:
        """Return the forms with their counts; one that no record holds any more is left blank."""
        size = len(self.forms)
        records = self._records[:size].copy()
        forms = [form if held else "" for form, held in zip(self.forms, records.tolist(), strict=True)]
        return forms, records, self._plain[:size].copy()

    def take(self, forms: Sequence[str], records: Counts, plain: Counts) -> None:
        """Begin with these forms and counts; blank ones keep their numbers and are never found."""
        self.forms = list(forms)
        self._numbers = {form: number for number, form in enumerate(forms) if form}
        room = max(0, 1024 - len(forms))
        self._records, self._plain = (np.append(one, np.zeros(room, np.int32)) for one in (records, plain))

    def holds(self, number: int) -> bool:
        """Say whether any record holds the form."""
        return bool(self._records[number])

    def known(self) -> list[Known]:
        """Return what is known of every form that a record holds."""
        size = len(self.forms)
        counts = zip(self.forms, self._records[:size].tolist(), self._plain[:size].tolist(), strict=True)
        return [Known(form, records, plain) for form, records, plain in counts if records]


class Dictionary:
    """Follows the change feed; any number of threads may ask for its vocabulary."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tally = _Tally()
        self._held: dict[int, tuple[str, bytes]] = {}
        self._titles: Counter[str] = Counter()
        self._read: Index = np.zeros(0, np.int64)  # by item: the change its text is as new as, 0 for not held
        self._checked = -1
        self._uncounted: set[int] = set()  # held, but not in the vocabulary yet
        self._vocabulary = vocabulary.EMPTY
        self._version = 0

    def at(self, number: int, columns: Columns) -> Vocabulary:
        """Return words that are public at a change number, of which the columns are; not all until all are read."""
        with self._lock:
            self._check(number, columns)
            return self._vocabulary

    def catch_up(self, database: Database, catalogue: Catalogue) -> int:
        """Read every public record that is not held yet and count; return how many were read."""
        total = 0
        while read := self.read(database, catalogue):
            total += read
        self.count()
        return total

    def read(self, database: Database, catalogue: Catalogue) -> int:
        """Read the next public records that are not held yet; return how many. The worker does it until it is 0."""
        with database.reading() as session:
            snapshot = catalogue.at(session, feed.latest(session))
            with self._lock:
                self._check(snapshot.number, snapshot.columns)
                wanted = _wanted(snapshot.columns)
                missing = np.flatnonzero((wanted > 0) & (self._read[: len(wanted)] != wanted))
            sources = documents.load(session, missing[:BATCH].tolist()) if len(missing) else []
        seqs = snapshot.columns.rows["seq"][rows_of(snapshot.columns, [source.id for source in sources])]
        read = [(source, _forms(source)) for source, seq in zip(sources, seqs, strict=True) if source.seq == seq]
        with self._lock:
            if self._checked != snapshot.number:  # something changed meanwhile: what was read may not be public now
                return 0
            for source, forms in read:
                self._add(source, forms, int(wanted[source.id]))
        return len(read)

    @property
    def version(self) -> int:
        """Changes with all that is held."""
        return self._version

    def kept(self) -> Kept:
        """Return all that is held, to be written."""
        with self._lock:
            forms, records, plain = self._tally.counts()
            ids = np.array(sorted(self._held), np.int64)
            held = [self._held[item] for item in ids.tolist()]
            titles, entries = [title for title, _ in held], [packed for _, packed in held]
            return Kept(self._checked, forms, records, plain, ids, self._read[ids], titles, entries)

    def take(self, kept: Kept) -> None:
        """Begin with what was kept; what has changed since is taken out at the next question."""
        with self._lock:
            if self._held or not len(kept.ids):
                return
            self._tally.take(kept.forms, kept.records, kept.plain)
            self._held = dict(zip(kept.ids.tolist(), zip(kept.titles, kept.entries, strict=True), strict=True))
            self._titles = Counter(kept.titles)
            self._read = np.zeros(max(len(self._read), int(kept.ids[-1]) + 1), np.int64)
            self._read[kept.ids] = kept.reads
            self._uncounted = set(self._held)
            before = kept.number - 1  # so that the next question checks, also where nothing has changed since
            self._checked = min(before, self._checked) if self._checked >= 0 else before
            self._version += 1

    def count(self) -> None:
        """Make the vocabulary again of all that is held, where something has changed."""
        with self._lock:
            version = self._version
            if not (self._uncounted or self._vocabulary.changed or self._vocabulary.gone):
                return
            known, titles = self._tally.known(), list(self._titles)
        made = vocabulary.make(known, titles)
        with self._lock:
            if self._version == version:  # else what was counted is old, and the next call counts again
                self._vocabulary = made
                self._uncounted.clear()

    def _add(self, source: Source, forms: dict[str, bool], as_new_as: int) -> None:
        entries, title = self._tally.entries(forms), source.texts[0][1]
        self._tally.count(entries, 1)
        self._titles[title] += 1
        self._held[source.id] = title, _packed(entries)
        self._read[source.id] = as_new_as
        self._uncounted.add(source.id)
        self._version += 1

    def _check(self, number: int, columns: Columns) -> None:
        """Take out every record that has changed, or whose idea has, and so every one that is no longer public."""
        if number <= self._checked:
            return
        wanted = _wanted(columns)
        if len(self._read) < len(wanted):
            self._read = np.append(self._read, np.zeros(len(wanted) - len(self._read), np.int64))
        old = np.flatnonzero((self._read > 0) & (self._read != wanted)).tolist()
        for item in old:
            self._remove(item, forget=len(old) <= MANY_CHANGES)
        if len(old) > MANY_CHANGES:
            self._vocabulary = vocabulary.EMPTY
            self._uncounted.update(self._held)
        self._checked = number

    def _remove(self, item: int, *, forget: bool) -> None:
        title, packed = self._held.pop(item)
        entries = _unpacked(packed)
        self._tally.count(entries, -1)
        self._titles[title] -= 1
        if not self._titles[title]:
            del self._titles[title]
        self._read[item] = 0
        self._version += 1
        if item in self._uncounted:
            self._uncounted.discard(item)
        elif forget:
            self._forget(entries, title)

    def _forget(self, entries: Entries, title: str) -> None:
        """Correct the vocabulary in force by one record."""
        changed = dict(self._vocabulary.changed)
        for number, plain in zip((entries >> 1).tolist(), (entries & _PLAIN).tolist(), strict=True):
            form = self._tally.forms[number]
            word = fold(form)
            known = changed[word] if word in changed else self._vocabulary.words.get(word)
            if known is None or known.records == 1 or (known.form == form and not self._tally.holds(number)):
                changed[word] = None
            else:
                changed[word] = Known(known.form, known.records - 1, known.plain - plain)
        gone = self._vocabulary.gone if title in self._titles else self._vocabulary.gone | {title}
        self._vocabulary = replace(self._vocabulary, changed=changed, gone=gone)


def _wanted(columns: Columns) -> Index:
    """Return by item id the change (plus one) that its public text is as new as, 0 for what is not public.

    Its idea's change counts too: a cycle is found by the title of its idea.
    """
    seq = columns.rows["seq"]
    ideas = rows_of(columns, columns.rows["idea"])
    newest = np.maximum(seq, np.where(ideas >= 0, seq[np.maximum(ideas, 0)], 0)) + 1
    public = readable_rows(ANONYMOUS, columns.rows)
    wanted = np.zeros(len(columns.row_of), np.int64)
    wanted[columns.rows["id"][public]] = newest[public]
    return wanted


def _forms(source: Source) -> dict[str, bool]:
    """Return the words of a record in lower case, and whether it writes each as no name is written.

    That is in small letters ("late") or in capitals alone ("FAFSA"); "Grace" is a name until some record says "grace".
    """
    plain: dict[str, bool] = {}
    for _, text in source.texts:
        for compound in compounds(clean(text)):
            for word in compound.parts:
                form = word.written.lower()
                if len(form) != len(word.folded):
                    form = word.folded
                if form and len(form) <= LONGEST_WORD:
                    shouted = len(form) > 1 and word.written.isupper()
                    plain[form] = plain.get(form, False) or shouted or not word.written[0].isupper()
    return plain


def _packed(entries: Entries) -> bytes:
    return zlib.compress(np.diff(entries, prepend=_ENTRY.type(0)).astype(_ENTRY).tobytes(), 1)


def _unpacked(packed: bytes) -> Entries:
    return np.cumsum(np.frombuffer(zlib.decompress(packed), _ENTRY), dtype=_ENTRY)
