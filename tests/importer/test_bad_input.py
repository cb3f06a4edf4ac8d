"""Bad files: each is named with line, field and what to do; the others are loaded, and nothing is half done."""

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kb.db import Database
from kb.importer.load import Report, import_path
from tests.importer import world
from tests.importer.world import CASE, CHILD, CYCLE, IDEA, NOW, dump, whole, write

HEAD = "---\nkind: idea\n"
ITSELF = "itself00"


def said(report: Report) -> dict[str, str]:
    """Return what was said of each refused file."""
    words: dict[str, str] = {}
    for problem in report.problems:
        words[problem.path] = f"{words.get(problem.path, '')}{problem}\n"
    return words


def refuse(database: Database, folder: Path, name: str, raw: str | bytes) -> str:
    """Import a whole world and one bad file; return what was said of it, having checked that all else arrived."""
    whole(folder)
    (folder / name).write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    report = import_path(database, folder, now=NOW)
    assert len(report.new) == 8
    assert report.failed
    assert report.refused == [name]
    return said(report)[name]


UNREADABLE: list[tuple[str | bytes, int, str]] = [
    ("", 0, "empty"),
    ("  \n \n", 0, "empty"),
    ("Just some words.\n", 1, "first line must be"),
    ("---\nkind: idea\ntitle: x\n", 4, "fields never end"),
    ("---\n---\nwords\n", 1, "Write one of"),
    ("---\nkind: poem\n---\n", 2, "“poem” is unknown"),
    ("---\nkind: [idea]\n---\n", 2, "is unknown"),
    (f"{HEAD}title: [one, two\n---\n", 4, "not valid YAML"),
    (f"{HEAD}title: a: b\n---\n", 3, "needs quotes"),
    (f"{HEAD}\ttitle: x\n---\n", 3, "not valid YAML"),
    (f"{HEAD}title: one\nsummary: x\ntitle: two\n---\n", 5, "stands twice: here and in line 3"),
    (f"{HEAD}topics: &t [a]\nsubjects: *t\n---\n", 3, "References"),
    (f"{HEAD}title: !!python/object/apply:os.system [ls]\n---\n", 3, "Tags"),
    (f"{HEAD}created: 2025-13-45\n---\n", 3, "no date"),
    (f"{HEAD}title: {'[' * 10_000}\n---\n", 3, "nested deeper"),
    (f"{HEAD}title: {'9' * 5_000}\n---\n", 3, "no date, time or number"),
    ("---\n- a\n- b\n---\n", 2, "must be fields"),
    ("---\nkind: idea\n? [a]\n: b\n---\n", 3, "needs a name"),
    (b"---\nkind: idea\ntitle: caf\xe9\n---\n", 3, "not UTF-8"),
    (b"---\nkind: idea\ntitle: a\x00b\n---\n", 3, "NUL"),
    (b"\xff\xfe-\x00", 1, "not UTF-8"),
    (f"{HEAD}created: 9999-12-31T23:59:59-12:00\n---\n", 3, "no date"),
    ("---\nkind: idea\ntexts: {a: b}\n---\n", 1, "stand below the second"),
    ("---\nkind: idea\n---\nNo heading.\n", 4, "before the first heading"),
    ("---\nkind: idea\n---\n## A {#hypothesis}\nx\n## B {#hypothesis}\ny\n", 6, "stands twice"),
]


def test_unreadable_files(sqlite_database: Database, tmp_path: Path) -> None:
    whole(tmp_path)
    for number, (raw, _, _) in enumerate(UNREADABLE):
        (tmp_path / f"bad{number}.md").write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    report = import_path(sqlite_database, tmp_path, now=NOW)
    assert len(report.new) == 8
    found = said(report)
    for number, (raw, line, words) in enumerate(UNREADABLE):
        message = found.pop(f"bad{number}.md")
        assert words in message, raw
        assert message.startswith(f"bad{number}.md:{line}: " if line else f"bad{number}.md: "), message
    assert found == {}


def test_yaml_bombs_are_refused_at_once(sqlite_database: Database, tmp_path: Path) -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 30))
    started = time.process_time()
    message = refuse(sqlite_database, tmp_path, "bomb.md", f"---\nkind: idea\nl0: &l0 [x]\n{levels}\n---\n")
    assert "References" in message
    assert time.process_time() - started < 10


