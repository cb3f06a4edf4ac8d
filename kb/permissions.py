"""Who may do what: the only place that decides. Everything not granted here is denied."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kb.standing import Audience, Package, Place, Readable, Standing, State

__all__ = [
    "ANONYMOUS",
    "POLICY",
    "Audience",
    "Package",
    "Permission",
    "Place",
    "Readable",
    "Standing",
    "State",
    "Viewer",
    "can",
]


class Permission(enum.StrEnum):
    """Something a person may or may not do."""

    SITE_READ = "site:read"
    ITEM_READ = "item:read"
    ITEM_TOMBSTONE = "item:tombstone"
    ITEM_CREATE = "item:create"
    ITEM_EDIT = "item:edit"
    ITEM_SHARE = "item:share"
    ITEM_SUBMIT = "item:submit"
    ITEM_HISTORY = "item:history"
    ITEM_REVIEW = "item:review"
    ITEM_DISCUSS = "item:discuss"
    ITEM_PUBLISH = "item:publish"
    ITEM_WITHDRAW = "item:withdraw"
    ITEM_ERASE = "item:erase"
    ITEM_REASSIGN = "item:reassign"
    REVIEW_QUEUE = "review:queue"
    REVIEW_SETTLE = "review:settle"
    PACKAGE_READ = "package:read"
    PACKAGE_CREATE = "package:create"
    PACKAGE_EDIT = "package:edit"
    NETWORK_CREATE = "network:create"
    NETWORK_EDIT = "network:edit"
    TAG_MERGE = "tag:merge"
    IDEA_MERGE = "idea:merge"
    BULK_IMPORT = "bulk:import"
    PERSON_MANAGE = "person:manage"
    TEAM_INVITE = "team:invite"
    TEAM_MANAGE = "team:manage"
    OWN_PAGE = "own:page"
    FOLLOW = "follow"
    ITEM_COMMENT = "item:comment"
    COMMENT_ANSWER = "comment:answer"
    COMMENT_REPORT = "comment:report"
    COMMENT_REMOVE = "comment:remove"
    COMMENT_MODERATE = "comment:moderate"
    INBOX_READ = "inbox:read"
    QUESTION_FORWARD = "question:forward"
    QUESTION_ANSWER = "question:answer"
    PROBLEM_ANSWER = "problem:answer"
    AUDIT_READ = "audit:read"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking: a value, so that it can be compared, cached and used in tests without a database.

    ``schools`` and ``networks`` hold every school and network the person belongs to, directly or (networks) through a
    school's current membership; ``contributes_to`` and ``curates`` those where the person has that role. Members of the
    networks in ``unreviewed`` may publish to their school and that network without a review.
    """

    person_id: int | None = None
    schools: frozenset[int] = frozenset()
    contributes_to: frozenset[int] = frozenset()
    networks: frozenset[int] = frozenset()
    curates: frozenset[int] = frozenset()
    unreviewed: frozenset[int] = frozenset()
    is_admin: bool = False

    @property
    def is_anonymous(self) -> bool:
        """Whether nobody has signed in."""
        return self.person_id is None


ANONYMOUS = Viewer()


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


def _curates_its_network(viewer: Viewer, subject: Any) -> bool:
    return subject.network_id in viewer.curates


def _reads_package(viewer: Viewer, package: Package) -> bool:
    return package.is_public or _curates_its_network(viewer, package)


def _curates_any(viewer: Viewer, _subject: object) -> bool:
    return bool(viewer.curates)


def _owns(viewer: Viewer, item: Readable) -> bool:
    """A record belongs to its school; without one to its network's hub; without either to its author."""
    if item.school_id is not None:
        return item.school_id in viewer.contributes_to
    if item.network_id is not None:
        return item.network_id in viewer.curates
    return _is_author(viewer, item)


def _may_create(viewer: Viewer, place: Place | None) -> bool:
    """Contributors write for their school, a hub for its network; None asks whether there is any such place."""
    if place is None:
        return bool(viewer.contributes_to or viewer.curates)
    if place.school_id is None:
        return place.network_id in viewer.curates
    is_known = place.network_id is None or place.network_id in viewer.networks
    return place.school_id in viewer.contributes_to and is_known


def _may_edit(viewer: Viewer, item: Readable) -> bool:
    match item.state:
        case State.DRAFT | State.REVIEW:
            return _is_author(viewer, item) or (item.shared_with_school and _owns(viewer, item))
        case State.PUBLISHED | State.WITHDRAWN:
            return _owns(viewer, item) and (item.audience is not Audience.OWNER or _is_author(viewer, item))
        case _:
            return False


def _may_share(viewer: Viewer, item: Readable) -> bool:
    is_open = item.state in (State.DRAFT, State.REVIEW)
    return is_open and item.school_id is not None and _is_author(viewer, item)


def _may_submit(viewer: Viewer, item: Readable) -> bool:
    return item.state is State.DRAFT and _may_edit(viewer, item) and _owns(viewer, item)


