"""The dictionary of public words between two starts: one file, so that a process need not read every record again.

What has changed since is known by the change numbers in it, and is taken out before a word is offered. It is no data of
record: where it is missing, damaged or of another version, the records are read.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from kb.search import analysis

NAME = "words.npz"
_FORMAT = 1
Counts = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Kept:
    """What a dictionary held at a change: each form with its counts, and each record with its title and its words.

    ``reads`` is the change that the text of a record is as new as; ``entries`` are packed as the dictionary holds them.
    """

    number: int
    forms: Sequence[str]
    records: Counts
    plain: Counts
    ids: Numbers
    reads: Numbers
    titles: Sequence[str]
    entries: Sequence[bytes]


def write(folder: Path, kept: Kept) -> None:
    """Write the file in one step; only its owner may read it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder / f"{NAME}.{os.getpid()}.new"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        np.savez(
            file,
            version=np.array([_FORMAT, analysis.VERSION, kept.number], np.int64),
            forms=_bytes("\n".join(kept.forms).encode()),
            records=kept.records,
            plain=kept.plain,
            ids=kept.ids,
            reads=kept.reads,
            titles=_bytes("\n".join(kept.titles).encode()),
            sizes=np.array([len(entry) for entry in kept.entries], np.int64),
            entries=_bytes(b"".join(kept.entries)),
        )
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / NAME)


def read(folder: Path) -> Kept | None:
    """Return what the file holds, None if it is missing, damaged or of another version."""
    try:
        with (folder / NAME).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            held = {name: file[name] for name in file.files}
        made_in, analysed_by, number = held["version"].tolist()
        if (made_in, analysed_by) != (_FORMAT, analysis.VERSION):
            return None
        kept = Kept(
            number,
            _text(held["forms"]).split("\n"),
            held["records"],
            held["plain"],
            held["ids"],
            held["reads"],
            _text(held["titles"]).split("\n"),
            list(_cut(held["entries"].tobytes(), held["sizes"].tolist())),
        )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    return kept if _is_whole(kept) else None


def forget(folder: Path) -> None:
    """Remove the file: the database may be another one now."""
    (folder / NAME).unlink(missing_ok=True)


def _is_whole(kept: Kept) -> bool:
    of_forms = {len(kept.forms), len(kept.records), len(kept.plain)}
    of_records = {len(kept.ids), len(kept.reads), len(kept.titles), len(kept.entries)}
    return len(of_forms) == len(of_records) == 1


def _bytes(text: bytes) -> Bytes:
    return np.frombuffer(text, np.uint8)


def _text(text: Bytes) -> str:
    return text.tobytes().decode()


def _cut(text: bytes, sizes: Iterable[int]) -> Iterable[bytes]:
    at = 0
    for size in sizes:
        yield text[at : at + size]
        at += size
