"""The search page: its address is its state."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

import flask
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _lazy

from kb.cards.queries import Card, cards
from kb.cycles.rules import Decision, Outcome, ResultStatus, Scale
from kb.evidence.rules import EvidenceLabel
from kb.ideas.rules import Cost
from kb.items.rules import GradeBand, Kind, Language
from kb.permissions import ANONYMOUS, Permission
from kb.schools import queries as schools
from kb.search import feeds, places, ranges
from kb.search import query as grammar
from kb.search.facets import Facet, FacetValue
from kb.search.query import MAX_PAGE, Query, Sort
from kb.search.service import Results, Search
from kb.search.similarity import EQUAL, GRADES, NOWHERE, WEIGHTS, Place
from kb.search.stafftime import StaffTime
from kb.site.labels import LOCALES, locale_name
from kb.site.templating import day, grade, label
from kb.web import context
from kb.web.gate import allows

bp = flask.Blueprint("search", __name__)
SHOWN_VALUES = 8
MORE_VALUES = 30
PICKED_FROM = 20
LONGEST_NAME = 100
OPEN_FACETS = ("kind", "topic", "grade", "result")
RARE_FACETS = ("met", "tested", "label", "group", "scale", "cost", "time")
_WORDS: dict[str, type[StrEnum]] = {
    "kind": Kind,
    "grade": GradeBand,
    "result": ResultStatus,
    "decision": Decision,
    "language": Language,
    "met": Outcome,
    "label": EvidenceLabel,
    "scale": Scale,
    "cost": Cost,
    "time": StaffTime,
}


_CODES = {name: frozenset(word.value for word in words) for name, words in _WORDS.items()}
_TITLES = {
    "kind": _lazy("Kind"),
    "topic": _lazy("Topic"),
    "subject": _lazy("Subject"),
    "grade": _lazy("Grades"),
    "result": _lazy("Result"),
    "decision": _lazy("Decision"),
    "met": _lazy("Prediction"),
    "tested": _lazy("Tested at"),
    "label": _lazy("Evidence"),
    "group": _lazy("Students"),
    "scale": _lazy("Size of the test"),
    "cost": _lazy("Cost"),
    "time": _lazy("Time of staff"),
    "method": _lazy("Method"),
    "year": _lazy("School year"),
    "locale": _lazy("Place"),
    "network": _lazy("Network"),
    "school": _lazy("School"),
    "language": _lazy("Language"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet as it is shown."""

    value: str
    words: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A facet as it is shown: the first values, the rest behind "more"; ``active`` when something is chosen."""

    name: str
    title: str
    first: list[Choice]
    more: list[Choice]
    active: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A link to another search, in words, with the number of results it would give (None: not said)."""

    words: str
    url: str
    count: int | None = None


@bp.get("/search")
@allows(Permission.SITE_READ)
def results() -> str:
    """Show one page of results; with ``fragment`` only the part that changes with the search."""
    is_fragment = "fragment" in flask.request.args
    held: Search = flask.current_app.extensions["kb.search"]
    query = grammar.parse(flask.request.args.to_dict(flat=False))
    session, viewer = context.session(), context.viewer()
    found = held.search(session, viewer, query, context.change_number())
    listed: list[Card] = cards(session, viewer, (*found.ids, *found.ways_out.ideas))
    if not is_fragment:
        held.note_unanswered(session, found, context.change_number(), context.now().date())
    return flask.render_template(
        "search/region.html" if is_fragment else "search/results.html",
        found=found,
        query=found.query,
        cards=[card for card in listed if card.id in found.ids],
        ideas=[card for card in listed if card.id in found.ways_out.ideas and not found.ids],
        meant=_meant(found),
        groups=_groups(found, rare=False),
        rare=(rare := _groups(found, rare=True)),
        days=(days := found.query.filters.get(ranges.NAME, ("", ""))),
        rare_open=any(group.active for group in rare) or any(days),
        chips=_other_chips(found) + _chips(found),
        sorts=_sorts(found),
        drop_filter=_drop_filter(found),
        languages=_languages(found),
        nearest=_nearest(found),
        previous=_page(found, -1),
        following=_page(found, +1),
        capped=found.query.page == MAX_PAGE and found.pages == MAX_PAGE,
        clear=_url(found.query.without_filters()),
        kept=_kept(found.query),
        pick=flask.url_for("search.place", **found.query.args()),  # type: ignore[arg-type]  # lists repeat
        nowhere=_url(found.query.without_place()),
        search_name=_name(found)[:80],
        address=urlencode(found.query.with_page(1).args(), doseq=True),
        feed=flask.url_for("search.feed", **found.query.as_feed().args()),  # type: ignore[arg-type]  # lists repeat
    )


