"""Files hold a document without loss: what is written is read back the same, whatever stands in it."""

import contextlib
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.exporter.files import write_file
from kb.importer import front_matter
from kb.importer.files import read_text
from kb.importer.problems import FileFaultError
from kb.markup import normalise
from kb.sections import read_sections, write_sections

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
TRICKY = st.sampled_from(
    [
        "---",
        "## A {#b}",
        "\\## A {#b}",
        "\\\\## A {#b}",
        "yes",
        "09",
        "1e3",
        "null",
        "~",
        "=",
        "<<",
        "- x",
        "a: b",
        "# x",
    ]
)
WORDS = TRICKY | TEXT
TIMES = st.datetimes(min_value=dt.datetime(1900, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 - a bound
VALUES = st.recursive(
    WORDS | st.booleans() | st.integers(-(10**12), 10**12) | st.dates() | TIMES | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS.filter(bool), inner, max_size=3),
    max_leaves=8,
)
BODIES = st.lists(WORDS, max_size=5).map("\n".join)


@given(st.dictionaries(st.from_regex("[a-z_]{1,9}", fullmatch=True), VALUES, max_size=5))
def test_front_matter_comes_back(fields: dict[str, Any]) -> None:
    fields = {name: value for name, value in fields.items() if name not in ("body", "texts", "content")}
    assert read_text(write_file(fields, {}), "x").fields == fields


@given(st.dictionaries(st.from_regex(r"[a-z][a-z.]{0,8}", fullmatch=True), BODIES.map(normalise), max_size=4), WORDS)
def test_texts_come_back(texts: dict[str, str], heading: str) -> None:
    headings = dict.fromkeys(texts, heading)
    before, sections = read_sections(write_sections(texts, headings))
    assert before == ""
    assert {section.name: normalise(section.text) for section in sections} == texts


@given(BODIES.map(normalise).filter(bool))
def test_a_whole_body_comes_back(body: str) -> None:
    source = read_text(write_file({"kind": "term", "body": body}, {}), "x")
    assert normalise(source.body) == body


@given(st.text(max_size=200))
def test_whatever_stands_in_a_file_is_read_or_refused(text: str) -> None:
    for whole in (text, f"---\n{text}\n---\n", f"---\nkind: idea\n---\n{text}"):
        with contextlib.suppress(FileFaultError):
            read_text(whole, "x").texts()


def test_every_place_has_its_line() -> None:
    text = 'kind: idea\nlinks:\n  - type: cites\n    target: "x"\n  - {type: cites,\n     target: y}\n'
    fields, lines = front_matter.read(text, first_line=2)
    assert fields["links"][1] == {"type": "cites", "target": "y"}
    assert lines["kind",] == 2
    assert lines["links", 0, "target"] == 5
    assert lines["links", 1, "target"] == 7


def test_windows_lines_and_a_byte_order_mark() -> None:
    source = read_text("---\r\nkind: term\r\n---\r\nOne.\r\nTwo.\r\n", "x")
    assert source.fields == {"kind": "term"}
    assert normalise(source.body) == "One.\nTwo."


@pytest.mark.parametrize("text", ["a: 1\n---\nb: 2\n", "%YAML 9.9\n---\na: 1\n", "a: 1\n...\nb\n"])
def test_one_document_only(text: str) -> None:
    with pytest.raises(FileFaultError):
        front_matter.read(text, first_line=2)
