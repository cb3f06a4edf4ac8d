"""The tables open in a spreadsheet without running anything."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from kb import sheets
from kb.items.rules import LinkType
from kb.lineage import family, tables
from kb.lineage.family import Change, Family
from kb.permissions import State
from tests.lineage.test_matrix import idea, trial

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=12)


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def url_of(item: object) -> str:
    return f"https://example.org/{getattr(item, 'ref', '')}"


@given(TEXT | st.builds(str.__add__, st.sampled_from("=+-@\t"), TEXT))
def test_no_cell_is_a_formula(text: str) -> None:
    cell = sheets.plain(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell.removeprefix("'").endswith(text.removeprefix("'"))


def test_one_row_for_each_idea_with_all_its_parents() -> None:
    hostile = family.Idea(3, idea(3).ref, idea(3).born, title='=HYPERLINK("x")', school_name="Alder Creek")
    members = {1: idea(1), 2: idea(2), 3: hostile}
    changes = [
        Change(3, 1, LinkType.COMBINED_FROM, reason="Both helped", kept="The desk"),
        Change(3, 9, LinkType.INSPIRED_BY, kept="+1 word"),
    ]
    found = read(tables.lineage(Family(3, members, {9: idea(9)}, [], []), changes, url_of))
    assert [row["id"] for row in found] == ["00000001", "00000002", "00000003"]
    assert found[2] == {
        "id": "00000003",
        "title": '\'=HYPERLINK("x")',
        "url": "https://example.org/00000003",
        "parent_ids": "00000001 | 00000009",
        "relation": "combined_from | inspired_by",
        "reason": "Both helped | ",
        "kept": "The desk | +1 word",
        "changed": "",
        "added": "",
        "removed": "",
        "why": "",
        "school": "Alder Creek",
        "date": "2024-01-01",
    }


def test_a_withdrawn_idea_has_an_id_and_a_date() -> None:
    gone = family.Idea(1, idea(1).ref, idea(1).born, title="never said", state=State.WITHDRAWN)
    [row] = read(tables.lineage(Family(1, {1: gone}, {}, [], []), [], url_of))
    assert {name: value for name, value in row.items() if value} == {"id": "00000001", "date": "2024-01-01"}


def test_one_row_for_each_idea_at_each_school() -> None:
    tests = [trial(1, 1, 1), trial(2, 1, 1, end=9), trial(3, 1, 2, done=False), trial(4, 2, None)]
    found = read(tables.tested_where(Family(1, {1: idea(1), 2: idea(2)}, {}, [], tests), url_of))
    assert [(row["school"], row["cycles"], row["latest_result"], row["latest_url"]) for row in found] == [
        ("School 1", "2", "improved", "https://example.org/00000002"),
        ("School 2", "1", "running", "https://example.org/00000003"),
    ]
