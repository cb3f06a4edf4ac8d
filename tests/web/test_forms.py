"""The base of forms: what was typed stays, each error stands at its field and is linked from the summary."""

from typing import Any

import flask
import pydantic
import pytest
import wtforms
from wtforms.validators import DataRequired

from kb.errors import InvalidError
from kb.web.forms import Form, LineField, TextField, choices


class _Club(Form):
    title = LineField("Title", longest=20, validators=(DataRequired("Write a title."),), description="A few words.")
    words = TextField("What happened?")
    size = wtforms.RadioField(
        "Size", choices=choices([("s", "Small"), ("l", "Large")]), validators=(DataRequired("Choose."),)
    )


class _Document(pydantic.BaseModel):
    title: str

    @pydantic.model_validator(mode="after")
    def _never(self) -> "_Document":
        message = "words: is missing. Write what happened."
        raise ValueError(message)


def _read(app: flask.Flask, **sent: Any) -> _Club:
    with app.test_request_context("/", method="POST", data=sent):
        return _Club.read()


def _html(app: flask.Flask, form: _Club) -> str:
    source = (
        '{% from "components/form.html" import error_summary, field %}'
        "{{ error_summary(form) }}{% for f in form %}{{ field(f) }}{% endfor %}"
    )
    with app.test_request_context("/"):
        return flask.render_template_string(source, form=form)


def test_it_tidies_what_was_typed(app: flask.Flask) -> None:
    form = _read(app, title="  Desk   side ", words="one\r\ntwo\r\n", size="s")
    assert form.validate()
    assert (form.title.data, form.words.data, form.size.data) == ("Desk side", "one\ntwo", "s")


def test_it_starts_with_given_values(app: flask.Flask) -> None:
    with app.test_request_context("/"):
        assert _Club.read(title="Before").title.data == "Before"


def test_errors_stand_at_their_fields_and_in_the_summary(app: flask.Flask) -> None:
    form = _read(app, title="", words='<script>"kept"</script>')
    assert not form.validate()
    assert form.fields_with_errors == [("title", "Write a title."), ("size-0", "Choose.")]
    html = _html(app, form)
    assert '<a href="#title">Write a title.</a>' in html
    assert '<a href="#size-0">Choose.</a>' in html
    assert 'aria-describedby="title-hint title-error"' in html
    assert 'aria-invalid="true"' in html
    assert "&lt;script&gt;&#34;kept&#34;&lt;/script&gt;" in html


def test_only_what_must_not_be_left_out_is_not_optional(app: flask.Flask) -> None:
    html = _html(app, _read(app, title="x"))
    assert html.count("(optional)") == 1


@pytest.mark.parametrize(
    ("error", "where"),
    [
        (InvalidError("Too short.", field="words"), "words"),
        (InvalidError("Not now."), ""),
        (InvalidError("Odd.", field="x"), ""),
    ],
)
def test_it_takes_what_an_action_refuses(app: flask.Flask, error: InvalidError, where: str) -> None:
    form = _read(app, title="x", size="s")
    assert form.validate()
    form.take(error)
    assert form.fields_with_errors == [(where, str(error))]


def test_it_takes_what_a_document_refuses(app: flask.Flask) -> None:
    form = _read(app, title="x", size="s")
    assert form.validate()
    with pytest.raises(pydantic.ValidationError) as refused:
        _Document(title="x")
    form.take(refused.value)
    assert form.fields_with_errors == [("words", "Is missing. Write what happened.")]


def test_words_of_people_are_escaped_in_labels(app: flask.Flask) -> None:
    form = _read(app, title="x", size="s")
    form.refuse("<b>no</b>", "title")
    assert "<b>no</b>" not in _html(app, form)
