"""The warrant line in words: honest for none, and what did not work beside what did."""

import re

import flask
import pytest

from kb.cycles.rules import Decision, ResultStatus
from kb.evidence.rules import Warrant

LONG = """
Tested at 3 schools · 5 cycles · 2 of 3 kept it · predictions met 2 of 4 · 2 of 5 without improvement · 1 running now
""".strip()


def line(app: flask.Flask, warrant: Warrant) -> str:
    with app.test_request_context():
        macro = app.jinja_env.get_template("components/warrant.html").module.warrant_line  # type: ignore[attr-defined]
        html = str(macro(warrant)).strip()
    assert html.startswith('<p class="warrant">')
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize(
    ("warrant", "words"),
    [
        (Warrant(), "Not tested yet: be the first"),
        (Warrant(planned=1), "Not tested yet: 1 test is planned"),
        (Warrant(running=2, planned=1), "No result yet: 2 tests are running now"),
        (
            Warrant(schools=1, cycles=1, by_result={ResultStatus.GOT_WORSE: 1}),
            "Tested at 1 school · 1 cycle · no decision yet · 1 of 1 without improvement",
        ),
        (
            Warrant(
                schools=3,
                cycles=5,
                kept=2,
                decided=3,
                predictions_met=2,
                predictions_judged=4,
                running=1,
                by_result={ResultStatus.IMPROVED: 3, ResultStatus.NO_CLEAR_CHANGE: 1, ResultStatus.STOPPED_EARLY: 1},
                by_decision={Decision.ADOPT: 5},
            ),
            LONG,
        ),
    ],
)
def test_the_line_in_words(app: flask.Flask, warrant: Warrant, words: str) -> None:
    assert line(app, warrant) == words
