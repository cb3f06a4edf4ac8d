"""Writing up a cycle: from the idea to the check of the answers, on pages that lose nothing."""

from typing import Any

import html5lib
import pytest
import sqlalchemy as sa

from kb import models as m
from kb.cycles.document import CycleDocument
from kb.cycles.reading import documents
from kb.cycles.rules import Decision, Stage
from kb.writing.queries import working_document
from tests.visitors import post, sign_in
from tests.writing.cycles.world import START, World, filled_in

ANSWERS: dict[str, dict[str, str]] = {
    "about": {"test_population": "One Algebra 1 class", "title": "Calls in the evening", "summary": "We called."},
    "plan": {"predictions-0-expected": "Most families answer", "predictions-0-value": "70%"},
    "do": {"started_on": START.isoformat(), "do.did": "We called.", "do.happened": "Half answered."},
    "figures": {"results-0-measure": "Families reached", "results-0-n": "24", "results-0-count": "12"},
    "study": {"predictions-0-outcome": "not_met", "result": "no_clear_change", "study.learned": "Call later."},
    "act": {"decision": "adapt", "next_step": "Call at eight."},
}


def write(world: World, page: str, fields: dict[str, str] | None = None, **more: str) -> Any:
    """Send one page with all its fields as they stand, changed as given."""
    shown = world.get(f"edit/{page}")
    assert shown.status_code == 200
    return post(
        world.client, world.url(f"edit/{page}"), {**filled_in(shown.text), "do": "continue", **(fields or {}), **more}
    )


def write_all(world: World, *pages: str) -> None:
    for page in pages or ANSWERS:
        assert write(world, page, ANSWERS[page]).status_code == 303, page


def document(world: World) -> CycleDocument:
    item = world.cycle()
    return documents(world.session, [item])[item.id]


def test_it_starts_a_draft_once(world: World) -> None:
    location = world.start()
    cycle = world.cycle()
    assert location.endswith(f"/cycles/{cycle.ref}/edit")
    assert (cycle.title, cycle.state, cycle.author_id) == ("Call home & away at Ashgrove", "draft", world.alice)
    assert world.client.get(location).location.endswith("/edit/about")
    world.start()  # the same key
    world.cycle()


def test_another_key_makes_another(world: World) -> None:
    world.start()
    world.start(once="another-key-of-a-form")
    assert world.count(m.Cycle) == 2


def test_eight_answers_are_enough(world: World) -> None:
    world.start()
    write_all(world, "about", "plan", "do", "study", "act")
    told = document(world)
    assert (told.stage, told.decision, told.predictions[0].value) == (Stage.DONE, Decision.ADAPT, 70)
    page = world.get("check").text
    assert "Still missing" not in page
    answer = post(world.client, world.url("check"), {"audience": "network", "do": "submit"})
    assert (answer.status_code, world.cycle().state) == (303, "review")


def test_each_page_keeps_what_it_was_told(world: World) -> None:
    world.start()
    write_all(world)
    before = document(world)
    for page, answers in ANSWERS.items():
        shown = world.get(f"edit/{page}").text
        for value in answers.values():
            assert value.removesuffix("%") in shown, (page, value)
    write_all(world)
    assert document(world).words() == before.words()


def test_anything_can_be_left_open(world: World) -> None:
    world.start()
    for page in ("about", "model", "plan", "do", "figures", "study", "act"):
        assert write(world, page).status_code == 303
    assert document(world).stage is Stage.PLANNED
    answer = post(world.client, world.url("check"), {"audience": "network", "do": "submit"})
    assert answer.status_code == 422
    assert "what you expected" in answer.text
    assert world.cycle().state == "draft"


def test_a_plan_can_be_sent(world: World) -> None:
    world.start()
    write_all(world, "about", "plan")
    assert "publish the plan now" in world.get("check").text
    answer = post(world.client, world.url("check"), {"audience": "public", "do": "submit"})
    assert (answer.status_code, world.cycle().state, world.cycle().audience) == (303, "review", "public")


def test_only_the_hub_publishes_for_everyone(world: World) -> None:
    world.start()
    write_all(world, "about", "plan")
    answer = post(world.client, world.url("check"), {"audience": "public", "do": "publish"})
    assert (answer.status_code, world.cycle().state) == (422, "draft")
    assert "The hub reads this first" in answer.text


def test_a_network_without_review_lets_a_school_publish(world: World) -> None:
    world.review(required=False)
    world.start()
    write_all(world, "about", "plan")
    answer = post(world.client, world.url("check"), {"audience": "network", "do": "publish"})
    assert (answer.status_code, world.cycle().state) == (303, "published")


