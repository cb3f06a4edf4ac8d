"""The table of the permission matrix: for each route who may use it. Add a row with each new route."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.matrix.world import EVERYONE, PEOPLE, READERS, WRITERS, Record, World

Who = frozenset[str]
ByPlace = Mapping[str, Who]
GET, POST = frozenset({"GET"}), frozenset({"POST"})
BOTH = GET | POST
SOMEBODY: Who = frozenset(PEOPLE)
HUB: Who = frozenset({"carla"})
ADMIN: Who = frozenset({"dana"})
HUB_OR_ADMIN = HUB | ADMIN
CONTRIBUTORS: Who = frozenset({"alice", "amir", "charlie", "stranger"})
NOBODY: Who = frozenset()
IN_REVIEW = ("review", "shared review")
UP = ("owner", "school", "network", "public")
FOLDERS = {"idea": "ideas", "cycle": "cycles", "case": "cases"}


def _of(places: tuple[str, ...], who: Who) -> ByPlace:
    return {place: who if place in places else NOBODY for place in READERS}


KINDS = ("idea", "cycle", "case")
HUB_READS = {place: READERS[place] & HUB for place in READERS}
REVIEWERS = _of(IN_REVIEW, HUB)
DISCUSSING = {place: WRITERS[place] | REVIEWERS[place] for place in READERS}


TEAM: Who = frozenset({"alice", "amir", "carla", "dana"})  # of Ashgrove
MEMBERS = READERS["network"]
SPEAKERS: Who = frozenset({"alice", "amir", "bob", "charlie", "carla", "dana", "stranger"})
AUTHOR: Who = frozenset({"bob"})  # of the sample comment
LOOKS_AFTER: Who = frozenset({"alice", "amir", "carla"})
READ_UP = {place: READERS[place] if place in UP else NOBODY for place in READERS}
ASKED = _of(("public",), READERS["public"])  # for visitors without an account; the others have comments
HUB_KEEPS = {place: READERS[place] & HUB_OR_ADMIN if place in UP else NOBODY for place in READERS}
OWNERS = {place: WRITERS[place] if place in (*UP, "withdrawn") else NOBODY for place in READERS}
SUBMIT = {place: WRITERS[place] if "draft" in place else NOBODY for place in READERS}
PUBLISH = {place: WRITERS[place] | REVIEWERS[place] | (READ_UP[place] & HUB) for place in READERS}
HISTORY = {place: WRITERS[place] | REVIEWERS[place] | (READ_UP[place] & HUB) for place in READERS}
WRITES_SOMEWHERE = CONTRIBUTORS | HUB
SHARE = {place: frozenset({"alice"}) if "draft" in place or "review" in place else NOBODY for place in READERS}
REASSIGN = {place: HUB if "draft" in place or "review" in place else NOBODY for place in READERS}
ERASE = {
    "draft": frozenset({"alice", "dana"}),
    "shared draft": frozenset({"alice", "dana"}),
    "erased": NOBODY,
    **dict.fromkeys(("review", "shared review", "owner", "school", "network", "public", "withdrawn"), HUB_OR_ADMIN),
}


def _ref(_world: World, record: Any) -> dict[str, Any]:
    return {"ref": record.ref}


def _in_folder(_world: World, record: Any) -> dict[str, Any]:
    return {"folder": FOLDERS[record.kind], "ref": record.ref}


def _kind_ref(_world: World, record: Any) -> dict[str, Any]:
    return {"kind": record.kind, "ref": record.ref}


def _nothing(_world: World, _record: Any) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True)
class Row:
    """Who may use a route: one set of people, or one by the place of the record the address names."""

    who: Who | ByPlace
    methods: frozenset[str] = GET
    kinds: tuple[str, ...] = ()
    values: Callable[[World, Record | None], dict[str, Any]] = _nothing
    answers: tuple[int, ...] = (200,)

    def allowed(self, place: str) -> Who:
        """Return who may use it for a record of this place."""
        return self.who[place] if isinstance(self.who, Mapping) else self.who


def _public(*answers: int, methods: frozenset[str] = GET, **values: Any) -> Row:
    return Row(EVERYONE, methods, values=lambda _world, _record: values, answers=answers or (200,))


def _sample(
    name: str,
    who: Who = EVERYONE,
    methods: frozenset[str] = GET,
    argument: str = "ref",
    answers: tuple[int, ...] = (200,),
) -> Row:
    return Row(who, methods, values=lambda world, _record: {argument: world.samples[name]}, answers=answers)


def _driver(methods: frozenset[str]) -> Row:
    return Row(
        HUB_OR_ADMIN,
        methods,
        values=lambda world, _record: {"ref": world.samples["network"], "driver": world.samples["driver"]},
    )


def _kind(who: Who | ByPlace, methods: frozenset[str] = GET) -> Row:
    return Row(who, methods, KINDS, _kind_ref)


def _record(who: ByPlace, *kinds: str, methods: frozenset[str] = GET, **more: Any) -> Row:
    make = _in_folder if not kinds else _ref
    return Row(who, methods, kinds or KINDS, lambda world, record: make(world, record) | more)


_READING = {
    "cases.show": _record(READERS, "case"),
    "cycles.show": _record(READERS, "cycle"),
    "ideas.show": _record(READERS, "idea"),
    "glossary.index": _public(),
    "glossary.show": _public(404, code="aim-statement"),
    "lineage.matrix_csv": _record(READERS, "idea"),
    "lineage.show": _record(READERS, "idea"),
    "lineage.table": _record(READERS, "idea"),
    "methods.index": _public(),
    "methods.show": _public(code="pdsa"),
    "networks.index": _public(),
    "networks.show": _sample("network"),
    "schools.index": _public(),
    "schools.show": _sample("school"),
    "search.feed": _public(q="homework"),
    "search.place": _public(),
    "search.results": _public(q="homework"),
    "search.suggestions": _public(q="zq"),
    "site.about": _public(),
    "site.accessibility": _public(),
    "site.alive": _public(),
    "site.browse": _public(),
    "site.drop": _public(methods=POST),
    "site.home": _public(),
    "site.keep": _public(methods=POST),
    "site.meeting": _public(),
    "site.ready": _public(200, 503),
    "site.style": _public(),
    "static": _public(filename="img/icon.svg"),
    "saved.index": _public(),
    "saved.keep": Row(SOMEBODY, POST),
    "saved.remove": _public(methods=POST),
    "saved.save": _public(methods=POST),
    "saved.visit": _public(methods=POST),
}
_ACCOUNTS = {
    "accounts.ask_for_link": _public(methods=POST),
    "accounts.forgotten": _public(),
    "accounts.new_password": _public(200, 303, 404, 410, 422),
    "accounts.set_new_password": _public(methods=POST),
    "accounts.sign_in": _public(200, 303),
    "accounts.sign_out": _public(methods=POST),
    "accounts.signed_in": _public(methods=POST),
}
_HUB = {
    "packages.add": Row(HUB_READS, BOTH, KINDS, lambda _world, record: {"id": record and record.public_id}),
    "packages.edit": _sample("package", HUB, BOTH),
    "packages.index": _public(),
    "packages.new": Row(HUB, BOTH),
    "packages.show": _sample("package", HUB),
    "reviews.accept": _record(REVIEWERS, *KINDS, methods=POST),
    "reviews.comment": _record(DISCUSSING, *KINDS, methods=POST),
    "reviews.index": Row(HUB_OR_ADMIN),
    "reviews.send_back": _record(REVIEWERS, *KINDS, methods=POST),
    "reviews.settle": _record(_of((), NOBODY), *KINDS, methods=POST, comment_id=1),
    "reviews.show": _record(DISCUSSING, *KINDS),
}
_SITE = {"audience.show": _record(READERS), "audit.index": Row(ADMIN), "audit.table": Row(ADMIN)}
_FILES = {
    "attachments.add": _record(WRITERS, methods=POST),
    "attachments.index": _record(WRITERS),
    "attachments.remove": _record(WRITERS, methods=POST, public_id="00000000"),
    "attachments.show": _public(404, public_id="00000000", name="a.png"),  # who gets a file: tests/attachments
    "paste.convert": Row(SOMEBODY, POST),
}
_OWN = {
    "account.change_password": Row(SOMEBODY, POST),
    "account.end_session": Row(SOMEBODY, POST),
    "account.rename": Row(SOMEBODY, POST),
    "account.show": Row(SOMEBODY),
    "digest.ask": _public(404, token="a" * 43),
    "digest.choose": Row(SOMEBODY, POST),
    "digest.end": _public(methods=POST, token="a" * 43),
    "drafts.keep": Row(SOMEBODY, POST),
    "drafts.remove": Row(SOMEBODY, POST),
    "joining.accept": _public(methods=POST),
    "joining.show": _public(200, 404, 410),
    "me.show": Row(SOMEBODY),
    "me.visit": Row(SOMEBODY, POST),
    "single_sign_on.begin": _public(404),
    "single_sign_on.disconnect": Row(SOMEBODY, POST),
    "single_sign_on.finish": _public(404),
    "writing.erased": Row(SOMEBODY),
}
_PEOPLE = {
    "audit.index": Row(ADMIN),
    "audit.table": Row(ADMIN),
    "people.end": _sample("person", ADMIN, POST, "public_id"),
    "people.end_role": _sample("school", TEAM, POST),
    "people.index": Row(ADMIN),
    "people.invite": _sample("school", TEAM, POST),
    "people.revoke": _sample("school", TEAM, POST),
    "people.show": _sample("person", ADMIN, argument="public_id"),
    "people.team": _sample("school", TEAM),
}
_TALK = {
    "asking.ask": _kind(ASKED, methods=POST),
    "asking.show": _kind(ASKED),
    "asking.thanks": _kind(ASKED),
    "comments.answer": _sample("comment", MEMBERS, POST, "public_id"),
    "comments.bring_back": _sample("comment", AUTHOR, POST, "public_id"),
    "comments.erase": _sample("comment", LOOKS_AFTER, POST, "public_id"),
    "comments.hide": _sample("comment", LOOKS_AFTER, POST, "public_id"),
    "comments.one": _sample("comment", MEMBERS, argument="public_id", answers=(200, 303)),
    "comments.remove": _sample("comment", AUTHOR, POST, "public_id"),
    "comments.report": _sample("comment", MEMBERS, POST, "public_id"),
    "comments.say": _kind(
        {place: READERS[place] & SPEAKERS if place in UP else NOBODY for place in READERS}, methods=POST
    ),
    "comments.show": _kind(READ_UP),
    "comments.show_again": _sample("comment", LOOKS_AFTER, POST, "public_id"),
    "following.follow": _kind({place: READERS[place] - {"anonymous"} for place in READERS}, methods=POST),
    "following.unfollow": _kind(SOMEBODY, methods=POST),
    "inbox.answer_problem": _sample("problem", HUB_OR_ADMIN, POST, "public_id"),
    "inbox.answer_question": _sample("question", HUB_OR_ADMIN, POST, "public_id"),
    "inbox.close": _sample("question", HUB_OR_ADMIN, POST, "public_id"),
    "inbox.forward": _sample("question", HUB_OR_ADMIN, POST, "public_id"),
    "inbox.problem": _sample("problem", HUB_OR_ADMIN, argument="public_id"),
    "inbox.question": _sample("question", HUB_OR_ADMIN, argument="public_id"),
    "inbox.show": Row(CONTRIBUTORS | HUB_OR_ADMIN),
    "problems.report": _public(methods=POST),
    "problems.show": _public(),
    "problems.thanks": _public(),
}
_SETUP = {
    **{
        f"{name}": _sample("network", HUB_OR_ADMIN, methods)
        for methods, names in (
            (GET, "diagram.show hub.desk members.find members.people members.schools"),
            (POST, "diagram.add diagram.bring_back diagram.move diagram.rename diagram.retire hub.move_question"),
            (POST, "hub.remove_question members.end_role members.invite members.join members.leave"),
            (BOTH, "hub.edit hub.questions hub.words members.make"),
        )
        for name in names.split()
    },
    "diagram.ideas": _driver(GET),
    "diagram.link": _driver(POST),
    "hub.create": Row(ADMIN, BOTH),
    "merges.compare": replace(_record(HUB_KEEPS, "idea"), answers=(422,)),  # no other idea is named
    "merges.idea": _record(HUB_KEEPS, "idea"),
    "merges.merge": _record(HUB_KEEPS, "idea", methods=POST),
    "merges.merge_tags": Row(HUB_OR_ADMIN, POST),
    "merges.tags": Row(HUB_OR_ADMIN),
    "merges.take_apart": _record(HUB_KEEPS, "idea", methods=POST),
    "similar.fragment": _public(title="homework"),
    "members.revoke": _sample("network", HUB_OR_ADMIN, POST),
    "bulk.index": Row(CONTRIBUTORS | HUB_OR_ADMIN),
    "bulk.upload": Row(CONTRIBUTORS | HUB_OR_ADMIN, POST),
    **{  # whose import it is: tests/hub
        f"bulk.{name}": Row(NOBODY, methods, values=lambda _world, _record: {"number": 1})
        for name, methods in (("show", GET), ("map_columns", POST), ("make", POST))
    },
}
_WRITING = {
    "attachments.add": _record(WRITERS, methods=POST),
    "attachments.index": _record(WRITERS),
    "attachments.remove": _record(WRITERS, methods=POST, public_id="zzzzzzzz"),
    "attachments.show": _public(404, public_id="zzzzzzzz", name="x.png"),
    "capture.capture": Row(SOMEBODY, POST),
    "capture.index": Row(SOMEBODY),
    "capture.remove": Row(NOBODY, POST, values=lambda _world, _record: {"note_id": 1}),
    "capture.show": Row(NOBODY, values=lambda _world, _record: {"note_id": 1}),
    "cycle_writing.check": _record(WRITERS, "cycle", methods=BOTH),
    "cycle_writing.edit": replace(_record(WRITERS, "cycle"), answers=(303,)),
    "cycle_writing.go_on": _record(WRITERS, "cycle", methods=POST),
    "cycle_writing.new": _sample("parent", EVERYONE, BOTH, "idea"),
    "cycle_writing.write": _record(WRITERS, "cycle", methods=BOTH, page="do"),
    "capture.photo": Row(NOBODY, values=lambda _world, _record: {"note_id": 1}),
    "case_writing.check": _record(WRITERS, "case"),
    "case_writing.edit": _record(WRITERS, "case", methods=BOTH),
    "case_writing.new": Row(WRITES_SOMEWHERE, BOTH),
    "cycle_writing.next_test": _record(WRITERS, "cycle"),
    "idea_writing.check": _record(WRITERS, "idea"),
    "idea_writing.edit": _record(WRITERS, "idea", methods=BOTH),
    "idea_writing.new": Row(WRITES_SOMEWHERE, BOTH),
    "past.index": _record(HISTORY),
    "past.restore": _record(WRITERS, methods=POST, number=1),
    "past.show": replace(_record(HISTORY, number=1), answers=(404,)),  # a factory makes no revision
    "paste.convert": Row(SOMEBODY, POST),
    "writing.merge": _record(WRITERS, methods=POST),
    "writing.ask_author": _record(REASSIGN),
    "writing.ask_erasure": _record(ERASE),
    "writing.ask_withdrawal": _record(OWNERS),
    "writing.discard": _record(WRITERS, methods=POST),
    "writing.erase": _record(ERASE, methods=POST),
    "writing.publish": _record(PUBLISH, methods=POST),
    "writing.put_up_again": _record(OWNERS, methods=POST),
    "writing.reassign": _record(REASSIGN, methods=POST),
    "writing.share": _record(SHARE, methods=POST),
    "writing.submit": _record(SUBMIT, methods=POST),
    "writing.waiting": Row(HUB_OR_ADMIN),
    "writing.withdraw": _record(OWNERS, methods=POST),
}
TABLE: dict[str, Row] = {**_SITE, **_READING, **_ACCOUNTS, **_HUB, **_OWN, **_PEOPLE, **_TALK, **_SETUP, **_WRITING}
