"""Who may do what: the only place that decides. Everything not granted here is denied."""

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class State(enum.StrEnum):
    """Where an item stands. The words are those of the design's table "who may read what"."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


class Audience(enum.StrEnum):
    """For whom a published item is."""

    OWNER = "owner"
    SCHOOL = "school"
    NETWORK = "network"
    PUBLIC = "public"


class Permission(enum.StrEnum):
    """Something a person may or may not do."""

    SITE_READ = "site:read"
    ITEM_READ = "item:read"
    ITEM_TOMBSTONE = "item:tombstone"
    NETWORK_CREATE = "network:create"
    NETWORK_EDIT = "network:edit"
    TAG_MERGE = "tag:merge"
    IDEA_MERGE = "idea:merge"
    BULK_IMPORT = "bulk:import"
    OWN_PAGE = "own:page"
    FOLLOW = "follow"
    ITEM_COMMENT = "item:comment"
    COMMENT_REPORT = "comment:report"
    COMMENT_REMOVE = "comment:remove"
    COMMENT_MODERATE = "comment:moderate"
    INBOX_READ = "inbox:read"
    QUESTION_FORWARD = "question:forward"
    QUESTION_ANSWER = "question:answer"
    PROBLEM_ANSWER = "problem:answer"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking: a value, so that it can be compared, cached and used in tests without a database.

    ``schools`` and ``networks`` hold every school and network the person belongs to, directly or (networks) through a
    school's current membership; ``contributes_to`` and ``curates`` those where the person has that role.
    """

    person_id: int | None = None
    schools: frozenset[int] = frozenset()
    contributes_to: frozenset[int] = frozenset()
    networks: frozenset[int] = frozenset()
    curates: frozenset[int] = frozenset()
    is_admin: bool = False

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody has signed in."""
        return self.person_id is None


ANONYMOUS = Viewer()


class Readable(Protocol):
    """The columns of an item that decide who may read it."""

    @property
    def state(self) -> State: ...  # noqa: D102 - named by the column
    @property
    def audience(self) -> Audience: ...  # noqa: D102
    @property
    def author_id(self) -> int | None: ...  # noqa: D102
    @property
    def school_id(self) -> int | None: ...  # noqa: D102
    @property
    def network_id(self) -> int | None: ...  # noqa: D102
    @property
    def shared_with_school(self) -> bool: ...  # noqa: D102
    @property
    def published_at(self) -> dt.datetime | None: ...  # noqa: D102


def _is_author(viewer: Viewer, item: Readable) -> bool:
    return viewer.person_id is not None and item.author_id == viewer.person_id


def _in_audience(viewer: Viewer, item: Readable) -> bool:
    match item.audience:
        case Audience.PUBLIC:
            return True
        case Audience.NETWORK:
            return item.network_id in viewer.networks
        case Audience.SCHOOL:
            return item.school_id in viewer.schools
        case Audience.OWNER:
            return _is_author(viewer, item)


def _may_read(viewer: Viewer, item: Readable) -> bool:
    writes = _is_author(viewer, item) or (item.shared_with_school and item.school_id in viewer.contributes_to)
    match item.state:
        case State.DRAFT:
            return writes
        case State.REVIEW:
            return writes or item.network_id in viewer.curates
        case State.PUBLISHED:
            return _in_audience(viewer, item)
        case _:
            return False


def _may_see_tombstone(viewer: Viewer, item: Readable) -> bool:
    """Only those who could read it see that it is gone: a draft that was never published leaves no tombstone."""
    return item.state is State.WITHDRAWN and item.published_at is not None and _in_audience(viewer, item)


def _everyone(_viewer: Viewer, _subject: object) -> bool:
    return True


def _is_admin(viewer: Viewer, _subject: object) -> bool:
    return viewer.is_admin


def _curates_network(viewer: Viewer, network: Any) -> bool:
    return viewer.is_admin or network.id in viewer.curates


def _curates_something(viewer: Viewer, _subject: object) -> bool:
    return viewer.is_admin or bool(viewer.curates)


def _curates_published(viewer: Viewer, item: Readable) -> bool:
    """Words of the network's own published ideas are consolidated by its hub; what is a draft is still its author's."""
    is_hub = viewer.is_admin or item.network_id in viewer.curates
    return is_hub and item.state is State.PUBLISHED and _may_read(viewer, item)


def _may_import(viewer: Viewer, own: Any) -> bool:
    """Whoever writes somewhere may bring old write-ups there; an import is its uploader's alone."""
    writes = viewer.is_admin or bool(viewer.curates) or bool(viewer.contributes_to)
    return writes and (own is None or own.person_id == viewer.person_id)


def _is_somebody(viewer: Viewer, _subject: object) -> bool:
    return not viewer.is_anonymous


def _may_comment(viewer: Viewer, item: Readable) -> bool:
    """People of any school or network may speak about a published record they may read."""
    belongs = bool(viewer.schools or viewer.networks) or viewer.is_admin
    return belongs and not viewer.is_anonymous and item.state is State.PUBLISHED and _may_read(viewer, item)


def _wrote(viewer: Viewer, comment: Any) -> bool:
    return viewer.person_id is not None and comment.author_id == viewer.person_id


def _looks_after(viewer: Viewer, comment: Any) -> bool:
    """Whoever may read the record and curates its network or writes at its school decides on what is said there."""
    item = comment.item
    decides = viewer.is_admin or item.network_id in viewer.curates or item.school_id in viewer.contributes_to
    return decides and _may_read(viewer, item)


def _has_inbox(viewer: Viewer, _subject: object) -> bool:
    return viewer.is_admin or bool(viewer.curates or viewer.contributes_to)


def _is_hub_of(viewer: Viewer, asked: Any) -> bool:
    return viewer.is_admin or asked.network_id in viewer.curates


def _may_answer(viewer: Viewer, question: Any) -> bool:
    """The hub answers, and the school once the hub has forwarded the question to it."""
    forwarded = question.forwarded_at is not None and question.school_id in viewer.contributes_to
    return _is_hub_of(viewer, question) or forwarded


POLICY: dict[Permission, Callable[[Viewer, Any], bool]] = {
    Permission.SITE_READ: _everyone,
    Permission.ITEM_READ: _may_read,
    Permission.ITEM_TOMBSTONE: _may_see_tombstone,
    Permission.NETWORK_CREATE: _is_admin,
    Permission.NETWORK_EDIT: _curates_network,
    Permission.TAG_MERGE: _curates_something,
    Permission.IDEA_MERGE: _curates_published,
    Permission.BULK_IMPORT: _may_import,
    Permission.OWN_PAGE: _is_somebody,
    Permission.FOLLOW: _is_somebody,
    Permission.ITEM_COMMENT: _may_comment,
    Permission.COMMENT_REPORT: _is_somebody,
    Permission.COMMENT_REMOVE: _wrote,
    Permission.COMMENT_MODERATE: _looks_after,
    Permission.INBOX_READ: _has_inbox,
    Permission.QUESTION_FORWARD: _is_hub_of,
    Permission.QUESTION_ANSWER: _may_answer,
    Permission.PROBLEM_ANSWER: _is_hub_of,
}


def can(viewer: Viewer, permission: Permission, subject: object = None) -> bool:
    """Say whether the viewer may do this with the subject (an item for ``item:…``, nothing for ``site:…``)."""
    return POLICY[permission](viewer, subject)