MISTAKES = [
    ("plan", {"predictions-0-expected": "kept words", "predictions-0-value": "many"}, "Write a number"),
    ("about", {"group_size": "2.5", "title": "kept words"}, "Write a whole number"),
    ("do", {"started_on": "5 Oct", "do.did": "kept words"}, "Write the day like this"),
    (
        "do",
        {"started_on": START.isoformat(), "ended_on": "2020-10-01", "do.did": "kept words"},
        "before started_on",
    ),
    ("figures", {"results-0-n": "24", "results-0-note": "kept words"}, "Say what you measured"),
    ("figures", {"results-0-measure": "kept words", "results-0-n": "9", "results-0-count": "12"}, "more than"),
    ("study", {"predictions-0-outcome": "met", "study.learned": "kept words"}, "not done"),
    ("study", {"result": "improved", "study.learned": "kept words"}, "Write the first day"),
]


def test_a_mistake_keeps_every_word(world: World) -> None:
    world.start()
    write_all(world, "plan")
    for slug, fields, message in MISTAKES:
        answer = write(world, slug, fields)
        assert answer.status_code == 422, fields
        assert "kept words" in answer.text
        assert message in answer.text


def test_rows_are_added_by_a_button_and_empty_ones_fall_away(world: World) -> None:
    world.start()
    more = write(world, "plan", ANSWERS["plan"], do="add-prediction")
    assert more.status_code == 200
    assert "predictions-1-expected" in more.text
    assert "Most families answer" in more.text
    assert "did not save it" in world.get("edit/plan").text  # whoever leaves now finds it again
    second = {"predictions-1-expected": "", "predictions-2-expected": "They call back"}
    write(world, "plan", {**ANSWERS["plan"], **second})
    assert [entry.expected for entry in document(world).predictions] == ["Most families answer", "They call back"]
    write(world, "plan", {"predictions-0-expected": "", "predictions-0-value": ""})
    assert [entry.expected for entry in document(world).predictions] == ["They call back"]


def test_a_locked_prediction_is_corrected_visibly(world: World) -> None:
    world.start()
    write_all(world, "about", "plan", "do")
    (entry,) = document(world).predictions
    assert entry.do_starts == START
    shown = world.get("edit/plan").text
    assert "predictions-0-expected" not in shown
    asked = write(world, "plan", do="correct-0")
    assert entry.lock_hash
    assert entry.lock_hash in asked.text
    write(world, "plan", {"predictions-0-expected": "forged", "predictions-0-question": ""})
    correction = {"predictions-1-expected": "A few answer", "predictions-1-corrects": entry.lock_hash}
    write(world, "plan", {**correction, "started_on": START.isoformat()})
    told = document(world).predictions
    assert [one.expected for one in told] == ["Most families answer", "A few answer"]
    assert told[0] == entry
    page = world.get("").text
    assert "<del>" in page
    assert "A few answer" in page
    assert page.count("Written with the results") == 2


def test_the_next_test_starts_with_the_plan(world: World) -> None:
    world.start()
    write_all(world)
    write(world, "plan", {"plan.why": "They are home by then."})
    first = world.cycle()
    answer = post(world.client, world.url("next"), {"once": "a-key-of-sixteen-letters"})
    assert answer.status_code == 303
    again = post(world.client, world.url("next"), {"once": "a-key-of-sixteen-letters"})
    assert again.location == answer.location
    made = world.session.scalars(sa.select(m.Cycle).where(m.Cycle.previous_id == first.id)).one()
    item = world.session.get_one(m.Item, made.item_id)
    told = documents(world.session, [item])[item.id]
    assert (told.texts, told.predictions, told.stage) == ({"plan.why": "They are home by then."}, [], Stage.PLANNED)


def test_somebody_who_saved_meanwhile_is_not_overwritten(world: World) -> None:
    world.start()
    write_all(world, "about")
    old = filled_in(world.get("edit/do").text)["base"]
    write_all(world, "plan")
    stale = {"base": old, "do.did": "We wrote letters."}
    assert post(world.client, world.url("edit/do"), stale).status_code == 303
    told = document(world)
    assert (told.texts["do.did"], told.predictions[0].expected) == ("We wrote letters.", "Most families answer")
    assert post(world.client, world.url("edit/do"), stale).status_code == 303  # sent twice is once
    assert document(world) == told
    answer = post(world.client, world.url("edit/do"), {**stale, "do.did": "We called in."})
    assert answer.status_code == 409
    assert all(words in answer.text for words in ("letters.", "called in."))
    assert document(world) == told