@bp.get("/search.atom")
@allows(Permission.SITE_READ)
def feed() -> flask.Response:
    """Return the newest public results of a search as an Atom feed, the same for every reader."""
    held: Search = flask.current_app.extensions["kb.search"]
    query = grammar.parse(flask.request.args.to_dict(flat=False)).as_feed()
    session = context.session()
    found = held.search(session, ANONYMOUS, query, context.change_number(), counted=tuple(query.filters))
    unknown = bool(query.like) and found.like is None
    entries = [] if unknown else feeds.entries(session, feeds.ids(found))
    body = flask.render_template(
        "search/feed.xml",
        id=feeds.urn(f"search/{urlencode(query.args(), doseq=True)}"),
        title=feeds.text(f"{context.services().settings.site_name}: {_name(found) or _('All records')}"),
        updated=max((entry.updated for entry in entries), default=feeds.NEVER),
        entries=entries,
        own=context.link(flask.url_for("search.feed", **query.args())),  # type: ignore[arg-type]  # lists repeat
        page=context.link(flask.url_for("search.results", **query.args())),  # type: ignore[arg-type]
        root=context.link(""),
        stamp=feeds.stamp,
    )
    return flask.Response(body, content_type=feeds.CONTENT_TYPE)


def _name(found: Results) -> str:
    """Return a search in a few words."""
    text = [found.query.text] if found.query.text else []
    return ", ".join([*text, *(chip.words for chip in _other_chips(found) + _chips(found))])


@bp.get("/search/place")
@allows(Permission.SITE_READ)
def place() -> str:
    """Let somebody pick the school they have in mind from the register, or describe it."""
    query = grammar.parse(flask.request.args.to_dict(flat=False)).with_sort(Sort.LIKE)
    name = flask.request.args.get("name", "").strip()[:LONGEST_NAME]
    page = schools.listed(context.session(), words=name) if name else None
    listed = page.schools[:PICKED_FROM] if page else []
    return flask.render_template(
        "search/schools.html",
        mine=places.mine(context.session(), query.place),
        name=name,
        schools=[(school, _url(query.with_place(query.place.at(school.public_id)))) for school in listed],
        more=page.total - len(listed) if page else 0,
        asked=query.place.args(),
        weighed=query.place.weights != EQUAL,
        weights=_weights(query.place),
        grade_choices=[("", ""), *((code, grade(code)) for code in GRADES)],
        locale_choices=[("", ""), *LOCALES.items()],
        weight_choices=[
            ("0", _("Does not count")),
            ("1", _("Counts")),
            ("2", _("Counts double")),
            ("3", _("Counts triple")),
        ],
        described=_pairs(query.with_place(NOWHERE)),
        kept=_pairs(query),
    )


def _weights(asked: Place) -> list[tuple[str, str, str]]:
    """Return for each fact the name of its field, its words, and how much it counts."""
    words = {
        "grades": _("Grades"),
        "size": _("Number of students"),
        "frl": _("Free or reduced lunch"),
        "multilingual": _("Multilingual learners"),
        "disability": _("Students with disabilities"),
        "locale": _("Place"),
    }
    pairs = zip(WEIGHTS.items(), asked.weights, strict=True)
    return [(field, words[name], str(weight)) for (name, field), weight in pairs]


def _kept(query: Query) -> list[tuple[str, str]]:
    """Return what the form of the search page has no field for, to be sent along."""
    return [*([("like", query.like)] if query.like else []), *query.place.args().items()]


def _pairs(query: Query) -> list[tuple[str, str]]:
    """Return the arguments of a query one by one, for the hidden fields of a form."""
    args = query.args().items()
    return [(name, one) for name, values in args for one in ([values] if isinstance(values, str) else values)]


@bp.get("/search/suggestions")
@allows(Permission.SITE_READ)
def suggestions() -> flask.Response:
    """Return ways to go on from what was typed, as JSON."""
    held: Search = flask.current_app.extensions["kb.search"]
    ways = held.completions(context.session(), flask.request.args.get("q", ""), context.change_number())
    return flask.jsonify(ways)


def _url(query: Query) -> str:
    return flask.url_for("search.results", **query.args())  # type: ignore[arg-type]  # lists repeat


