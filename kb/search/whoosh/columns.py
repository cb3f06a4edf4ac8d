"""Reads a column of an index in one piece: number by number it took longer than the search."""

from typing import Any

import numpy as np
import numpy.typing as npt

from kb.search.whoosh import schema

_STORED: dict[str, np.dtype[Any]] = {
    schema.ID: np.dtype(">i8"),
    schema.SEQ: np.dtype(">i8"),
    schema.LENGTH: np.dtype(">f4"),
}


def column(reader: Any, name: str) -> npt.NDArray[Any]:
    """Return a column of all documents, deleted ones too."""
    parts = [_leaf(leaf, name) for leaf, _ in reader.leaf_readers()]
    return np.concatenate(parts) if parts else np.zeros(0, _STORED[name].newbyteorder("="))


def _leaf(leaf: Any, name: str) -> npt.NDArray[Any]:
    stored = _STORED[name]
    values = np.zeros(leaf.doc_count_all(), stored.newbyteorder("="))  # zeros at the end are not stored
    if len(values) and leaf.has_column(name):
        inside = leaf.column_reader(name, translate=False)
        file = inside._dbfile  # noqa: SLF001 - the public way gives one number at a time
        held = np.frombuffer(file.get(0, inside._count * stored.itemsize), stored)  # noqa: SLF001
        values[: len(held)] = held
    if name == schema.ID and not values.all():
        raise ValueError(name)
    return values
