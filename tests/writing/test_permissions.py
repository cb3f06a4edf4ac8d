"""Who may write, send, publish, withdraw, erase and hand over: the design's words against the policy."""

import itertools

import pytest

from kb.permissions import ANONYMOUS, Audience, Permission, State, Viewer, can
from kb.standing import Place, Standing
from tests.factories import NOW

ASHGROVE, BROOKSIDE, VALLEY, COAST = 1, 2, 10, 20
VIEWERS = {
    "alice": Viewer(100, frozenset({ASHGROVE}), frozenset({ASHGROVE}), frozenset({VALLEY})),
    "amir": Viewer(101, frozenset({ASHGROVE}), frozenset({ASHGROVE}), frozenset({VALLEY})),
    "bob": Viewer(102, frozenset({ASHGROVE}), frozenset(), frozenset({VALLEY})),
    "charlie": Viewer(103, frozenset({BROOKSIDE}), frozenset({BROOKSIDE}), frozenset({COAST})),
    "carla": Viewer(104, networks=frozenset({VALLEY}), curates=frozenset({VALLEY})),
    "dana": Viewer(105, is_admin=True),
    "anonymous": ANONYMOUS,
}
WRITING = [
    Permission.ITEM_EDIT,
    Permission.ITEM_SHARE,
    Permission.ITEM_SUBMIT,
    Permission.ITEM_HISTORY,
    Permission.ITEM_REVIEW,
    Permission.ITEM_PUBLISH,
    Permission.ITEM_WITHDRAW,
    Permission.ITEM_ERASE,
    Permission.ITEM_REASSIGN,
]


def _item(
    state: State, audience: Audience = Audience.PUBLIC, *, shared: bool = False, school: int | None = ASHGROVE
) -> Standing:
    """Return a record that Alice wrote at Ashgrove in the Valley network."""
    return Standing(state, audience, 100, school, VALLEY, shared, NOW)


def _allowed(permission: Permission, item: Standing) -> set[str]:
    return {name for name, viewer in VIEWERS.items() if can(viewer, permission, item)}


@pytest.mark.parametrize(
    ("item", "permission", "expected"),
    [
        (_item(State.DRAFT), Permission.ITEM_EDIT, {"alice"}),
        (_item(State.DRAFT, shared=True), Permission.ITEM_EDIT, {"alice", "amir"}),
        (_item(State.REVIEW), Permission.ITEM_EDIT, {"alice"}),
        (_item(State.PUBLISHED), Permission.ITEM_EDIT, {"alice", "amir"}),
        (_item(State.PUBLISHED, Audience.OWNER), Permission.ITEM_EDIT, {"alice"}),
        (_item(State.WITHDRAWN), Permission.ITEM_EDIT, {"alice", "amir"}),
        (_item(State.DRAFT, shared=True), Permission.ITEM_SHARE, {"alice"}),
        (_item(State.DRAFT, shared=True), Permission.ITEM_SUBMIT, {"alice", "amir"}),
        (_item(State.REVIEW), Permission.ITEM_SUBMIT, set()),
        (_item(State.DRAFT), Permission.ITEM_HISTORY, {"alice"}),
        (_item(State.PUBLISHED), Permission.ITEM_HISTORY, {"alice", "amir", "carla"}),
        (_item(State.DRAFT), Permission.ITEM_REVIEW, set()),
        (_item(State.REVIEW), Permission.ITEM_REVIEW, {"carla"}),
        (_item(State.DRAFT), Permission.ITEM_PUBLISH, set()),
        (_item(State.DRAFT, Audience.NETWORK), Permission.ITEM_PUBLISH, set()),
        (_item(State.DRAFT, Audience.OWNER), Permission.ITEM_PUBLISH, {"alice"}),
        (_item(State.REVIEW), Permission.ITEM_PUBLISH, {"carla"}),
        (_item(State.PUBLISHED), Permission.ITEM_WITHDRAW, {"alice", "amir"}),
        (_item(State.PUBLISHED, school=None), Permission.ITEM_WITHDRAW, {"carla"}),
        (_item(State.DRAFT), Permission.ITEM_WITHDRAW, set()),
        (_item(State.DRAFT), Permission.ITEM_ERASE, {"alice", "dana"}),
        (_item(State.PUBLISHED), Permission.ITEM_ERASE, {"carla", "dana"}),
        (_item(State.DRAFT), Permission.ITEM_REASSIGN, {"carla"}),
        (_item(State.PUBLISHED), Permission.ITEM_REASSIGN, set()),
    ],
)
def test_the_words_of_the_design(item: Standing, permission: Permission, expected: set[str]) -> None:
    assert _allowed(permission, item) == expected


def test_nobody_does_anything_to_what_is_erased_or_to_other_schools() -> None:
    for permission, audience, shared in itertools.product(WRITING, Audience, (True, False)):
        assert _allowed(permission, _item(State.ERASED, audience, shared=shared)) == set()
        for state in State:
            allowed = _allowed(permission, _item(state, audience, shared=shared))
            assert not allowed & {"bob", "charlie", "anonymous"}, (permission, state, audience)


@pytest.mark.parametrize("audience", [Audience.SCHOOL, Audience.NETWORK])
def test_a_network_without_reviews(audience: Audience) -> None:
    free = Viewer(100, frozenset({1}), frozenset({1}), frozenset({VALLEY}), unreviewed=frozenset({VALLEY}))
    assert can(free, Permission.ITEM_PUBLISH, _item(State.DRAFT, audience))
    assert not can(free, Permission.ITEM_PUBLISH, _item(State.DRAFT, Audience.PUBLIC))
    assert not can(VIEWERS["alice"], Permission.ITEM_PUBLISH, _item(State.DRAFT, audience))


def test_where_something_new_may_be_written() -> None:
    assert can(VIEWERS["alice"], Permission.ITEM_CREATE)
    assert not can(VIEWERS["bob"], Permission.ITEM_CREATE)
    assert can(VIEWERS["alice"], Permission.ITEM_CREATE, Place(ASHGROVE, VALLEY))
    assert not can(VIEWERS["alice"], Permission.ITEM_CREATE, Place(ASHGROVE, COAST))
    assert not can(VIEWERS["alice"], Permission.ITEM_CREATE, Place(BROOKSIDE, None))
    assert can(VIEWERS["carla"], Permission.ITEM_CREATE, Place(None, VALLEY))
    assert not can(VIEWERS["carla"], Permission.ITEM_CREATE, Place(ASHGROVE, VALLEY))