def _in_words(name: str, value: FacetValue) -> str:
    """Return the words for a value: those of the interface, the name in its register, or what stands in the address."""
    if name in _WORDS and value.value in _CODES[name]:
        return label(_WORDS[name](value.value))
    if name == "tested" and value.value.isdecimal():
        return str(_("1 school or more") if value.value == "1" else _("%(n)s schools or more", n=value.value))
    if name == "locale":
        return str(locale_name(value.value)) or value.value
    if name == "year" and value.value.isdecimal():
        return f"{value.value}–{(int(value.value) + 1) % 100:02}"
    return value.name or value.value


def _groups(found: Results, *, rare: bool) -> list[Group]:
    """Return the facets to show, those few people need apart."""
    wanted = (facet for facet in found.facets if (facet.name in RARE_FACETS) is rare)
    return [group for facet in wanted if (group := _group(facet))]


def _group(facet: Facet) -> Group | None:
    """Return a facet to show; one that offers no choice is left out."""
    values = facet.values
    active = any(value.chosen for value in values)
    if not values or (len(values) == 1 and not active and facet.name == "language"):
        return None
    first = [value for number, value in enumerate(values) if number < SHOWN_VALUES or value.chosen]
    rest = [value for value in values[SHOWN_VALUES : SHOWN_VALUES + MORE_VALUES] if not value.chosen]
    title, is_open = str(_TITLES[facet.name]), active or facet.name in OPEN_FACETS
    return Group(facet.name, title, _choices(facet, first), _choices(facet, rest), active, is_open)


def _choices(facet: Facet, values: list[FacetValue]) -> list[Choice]:
    return [Choice(one.value, _in_words(facet.name, one), one.count, one.chosen) for one in values]


def _chips(found: Results) -> list[Way]:
    return [
        Way(_in_words(facet.name, value), _url(found.query.without(facet.name, value.value)))
        for facet in found.facets
        for value in facet.values
        if value.chosen
    ]


def _other_chips(found: Results) -> list[Way]:
    query, days = found.query, found.query.filters.get(ranges.NAME)
    like = [Way(_("More like: %(title)s", title=found.like.title), _url(query.without_like()))] if found.like else []
    return [*like, *([Way(_days_in_words(days), _url(query.without(ranges.NAME)))] if days else [])]


def _days_in_words(days: tuple[str, ...]) -> str:
    """Return a range of days in words."""
    first, last = ranges.days(days)
    if first and last:
        return str(_("Started %(first)s to %(last)s", first=day(first), last=day(last)))
    return str(_("Started since %(day)s", day=day(first)) if first else _("Started until %(day)s", day=day(last)))


def _sorts(found: Results) -> list[Choice]:
    words = {
        Sort.BEST: _("Best match"),
        Sort.NEWEST: _("Newest"),
        Sort.TESTED: _("Most tested"),
        Sort.LIKE: _("Schools like mine"),
    }
    offered = [sort for sort in Sort if sort is not Sort.BEST or found.query.has_words]
    chosen = Sort.LIKE if found.query.asked_sort is Sort.LIKE else found.sort
    return [Choice(sort.value, words[sort], 0, sort is chosen) for sort in offered]


def _chosen_words(found: Results, name: str) -> str:
    if name == ranges.NAME:
        return _days_in_words(found.query.filters[name])
    values = [value for facet in found.facets if facet.name == name for value in facet.values if value.chosen]
    return " / ".join(_in_words(name, value) for value in values)


def _drop_filter(found: Results) -> list[Way]:
    return [
        Way(_chosen_words(found, name), _url(found.query.without(name)), count)
        for name, count in found.ways_out.relaxed.items()
        if name != "language"
    ]


def _languages(found: Results) -> list[Way]:
    """Return the languages that were not asked for, where one was."""
    if "language" not in found.query.filters:
        return []
    values = [value for facet in found.facets if facet.name == "language" for value in facet.values]
    return [
        Way(_in_words("language", value), _url(found.query.with_filter("language", value.value)), value.count)
        for value in values
        if value.count and not value.chosen
    ]


def _meant(found: Results) -> Way | None:
    """Return the search that was probably meant, without the filters where they would leave nothing of it."""
    meant = found.ways_out.meant
    if meant is None:
        return None
    query = found.query.with_clauses(meant.clauses)
    if meant.count:
        return Way(query.text, _url(query), meant.count)
    words = _("%(words)s, without any filter", words=query.text)
    return Way(words, _url(query.without_filters()), meant.everywhere)


def _nearest(found: Results) -> list[Way]:
    return [
        Way(" ".join(map(str, clauses)), _url(found.query.with_clauses(clauses)), count)
        for clauses, count in found.ways_out.nearest
    ]


def _page(found: Results, step: int) -> Way | None:
    page = found.query.page + step
    return Way(str(page), _url(found.query.with_page(page))) if 1 <= page <= found.pages else None
