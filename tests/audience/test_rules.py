"""What the page says agrees with the policy, for everyone and everything."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from kb.audience.rules import SHOWN, Group, belongs, lines, readers
from kb.permissions import ANONYMOUS, Audience, Permission, State, Viewer, can
from kb.standing import Standing

SCHOOL, OTHER_SCHOOL, NETWORK, OTHER_NETWORK, ALICE, BOB = 1, 2, 11, 12, 101, 102


def _ids(*values: int) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.sampled_from(values))


def _record(
    state: State, audience: Audience, school: int | None, network: int | None, author: int | None, *, shared: bool
) -> Standing | None:
    if (audience is Audience.SCHOOL and school is None) or (audience is Audience.NETWORK and network is None):
        return None  # the database refuses it
    return Standing(
        state=state,
        audience=audience,
        author_id=author,
        school_id=school,
        network_id=network,
        shared_with_school=shared,
        published_at=None,
    )


RECORDS = [
    record
    for state, audience, school, network, author, shared in itertools.product(
        State, Audience, (SCHOOL, None), (NETWORK, None), (ALICE, None), (True, False)
    )
    if (record := _record(state, audience, school, network, author, shared=shared)) is not None
]


@st.composite
def viewers(draw: st.DrawFn, *, member: bool) -> Viewer:
    """Anybody at all, with the memberships that go together."""
    person = draw(st.sampled_from((None, ALICE, BOB)))
    if person is None:
        return ANONYMOUS
    writes, curates = draw(_ids(SCHOOL, OTHER_SCHOOL)), draw(_ids(NETWORK, OTHER_NETWORK))
    schools = draw(_ids(SCHOOL, OTHER_SCHOOL)) | writes
    through = frozenset({NETWORK}) if member and SCHOOL in schools else frozenset[int]()
    return Viewer(
        person_id=person,
        schools=schools,
        contributes_to=writes,
        networks=draw(_ids(NETWORK, OTHER_NETWORK)) | curates | through,
        curates=curates,
        is_admin=draw(st.booleans()),
    )


@given(st.sampled_from(RECORDS), st.booleans(), st.data())
def test_somebody_may_do_exactly_what_a_group_of_theirs_may(
    record: Standing, member: bool, data: st.DataObject
) -> None:
    viewer = data.draw(viewers(member=member))
    found = lines(record, viewer, member=member)
    mine = frozenset[Permission]().union(*(line.may for line in found if belongs(viewer, line.group, record)))
    assert mine == {permission for permission in SHOWN if can(viewer, permission, record)}
    assert [line.group for line in found if line.yours] == [
        line.group for line in found if belongs(viewer, line.group, record)
    ]


def _readers(member: bool = True, **over: object) -> list[Group]:
    values = {"state": State.PUBLISHED, "audience": Audience.PUBLIC, "author_id": ALICE, "school_id": SCHOOL}
    more = {"network_id": NETWORK, "shared_with_school": False, "published_at": None}
    record = Standing(**{**values, **more, **over})  # type: ignore[arg-type]
    return readers(lines(record, ANONYMOUS, member=member), member=member)


def test_the_table_of_the_design_in_groups() -> None:
    assert _readers() == [Group.EVERYONE]
    assert _readers(audience=Audience.NETWORK) == [Group.NETWORK]
    assert _readers(audience=Audience.SCHOOL) == [Group.SCHOOL]
    assert _readers(audience=Audience.OWNER) == [Group.AUTHOR]
    assert _readers(state=State.DRAFT) == [Group.AUTHOR]
    assert _readers(state=State.DRAFT, shared_with_school=True) == [Group.WRITERS, Group.AUTHOR]
    assert _readers(state=State.REVIEW) == [Group.AUTHOR, Group.HUB]
    assert _readers(False, state=State.PUBLISHED, audience=Audience.NETWORK) == [Group.NETWORK]
    assert _readers(state=State.WITHDRAWN) == []
    assert _readers(state=State.ERASED) == []
