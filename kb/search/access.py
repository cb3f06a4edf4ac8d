"""The visibility rule in its third tongue: for all items at once, over columns (see ``can`` and ``readable``)."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from kb.permissions import Audience, State, Viewer
from kb.search.columns import AUDIENCES, STATES
from kb.search.engine import Bitmap


def readable_rows(viewer: Viewer, rows: npt.NDArray[np.void]) -> Bitmap:
    """Return true for exactly the rows whose item the viewer may read; tests compare it with the other two."""
    state, audience = rows["state"], rows["audience"]
    published = state == STATES[State.PUBLISHED]
    public: Bitmap = published & (audience == AUDIENCES[Audience.PUBLIC])
    if viewer.is_anonymous:
        return public
    author = rows["author"] == viewer.person_id
    writes = author | (rows["shared"] & _among(rows["school"], viewer.contributes_to))
    in_audience = (
        ((audience == AUDIENCES[Audience.NETWORK]) & _among(rows["network"], viewer.networks))
        | ((audience == AUDIENCES[Audience.SCHOOL]) & _among(rows["school"], viewer.schools))
        | ((audience == AUDIENCES[Audience.OWNER]) & author)
    )
    review = (state == STATES[State.REVIEW]) & (writes | _among(rows["network"], viewer.curates))
    seen: Bitmap = public | (published & in_audience) | ((state == STATES[State.DRAFT]) & writes) | review
    return seen


def _among(column: npt.NDArray[np.int32], ids: Iterable[int]) -> Bitmap:
    wanted = np.fromiter(ids, np.int32)
    return np.isin(column, wanted) if len(wanted) else np.zeros(len(column), np.bool_)