Fault = tuple[dict[str, Any], str, str]
WRONG_IDEAS: list[Fault] = [
    ({"title": None}, "title", "is missing. Add it."),
    ({"title": ""}, "title", "is missing"),
    ({"title": "x" * 201}, "title", "longer than 200"),
    ({"title": 5}, "title", "must be text. Put it between quotes: “5”"),
    ({"title": dt.date(2025, 1, 1)}, "title", "must be text"),
    ({"title": "a\0b"}, "title", "NUL"),
    ({"title": "a\x01b"}, "title", "control character (U+0001)"),
    ({"title": "a\nb"}, "title", "runs over several lines"),
    ({"topics": ["a\x1bb"]}, "topics[1]", "control character (U+001B)"),
    ({"texts": {"how_to_try": "One.\n\nTwo\x0b."}}, "how_to_try", "control character (U+000B)"),
    ({"titel": "x"}, "titel", "Did you mean title?"),
    ({"state": "publisht"}, "state", "none of 'draft', 'review', 'published', 'withdrawn' or 'erased'"),
    ({"cost": True}, "cost", "none of"),
    ({"created": dt.date(2025, 1, 1)}, "created", "must be a time like"),
    ({"created": "yesterday"}, "created", "must be a time like"),
    ({"review_by": "soon"}, "review_by", "must be a date like"),
    ({"published": None}, "published", "is missing"),
    ({"id": "short"}, "id", "8 characters"),
    ({"audience": "school", "school": None}, "school", "is missing"),
    ({"audience": "network", "network": None}, "network", "is missing"),
    ({"drivers": None}, "drivers", "at least one driver"),
    ({"drivers": [world.DRIVER, world.DRIVER]}, "drivers", "twice"),
    ({"drivers": ["drv09999"]}, "drivers[1]", "There is no driver drv09999"),
    ({"school": "sch09999"}, "school", "There is no school sch09999"),
    ({"network": "net09999"}, "network", "There is no network net09999"),
    ({"author": "per09999"}, "author", "There is no person per09999"),
    ({"topics": "Attendance"}, "topics", "valid list"),
    ({"topics": [1]}, "topics[1]", "must be text"),
    ({"grades": ["13"]}, "grades[1]", "none of"),
    ({"credits": [{"name": "Ana", "role": "student"}]}, "credits[1]", "by role only"),
    ({"links": [{"type": "adapted_from", "target": "xxxxxxx1"}]}, "links[1].target", "There is no record xxxxxxx1"),
    ({"links": [{"type": "cites", "target": IDEA, "edition": 2}]}, "links[1].edition", "has no edition 2"),
    ({"links": [{"type": "cites", "target": ITSELF}]}, "links", "the record itself"),
    ({"links": [{"type": "cites", "target": IDEA}] * 2}, "links", "twice"),
    ({"links": [{"type": "cites", "target": IDEA, "adaptation": {"kept": "x"}}]}, "links[1]", "adaptation"),
    ({"links": [{"type": "cites", "target": IDEA, "why": "x"}]}, "links[1].why", "is no field"),
    ({"texts": {"hypotheses": "x"}}, "hypotheses", "is no text of an idea"),
    ({"summary": "It helped 4 of 9 students."}, "summary", "small_counts_confirmed"),
    ({"texts": {"how_to_try": "One.\n\nTwo.\n\n3 out of the 7 came."}}, "how_to_try", "fewer than 10"),
    ({"texts": {"how_to_try": "x" * 100_001}}, "how_to_try", "at most 100 kB"),
    ({"texts": {"how_to_try": "[" * 10_000}}, "how_to_try", "at most 2,000"),
]
WRONG_CYCLES: list[Fault] = [
    ({"idea": CASE}, "idea", "is of kind case. Write the id of a record of kind idea"),
    ({"idea": "dea09999"}, "idea", "There is no record"),
    ({"previous": "cyc09999"}, "previous", "There is no record"),
    ({"previous": ITSELF}, "previous", "the record itself"),
    ({"method": "magic"}, "method", "There is no method magic in version 1. Known: pdsa 1."),
    ({"method_version": 1}, "method_version", "must be text"),
    ({"school": None}, "school", "is missing"),
    ({"result": None}, "result", "is missing"),
    ({"decision": None}, "decision", "is missing"),
    ({"stage": "running"}, "result", "not done"),
    ({"started_on": None}, "started_on", "first day of Do"),
    ({"ended_on": dt.date(2025, 1, 1)}, "ended_on", "before started_on"),
    ({"group_size": 0}, "group_size", "greater than or equal to 1"),
    ({"group_size": 10**12}, "group_size", "less than or equal to"),
    ({"as_planned": True}, "as_planned", "none of 'yes', 'partly' or 'no'"),
    ({"results": [{"measure": "m", "kind": "outcome", "n": 4, "count": 5}]}, "results[1].count", "more than the 4"),
    ({"results": [{"measure": "m", "kind": "outcome", "after": float("nan")}]}, "results[1].after", "finite"),
    ({"texts": {"do.what": "x"}}, "do.what", "is no question of pdsa 1"),
]


