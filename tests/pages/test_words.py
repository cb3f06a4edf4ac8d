"""Dates, numbers, addresses and other words of the templates."""

import datetime as dt
import itertools
from types import SimpleNamespace

import flask
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.cycles.lists import Place
from kb.cycles.rules import Decision, Outcome, ResultStatus, Stage
from kb.ids import Ref
from kb.items.rules import GradeBand
from kb.networks import coverage
from kb.site import badges, labels, templating, words
from kb.web import context

TODAY = dt.date(2026, 11, 2)


@pytest.fixture
def request_context(app: flask.Flask, monkeypatch: pytest.MonkeyPatch) -> object:
    with app.test_request_context("/", base_url="http://example.org/site/") as opened:
        flask.g.now = dt.datetime(2026, 11, 2, tzinfo=dt.UTC)
        assert context.now().date() == TODAY
        yield opened


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ((2025, 9, 8), (2025, 10, 3), "Sep 8 \N{EN DASH} Oct 3, 2025"),
        ((2025, 9, 8), (2025, 9, 30), "Sep 8\N{EN DASH}30, 2025"),
        ((2025, 9, 8), (2025, 9, 8), "Sep 8, 2025"),
        ((2025, 12, 8), (2026, 1, 30), "Dec 8, 2025 \N{EN DASH} Jan 30, 2026"),
        ((2026, 10, 29), None, "since Oct 29, 2026"),
        ((2027, 1, 12), None, "Jan 12, 2027"),
    ],
)
def test_periods(
    request_context: object, first: tuple[int, int, int], last: tuple[int, int, int] | None, said: str
) -> None:
    assert templating.period(dt.date(*first), None if last is None else dt.date(*last)) == said


def test_days_numbers_and_years() -> None:
    assert templating.day(dt.date(2025, 9, 8)) == "Sep 8, 2025"
    assert templating.month(dt.date(2025, 9, 8)) == "Sep 2025"
    assert (templating.number(1450), templating.number(38.5), templating.number(0)) == ("1,450", "38.5", "0")
    assert (templating.percent(38.0), templating.percent(38.55)) == ("38%", "38.55%")
    assert (templating.school_year(2024), templating.school_year(1999)) == ("2024-25", "1999-00")
    assert (templating.grade("09"), templating.grade("KG")) == ("9", "KG")
    nothing = (templating.day, templating.month, templating.number, templating.percent, templating.school_year)
    assert [say(None) for say in nothing] == [""] * 5


def test_grades(request_context: object) -> None:
    assert templating.grades([GradeBand.G6_8, GradeBand.G9_12]) == "Grades 6\N{EN DASH}8, 9\N{EN DASH}12"
    assert templating.grades([GradeBand.ADULT]) == "Adults"
    assert templating.grades([GradeBand.PK_2, GradeBand.ADULT]) == "Grades PK\N{EN DASH}2, Adults"


def test_the_place_in_one_line(request_context: object) -> None:
    nowhere = Place(locale="", level=None, enrolment=None, frl=None, multilingual=None)
    assert templating.context_words(nowhere) == ""
    known = Place(locale="41", level=None, enrolment=1, frl=71.0, multilingual=None)
    assert templating.context_words(known) == "Rural · 1 student · 71% free or reduced lunch"


def test_addresses_stay_below_the_folder_of_the_site(request_context: object) -> None:
    ref = Ref("3f7k2m9a", "alder")
    assert templating.place("about") == "/site/about"
    assert (
        templating.school_url(ref) == templating.school_url(SimpleNamespace(ref=ref)) == "/site/schools/3f7k2m9a-alder"
    )
    assert templating.network_url(ref) == "/site/networks/3f7k2m9a-alder"
    assert templating.item_url(SimpleNamespace(kind="case", ref=ref)) == "/site/cases/3f7k2m9a-alder"


def test_every_badge_has_colour_sign_and_word(request_context: object) -> None:
    for list_of_words in (ResultStatus, Decision):
        for word in list_of_words:
            drawn = badges.badge(word)
            assert labels.glyph(word) in drawn
            assert str(labels.label(word)) in drawn
            assert f"-{word.value}" in drawn
    assert "Running now" in badges.badge(Stage.RUNNING)
    assert "Prediction met" in badges.badge(Outcome.MET)
    assert badges.badge(None) == ""


def test_words_put_in_are_escaped(request_context: object) -> None:
    assert words.translate("Find %(what)s", what="<b>") == "Find &lt;b&gt;"
    assert words.plural("%(num)s of %(all)s", "%(num)s of %(all)s", 2, all="<b>") == "2 of &lt;b&gt;"
    assert templating.lang_of("es") == ' lang="es"'
    assert templating.lang_of("en") == ""


counts = st.dictionaries(st.tuples(st.integers(1, 5), st.integers(1, 40)), st.integers(1, 9), max_size=30)


@given(counts)
def test_the_table_holds_every_test_of_the_schools_it_shows(found: dict[tuple[int, int], int]) -> None:
    drivers = [(number, f"Driver {number}") for number in range(1, 6)]
    schools = [(number, f"School {number}") for number in range(1, 41)]
    table = coverage.table(drivers=drivers, schools=schools, counts=found)
    assert len(table.schools) + table.left_out == 40
    assert [title for title, _ in table.lines] == [title for _, title in drivers]
    shown = {int(name.split()[1]) for name in table.schools}
    assert sum(sum(line) for _, line in table.lines) == sum(
        count for (_, school), count in found.items() if school in shown
    )
    least = min(sum(found.get((driver, school), 0) for driver, _ in drivers) for school in shown)
    assert all(
        sum(found.get((driver, school), 0) for driver, _ in drivers) <= least
        for school, _ in schools
        if school not in shown
    )
    assert sum(coverage.by_driver(found).values()) == sum(found.values())


months = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)).map(lambda date: date.replace(day=1))


@given(st.dictionaries(months, st.integers(1, 50), max_size=20))
def test_months_have_no_gap(found: dict[dt.date, int]) -> None:
    run = coverage.months(found)
    assert len(run) <= coverage.LONGEST
    assert all(
        (later.first.year - first.first.year) * 12 + later.first.month - first.first.month == 1
        for first, later in itertools.pairwise(run)
    )
    if found:
        assert run[-1].first == max(found)
        assert all(month.count == found.get(month.first, 0) for month in run)
        assert max(month.share for month in run) == 100
