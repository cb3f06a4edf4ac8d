"""The table of the permission matrix: for each route who may use it. Add a row with each new route."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


def _ref(_world: World, record: Any) -> dict[str, Any]:
    return {"ref": record.ref}


def _in_folder(_world: World, record: Any) -> dict[str, Any]:
    return {"folder": FOLDERS[record.kind], "ref": record.ref}


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


def _sample(name: str, who: Who = EVERYONE, methods: frozenset[str] = GET, argument: str = "ref") -> Row:
    return Row(who, methods, values=lambda world, _record: {argument: world.samples[name]})


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
    "site.privacy_problem": _public(),
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
_FILES = {
    "attachments.add": _record(WRITERS, methods=POST),
    "attachments.index": _record(WRITERS),
    "attachments.remove": _record(WRITERS, methods=POST, public_id="00000000"),
    "attachments.show": _public(404, public_id="00000000", name="a.png"),  # who gets a file: tests/attachments
}
TABLE: dict[str, Row] = {**_FILES, **_READING, **_ACCOUNTS, **_HUB}