def test_an_unsaved_page_is_offered_back(world: World) -> None:
    world.start()
    write(world, "figures", {"results-1-measure": "On time", "results-1-n": "x"})
    assert "did not save it" in world.get("edit/figures").text
    back = world.client.get(world.url("edit/figures"), query_string={"resume": "1"}).text
    assert "results-1-measure" in back
    assert "On time" in back


def test_nobody_else_writes_in_it(world: World) -> None:
    world.start()
    address = world.url("edit/plan")
    for person in (world.bob, world.charlie):
        sign_in(world.client, world.person(person))
        assert world.client.get(address).status_code == 404
        assert post(world.client, address, {"do": "continue"}).status_code == 404
        assert world.client.get(world.url("check")).status_code == 404


def test_whoever_writes_nowhere_learns_how_to_be_invited(world: World) -> None:
    address = f"/cycles/new?idea={world.idea}"
    assert "No account yet?" in world.client.get(address).text
    sign_in(world.client, world.person(world.bob))
    assert "How to be invited" in world.client.get(address).text
    answer = post(world.client, "/cycles/new", {"idea": world.idea, "school": world.place, "method": "pdsa"})
    assert "How to be invited" in answer.text
    assert world.count(m.Cycle) == 0


def test_an_unknown_page_is_not_found(world: World) -> None:
    world.start()
    assert world.get("edit/nothing").status_code == 404
    assert world.client.get("/cycles/new?idea=zzzzzzzz").status_code == 404


def test_a_field_is_found_by_its_name(world: World) -> None:
    world.start()
    for field, there in (("predictions.0.outcome", "study"), ("do.did", "do"), ("test_population", "about")):
        assert f"/edit/{there}#" in world.client.get(world.url("edit"), query_string={"at": field}).location


@pytest.mark.slow  # test_forms sends the pages of three methods by default
@pytest.mark.parametrize("method", ["roci", "kaizen", "dmaic", "carnegie", "hth"])
def test_every_method_can_be_written(world: World, method: str) -> None:
    world.start(method)
    for page in world.pages():
        shown = world.get(f"edit/{page}").text
        fields = {name: ANSWER[name] for name in ANSWER if f'name="{name}"' in shown}
        core = [name for name in filled_in(shown) if name.endswith((".did", ".happened", ".learned"))]
        answer = write(world, page, fields | dict.fromkeys(core, "Something."))
        assert answer.status_code == 303, (page, answer.text)
    assert "Still missing" not in world.get("check").text


ANSWER = {
    "test_population": "One class",
    "title": "A test",
    "summary": "We tried it.",
    "predictions-0-expected": "More of it",
    "started_on": START.isoformat(),
    "predictions-0-outcome": "met",
    "result": "improved",
    "decision": "adopt",
}


def test_words_that_tell_of_a_student_are_asked_about(world: World) -> None:
    world.start()
    write_all(world, "about", "plan")
    write(world, "plan", {"plan.why": "Our student Maria Lopez told us."})
    sent = {"audience": "network", "do": "submit"}
    answer = post(world.client, world.url("check"), sent)
    assert (answer.status_code, world.cycle().state) == (422, "draft")
    assert "Maria Lopez" in answer.text
    tree = html5lib.parse(answer.text, namespaceHTMLElements=False)
    ticks = [box.get("value", "") for box in tree.iter("input") if box.get("name") == "confirm"]
    assert ticks
    answer = post(world.client, world.url("check"), {**sent, "confirm": ticks})
    assert (answer.status_code, world.cycle().state) == (303, "review")


def test_a_shared_draft_is_written_by_a_colleague(world: World) -> None:
    world.start()
    post(world.client, world.url("sharing"), {"shared": "1"})
    world.promote(world.bob)
    sign_in(world.client, world.person(world.bob))
    write_all(world, "about")
    assert document(world).test_population == "One Algebra 1 class"


def test_a_result_that_waits_for_review_was_locked_when_it_was_written(world: World) -> None:
    world.review(required=False)
    world.start()
    write_all(world, "about", "plan")
    post(world.client, world.url("check"), {"audience": "network", "do": "publish"})
    world.review(required=True)
    write_all(world, "do")
    assert document(world).predictions[0].locked_at is None, "readers see the plan as it was"
    waiting = working_document(world.session, world.cycle()).predictions
    assert waiting[0].locked_at is not None
    world.curate(world.charlie)
    sign_in(world.client, world.person(world.charlie))
    assert post(world.client, world.url("publication")).status_code == 303
    assert document(world).predictions == waiting
    assert world.session.scalars(sa.select(m.Prediction.locked_at_origin)).one() is False
