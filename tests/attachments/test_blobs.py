"""The folder of contents: whole or absent, once each, and names that lead nowhere else."""

import datetime as dt
import hashlib
import os
from pathlib import Path

import pytest

from kb.attachments.blobs import LocalBlobs

NOW = dt.datetime.now(dt.UTC)
HOUR = dt.timedelta(hours=1)


def _age(path: Path, hours: int) -> None:
    moment = (NOW - hours * HOUR).timestamp()
    os.utime(path, (moment, moment))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_put_in_comes_out(tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path / "new")
    name = store.put(b"wait time")
    assert name == hashlib.sha256(b"wait time").hexdigest()
    assert store.get(name) == b"wait time"
    assert store.put(b"wait time") == name
    assert _files(tmp_path) == [tmp_path / "new" / name[:2] / name[2:4] / name]
    store.remove(name)
    store.remove(name)
    assert store.get(name) is None


def test_damaged_bytes_are_not_handed_out_and_are_put_right(tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path)
    name = store.put(b"wait time")
    (path,) = _files(tmp_path)
    path.write_bytes(b"wait")
    assert store.get(name) is None
    store.put(b"wait time")
    assert store.get(name) == b"wait time"


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kb.attachments.blobs.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        LocalBlobs(tmp_path).put(b"wait time")
    assert _files(tmp_path) == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "/" + "a" * 63])
def test_only_names_of_contents_lead_to_files(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal"):
        LocalBlobs(tmp_path).get(name)


def test_old_ones_are_found_and_half_written_ones_go(tmp_path: Path) -> None:
    store = LocalBlobs(tmp_path)
    old, new = store.put(b"old"), store.put(b"new")
    half = tmp_path / old[:2] / old[2:4] / ".new-x"
    half.write_bytes(b"ha")
    for path in (half, tmp_path / old[:2] / old[2:4] / old):
        _age(path, 3)
    assert list(store.older_than(NOW - HOUR)) == [old]
    assert not half.exists()
    assert store.put(b"old") == old  # somebody needs it again
    assert list(store.older_than(NOW - HOUR)) == []
    assert store.get(new) == b"new"