@pytest.mark.parametrize(("make", "faults"), [(world.idea, WRONG_IDEAS), (world.cycle, WRONG_CYCLES)])
def test_wrong_fields(sqlite_database: Database, tmp_path: Path, make: Callable[..., str], faults: list[Fault]) -> None:
    whole(tmp_path)
    write(tmp_path, **{f"bad{at}": make(own_id(at), **over(at, one[0])) for at, one in enumerate(faults)})
    report = import_path(sqlite_database, tmp_path, now=NOW)
    assert len(report.new) == 8
    found = said(report)
    for at, (fields, field, words) in enumerate(faults):
        message = found.pop(f"bad{at}.md")
        assert words in message, fields
        assert f": {field}: " in message, fields
    assert found == {}


def own_id(number: int) -> str:
    return f"bad{number:05}"


def over(number: int, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with the record's own id where one names itself."""
    if fields.get("previous") == ITSELF:
        return {**fields, "previous": own_id(number)}
    links = [
        {**link, "target": own_id(number)} if link["target"] == ITSELF else link for link in fields.get("links", [])
    ]
    return {**fields, "links": links} if links else fields


def test_a_lock_that_does_not_match_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    lock = {"question": "How many?", "locked_at": NOW, "lock_hash": "0" * 64}
    message = refuse(sqlite_database, tmp_path, "bad.md", world.cycle("cyc00009", predictions=[lock]))
    assert "predictions[1].lock_hash: does not match the text" in message


def test_lines_of_fields_and_of_texts(sqlite_database: Database, tmp_path: Path) -> None:
    text = world.idea("dea00009", cost="free", texts={"how_to_try": "One.\n\nOf all, 2 of 5 came."})
    text = text.replace("cost: free", "cost: free\npopulation: 2 of 4 seniors")
    lines = text.split("\n")
    whole(tmp_path)
    (tmp_path / "bad.md").write_text(text)
    (tmp_path / "worse.md").write_text(text.replace("cost: free", "cost: low").replace("dea00009", "dea00008"))
    report = import_path(sqlite_database, tmp_path, now=NOW)
    found = {(problem.path, problem.field): problem.line for problem in report.problems}
    assert found == {
        ("bad.md", "cost"): lines.index("cost: free") + 1,
        ("worse.md", "population"): lines.index("population: 2 of 4 seniors") + 1,
        ("worse.md", "how_to_try"): lines.index("Of all, 2 of 5 came.") + 1,
    }


def test_a_time_without_a_zone(sqlite_database: Database, tmp_path: Path) -> None:
    text = world.idea("dea00009").replace("created: 2025-09-01T08:00:00Z", "created: 2025-09-01T08:00:00")
    assert "created: needs a time zone. Write UTC" in refuse(sqlite_database, tmp_path, "bad.md", text)


def test_small_counts_may_be_confirmed_and_stay_in_the_school(sqlite_database: Database, tmp_path: Path) -> None:
    words = {"summary": "We tried 3 of 5 rooms."}
    whole(tmp_path, ideas__first=world.idea(small_counts_confirmed=True, **words))
    write(tmp_path, ideas__third=world.idea("dea00003", audience="school", **words))
    write(tmp_path, ideas__fourth=world.idea("dea00004", state="draft", published=None, **words))
    assert import_path(sqlite_database, tmp_path, now=NOW).problems == []


def test_the_minimum_is_that_of_the_network(sqlite_database: Database, tmp_path: Path) -> None:
    whole(tmp_path, networks__north=world.network(minimum_group=20))
    write(tmp_path, ideas__third=world.idea("dea00003", summary="It reached 9 of 15 families."))
    assert list(said(import_path(sqlite_database, tmp_path, now=NOW))) == ["ideas/third.md"]


def test_a_loop_of_ancestors(database: Database, tmp_path: Path) -> None:
    whole(tmp_path)
    write(tmp_path, loop__a=world.adapted("dea0000a", "dea0000c"), loop__b=world.adapted("dea0000b", "dea0000a"))
    write(tmp_path, loop__c=world.adapted("dea0000c", "dea0000b"))
    report = import_path(database, tmp_path, now=NOW)
    assert len(report.new) == 8
    assert report.refused == ["loop/a.md", "loop/b.md", "loop/c.md"]
    assert "among its own ancestors: dea0000" in str(report.problems[0])
    assert "→" in str(report.problems[0])


def test_a_loop_closed_by_a_later_file(database: Database, tmp_path: Path) -> None:
    import_path(database, whole(tmp_path), now=NOW)
    before = dump(database)
    write(tmp_path, ideas__first=world.adapted(IDEA, CHILD))
    report = import_path(database, tmp_path, now=NOW)
    assert report.refused == ["ideas/first.md"]
    assert f"{IDEA} → {CHILD}" in str(report.problems[0])
    assert dump(database) == before


def test_a_loop_of_cycles(database: Database, tmp_path: Path) -> None:
    import_path(database, whole(tmp_path), now=NOW)
    write(tmp_path, cycles__two=world.cycle("cyc00002", previous=CYCLE), cycles__one=world.cycle(previous="cyc00002"))
    report = import_path(database, tmp_path, now=NOW)
    assert report.refused == ["cycles/one.md", "cycles/two.md"]
    assert "among its own cycles before" in str(report.problems[0])


def test_the_same_id_in_two_files(sqlite_database: Database, tmp_path: Path) -> None:
    whole(tmp_path)
    write(tmp_path, x__a=world.idea("dea00007"), x__b=world.case("dea00007"))
    write(tmp_path, y__a=world.term("plc"), y__b=world.term("plc", title="Other"))
    report = import_path(sqlite_database, tmp_path, now=NOW)
    assert len(report.new) == 8
    words = said(report)
    assert sorted(words) == ["x/a.md", "x/b.md", "y/a.md", "y/b.md"]
    assert "is also in x/b.md" in words["x/a.md"]
    assert "is also in x/a.md" in words["x/b.md"]


def test_an_id_of_another_kind(sqlite_database: Database, tmp_path: Path) -> None:
    import_path(sqlite_database, whole(tmp_path), now=NOW)
    other = write(tmp_path / "other", x=world.case(IDEA, links=None))
    report = import_path(sqlite_database, other, now=NOW)
    assert "is the id of another record (idea)" in str(report.problems[0])


def test_what_refers_to_a_refused_file_is_refused_and_says_so(sqlite_database: Database, tmp_path: Path) -> None:
    whole(tmp_path, ideas__first=world.idea(summary="Only 2 of 6 came."))
    report = import_path(sqlite_database, tmp_path, now=NOW)
    assert report.refused == ["cases/one.md", "cycles/one.md", "ideas/first.md", "ideas/second.md"]
    assert "was refused (ideas/first.md). Correct that file first." in said(report)["cycles/one.md"]


def test_a_missing_reference_pulls_down_whatever_stands_on_it(sqlite_database: Database, tmp_path: Path) -> None:
    chain = {"x__a": world.adapted("dea0000a", "dea09999"), "x__b": world.adapted("dea0000b", "dea0000a")}
    whole(tmp_path, **chain, x__c=world.cycle("cyc0000c", idea="dea0000b"))
    report = import_path(sqlite_database, tmp_path, now=NOW)
    assert report.refused == ["x/a.md", "x/b.md", "x/c.md"]
    assert "was refused (x/b.md)" in said(report)["x/c.md"]
    assert len(report.new) == 8


def test_a_family_may_be_turned_around(database: Database, tmp_path: Path) -> None:
    import_path(database, whole(tmp_path), now=NOW)
    write(tmp_path, ideas__first=world.adapted(IDEA, CHILD), ideas__second=world.idea(CHILD))
    report = import_path(database, tmp_path, now=NOW)
    assert sorted(report.changed) == ["ideas/first.md", "ideas/second.md"]
    assert report.problems == []


def test_a_bad_term_does_not_pull_the_glossary_down(sqlite_database: Database, tmp_path: Path) -> None:
    write(tmp_path, a=world.term("a", see=["b"]), b=world.term("b", see=["c"]), c=world.term("c", see=["gone"]))
    report = import_path(sqlite_database, tmp_path, now=NOW)
    assert report.refused == ["c.md"]
    assert sorted(report.new) == ["a.md", "b.md"]


def test_a_published_version_of_a_method_never_changes(database: Database, tmp_path: Path) -> None:
    import_path(database, whole(tmp_path), now=NOW)
    before = dump(database)
    write(tmp_path, methods__pdsa=world.method(summary="New words."))
    report = import_path(database, tmp_path, now=NOW, overwrite=True)
    assert "needs a new version" in said(report)["methods/pdsa.md"]
    assert dump(database) == before
    write(tmp_path, methods__pdsa=world.method(), methods__pdsa2=world.method(summary="New words.", version="2"))
    assert import_path(database, tmp_path, now=NOW).new == ["methods/pdsa2.md"]


def test_methods_with_codes_twice_or_without_core(sqlite_database: Database, tmp_path: Path) -> None:
    question = {"code": "x", "text": "What?", "core": "did"}
    step = {"code": "a", "title": "A", "phase": "try", "questions": [question]}
    write(tmp_path, a=world.method(steps=[step]), b=world.method(steps=[step, step], version="2"))
    words = said(import_path(sqlite_database, tmp_path, now=NOW))
    assert "exactly one question with core: happened" in words["a.md"]
    assert "use the code a for two steps" in words["b.md"]


def test_a_file_of_ten_megabytes(sqlite_database: Database, tmp_path: Path) -> None:
    message = refuse(sqlite_database, tmp_path, "big.md", world.idea("dea00009") + "x" * 10_000_000)
    assert "is 10.0 MB; at most 1 MB is read" in message


def test_a_path_that_is_not_there_or_holds_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    assert "There is no such file" in str(import_path(sqlite_database, tmp_path / "none").problems[0])
    assert "no Markdown file" in str(import_path(sqlite_database, tmp_path).problems[0])


def test_a_file_that_may_not_be_read(sqlite_database: Database, tmp_path: Path) -> None:
    whole(tmp_path)
    (tmp_path / "link.md").symlink_to(tmp_path / "nowhere.md")
    (tmp_path / "folder.md").mkdir()
    report = import_path(sqlite_database, tmp_path, now=NOW)
    assert report.refused == ["link.md"]
    assert "cannot be read" in str(report.problems[0])
    assert len(report.new) == 8


def test_people_who_read_and_hidden_files_are_left_aside(sqlite_database: Database, tmp_path: Path) -> None:
    whole(tmp_path)
    (tmp_path / "README.md").write_text("For people.")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.md").write_text("For nobody.")
    assert import_path(sqlite_database, tmp_path, now=NOW).files == 8


def test_a_record_that_the_database_refuses_leaves_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_all(*_args: object, **_more: object) -> None:
        raise sa.exc.IntegrityError("insert", {}, Exception("a rule of the database\nDETAIL"))

    import_path(database, whole(tmp_path), now=NOW)
    before = dump(database)
    write(tmp_path, ideas__third=world.idea("dea00003"), cycles__third=world.cycle("cyc00003", idea="dea00003"))
    monkeypatch.setattr("kb.items.revisions.keep", refuse_all)
    report = import_path(database, tmp_path, now=NOW)
    assert report.refused == ["cycles/third.md", "ideas/third.md"]
    assert "a rule of the database" in said(report)["ideas/third.md"]
    assert "could not be loaded" in said(report)["cycles/third.md"]
    assert dump(database) == before
