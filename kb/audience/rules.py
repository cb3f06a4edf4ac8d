"""Who may do what with a record, by groups of people. Pure.

Each answer is the policy's own, asked for a typical member of the group, so the page cannot say anything else.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.permissions import Permission, Viewer, can
from kb.standing import Readable

SHOWN = (
    Permission.ITEM_READ,
    Permission.ITEM_EDIT,
    Permission.ITEM_REVIEW,
    Permission.ITEM_WITHDRAW,
    Permission.ITEM_ERASE,
)
_SOMEBODY = -1  # the id of nobody's account


class Group(enum.StrEnum):
    """People as a record sees them, the widest first."""

    EVERYONE = "everyone"
    NETWORK = "network"
    SCHOOL = "school"
    WRITERS = "writers"
    AUTHOR = "author"
    WRITING_AUTHOR = "writing author"
    HUB = "hub"
    ADMINS = "admins"


_WITHIN = {
    Group.WRITERS: (Group.SCHOOL,),
    Group.WRITING_AUTHOR: (Group.AUTHOR, Group.WRITERS),
    Group.HUB: (Group.NETWORK,),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What one group may do. ``yours`` says that the viewer is one of them."""

    group: Group
    may: frozenset[Permission]
    yours: bool


def typical(group: Group, item: Readable, *, member: bool) -> Viewer | None:
    """Return somebody who is in this group and in no other it does not imply; None where there is no such group.

    ``member``: the school of the record is in its network today, so that people of the school are in the network too.
    """
    school = frozenset({item.school_id}) if item.school_id is not None else frozenset[int]()
    network = frozenset({item.network_id}) if item.network_id is not None else frozenset[int]()
    through = network if member else frozenset[int]()
    author = item.author_id
    writer = Viewer(author, schools=school, contributes_to=school, networks=through)
    return {
        Group.EVERYONE: Viewer(),
        Group.NETWORK: Viewer(_SOMEBODY, networks=network) if network else None,
        Group.SCHOOL: Viewer(_SOMEBODY, schools=school, networks=through) if school else None,
        Group.WRITERS: replace(writer, person_id=_SOMEBODY) if school else None,
        Group.AUTHOR: Viewer(author) if author is not None else None,
        Group.WRITING_AUTHOR: writer if school and author is not None else None,
        Group.HUB: Viewer(_SOMEBODY, networks=network, curates=network) if network else None,
        Group.ADMINS: Viewer(_SOMEBODY, is_admin=True),
    }[group]


def belongs(viewer: Viewer, group: Group, item: Readable) -> bool:
    """Say whether the viewer is in the group."""
    writes = item.school_id in viewer.contributes_to
    is_author = viewer.person_id is not None and viewer.person_id == item.author_id
    return {
        Group.EVERYONE: True,
        Group.NETWORK: item.network_id in viewer.networks,
        Group.SCHOOL: item.school_id in viewer.schools,
        Group.WRITERS: writes,
        Group.AUTHOR: is_author,
        Group.WRITING_AUTHOR: is_author and writes,
        Group.HUB: item.network_id in viewer.curates,
        Group.ADMINS: viewer.is_admin,
    }[group]


def lines(item: Readable, viewer: Viewer, *, member: bool) -> list[Line]:
    """Return the groups that may do anything; one that may do no more than those it is part of is left out."""
    may: dict[Group, frozenset[Permission]] = {}
    for group in Group:
        somebody = typical(group, item, member=member)
        if somebody is not None:
            may[group] = frozenset(permission for permission in SHOWN if can(somebody, permission, item))
    wider = {group: _wider(group, member=member) for group in may}
    return [
        Line(group, allowed, belongs(viewer, group, item))
        for group, allowed in may.items()
        if allowed - frozenset[Permission]().union(*(may.get(one, frozenset()) for one in wider[group]))
    ]


def readers(found: Sequence[Line], *, member: bool) -> list[Group]:
    """Return the groups that may read it, without those that are part of another one."""
    reading = [line.group for line in found if Permission.ITEM_READ in line.may]
    return [group for group in reading if not set(_wider(group, member=member)).intersection(reading)]


def _wider(group: Group, *, member: bool) -> tuple[Group, ...]:
    """Return the groups that everybody of this one is in."""
    inside = _WITHIN.get(group, ())
    if member and group in (Group.SCHOOL, Group.WRITERS, Group.WRITING_AUTHOR):
        inside = (*inside, Group.NETWORK)
    return inside if group is Group.EVERYONE else (*inside, Group.EVERYONE)
