"""A note of one minute: kept at once, for its author alone, and carried into a cycle with its photo."""

import io

import sqlalchemy as sa
from PIL import Image

from kb import models as m
from kb.cycles.reading import documents
from tests.visitors import post, sign_in
from tests.writing.cycles.world import World

KEY = "a-key-of-one-note"
WORDS = "Half of the families answered."


def photo() -> tuple[io.BytesIO, str]:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(held, "JPEG")
    held.seek(0)
    return held, "IMG_1234.jpg"


def capture(world: World, **more: object) -> str:
    sign_in(world.client, world.person(world.alice))
    answer = post(world.client, "/capture", {"text": WORDS, "once": KEY, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def note(world: World) -> m.Note:
    world.session.rollback()
    return world.session.scalars(sa.select(m.Note)).one()


def test_a_note_is_kept_once_and_listed(world: World) -> None:
    first = capture(world)
    assert capture(world) == first
    assert (note(world).text, note(world).person_id) == (WORDS, world.alice)
    assert WORDS in world.client.get("/capture").text
    assert WORDS in world.client.get("/me").text
    assert WORDS in world.client.get(first).text


def test_an_empty_note_asks_for_words(world: World) -> None:
    sign_in(world.client, world.person(world.alice))
    answer = post(world.client, "/capture", {"text": " ", "photo_shows": "kept words"})
    assert answer.status_code == 422
    assert "kept words" in answer.text


def test_a_photo_needs_words_and_is_a_picture(world: World) -> None:
    sign_in(world.client, world.person(world.alice))
    for file, shows, message in (
        (photo(), "", "what the photo shows"),
        ((io.BytesIO(b"%PDF-1.4 nothing"), "a.pdf"), "A page", "PDF"),
        ((io.BytesIO(b"name,score\nx,1\n"), "a.csv"), "A list", "Choose a picture"),
    ):
        sent = {"text": WORDS, "photo": file, "photo_shows": shows}
        answer = post(world.client, "/capture", sent, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert message in answer.text
        assert WORDS in answer.text
    assert world.count(m.Note) == 0


def test_nobody_else_reads_a_note(world: World) -> None:
    where = capture(world, photo=photo(), photo_shows="The call list")
    sign_in(world.client, world.person(world.bob))
    for address in (where, f"{where}/photo"):
        assert world.client.get(address).status_code == 404
    assert post(world.client, f"{where}/removal").status_code == 404
    assert WORDS not in world.client.get("/capture").text
    shown = world.client.get(f"/cycles/new?idea={world.idea}&note={note(world).public_id}")
    assert WORDS not in shown.text


def test_a_visitor_is_asked_to_sign_in(world: World) -> None:
    assert "/sign-in" in world.client.get("/capture").location


def test_it_becomes_what_happened_with_its_photo(world: World) -> None:
    where = capture(world, photo=photo(), photo_shows="The call list")
    assert world.client.get(f"{where}/photo").content_type == "image/jpeg"
    found = world.client.get(f"{where}?q=call away").text
    assert f"/cycles/new?idea={world.idea}&amp;note=" in found
    fields = {"idea": world.idea, "school": world.place, "method": "pdsa", "note": note(world).public_id}
    assert WORDS in world.client.get("/cycles/new", query_string=fields).text
    answer = post(world.client, "/cycles/new", {**fields, "once": "a-key-of-the-cycle"})
    assert answer.status_code == 303
    item = world.cycle()
    happened = documents(world.session, [item])[item.id].texts["do.happened"]
    assert happened.startswith(WORDS)
    assert "![The call list](/attachments/" in happened
    assert world.count(m.Note) == 0
    again = post(world.client, "/cycles/new", {**fields, "once": "a-key-of-the-cycle"})
    assert again.location.partition("-")[0] == answer.location.partition("-")[0]


def test_it_can_be_thrown_away(world: World) -> None:
    where = capture(world)
    assert post(world.client, f"{where}/removal").status_code == 303
    assert world.count(m.Note) == 0


def test_ideas_are_found_by_words_or_by_what_the_school_tested(world: World) -> None:
    where = capture(world)
    assert "has not tested an idea" in world.client.get(where).text
    assert "No idea has these words" in world.client.get(f"{where}?q=zebra").text
    world.start()
    assert "tested last" in world.client.get(where).text