def _may_review(viewer: Viewer, item: Readable) -> bool:
    """The hub of the record's network reviews; what has no network is reviewed by whoever runs the site."""
    reviews = viewer.is_admin if item.network_id is None else item.network_id in viewer.curates
    return reviews and item.state in (State.REVIEW, State.PUBLISHED, State.WITHDRAWN)


def _may_see_history(viewer: Viewer, item: Readable) -> bool:
    """Writers; reviewers of what was given to them, and of what they may read anyway."""
    given = item.state is State.REVIEW or _may_read(viewer, item)
    return _may_edit(viewer, item) or (given and _may_review(viewer, item))


def _may_discuss(viewer: Viewer, item: Readable) -> bool:
    """Writers and reviewers. Whether there is something to review at all is asked where the record is looked up."""
    return _may_edit(viewer, item) or _may_review(viewer, item)


def _may_publish(viewer: Viewer, item: Readable) -> bool:
    """Reviewers; a school to itself and a network that asks for no review; everyone to themselves alone."""
    if _may_review(viewer, item):
        return True
    if not (_may_edit(viewer, item) and _owns(viewer, item)):
        return False
    match item.audience:
        case Audience.OWNER:
            return True
        case Audience.SCHOOL:
            return item.network_id is None or item.network_id in viewer.unreviewed
        case Audience.NETWORK:
            return item.network_id in viewer.unreviewed
        case _:
            return False


def _may_withdraw(viewer: Viewer, item: Readable) -> bool:
    """The school takes its record back, and may put it up again as it was; what is for one person is that person's."""
    is_theirs = _owns(viewer, item) and (item.audience is not Audience.OWNER or _is_author(viewer, item))
    return item.state in (State.PUBLISHED, State.WITHDRAWN) and is_theirs


def _may_erase(viewer: Viewer, item: Readable) -> bool:
    """Admins anything; a hub, for privacy, what it may read; an author a draft that nobody else ever read."""
    if item.state is State.ERASED:
        return False
    if item.state is State.DRAFT:
        return viewer.is_admin or _is_author(viewer, item)
    return viewer.is_admin or item.network_id in viewer.curates


def _may_reassign(viewer: Viewer, item: Readable) -> bool:
    decides = viewer.is_admin if item.network_id is None else item.network_id in viewer.curates
    return decides and item.state in (State.DRAFT, State.REVIEW) and item.school_id is not None


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


def _manages_team(viewer: Viewer, team: Any) -> bool:
    """A hub looks after the people of its network and of the schools that are in it today."""
    return viewer.is_admin or not viewer.curates.isdisjoint(team.network_ids)


def _may_invite(viewer: Viewer, team: Any) -> bool:
    """Who writes at a school invites colleagues there."""
    return _manages_team(viewer, team) or team.school_id in viewer.contributes_to


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
    Permission.ITEM_CREATE: _may_create,
    Permission.ITEM_EDIT: _may_edit,
    Permission.ITEM_SHARE: _may_share,
    Permission.ITEM_SUBMIT: _may_submit,
    Permission.ITEM_HISTORY: _may_see_history,
    Permission.ITEM_REVIEW: _may_review,
    Permission.ITEM_DISCUSS: _may_discuss,
    Permission.ITEM_PUBLISH: _may_publish,
    Permission.ITEM_WITHDRAW: _may_withdraw,
    Permission.ITEM_ERASE: _may_erase,
    Permission.ITEM_REASSIGN: _may_reassign,
    Permission.REVIEW_QUEUE: _curates_something,
    Permission.REVIEW_SETTLE: lambda viewer, discussed: _may_discuss(viewer, discussed.item),
    Permission.PACKAGE_READ: _reads_package,
    Permission.PACKAGE_CREATE: _curates_any,
    Permission.PACKAGE_EDIT: _curates_its_network,
    Permission.NETWORK_CREATE: _is_admin,
    Permission.NETWORK_EDIT: _curates_network,
    Permission.TAG_MERGE: _curates_something,
    Permission.IDEA_MERGE: _curates_published,
    Permission.BULK_IMPORT: _may_import,
    Permission.PERSON_MANAGE: _is_admin,
    Permission.TEAM_INVITE: _may_invite,
    Permission.TEAM_MANAGE: _manages_team,
    Permission.OWN_PAGE: _is_somebody,
    Permission.FOLLOW: _is_somebody,
    Permission.ITEM_COMMENT: _may_comment,
    Permission.COMMENT_ANSWER: lambda viewer, comment: _may_comment(viewer, comment.item),
    Permission.COMMENT_REPORT: _is_somebody,
    Permission.COMMENT_REMOVE: _wrote,
    Permission.COMMENT_MODERATE: _looks_after,
    Permission.INBOX_READ: _has_inbox,
    Permission.QUESTION_FORWARD: _is_hub_of,
    Permission.QUESTION_ANSWER: _may_answer,
    Permission.PROBLEM_ANSWER: _is_hub_of,
    Permission.AUDIT_READ: _is_admin,
}


def can(viewer: Viewer, permission: Permission, subject: object = None) -> bool:
    """Say whether the viewer may do this with the subject (an item for ``item:…``, nothing for ``site:…``)."""
    return POLICY[permission](viewer, subject)
