"""Markdown: what a person writes comes out, what an attacker writes does no harm, and nothing runs long."""

import html
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import InvalidError
from kb.markup import normalise, plain, render

DATA = Path(__file__).parent / "data"
_ALLOWED_TAG = re.compile(
    r"</?(?:a|abbr|b|blockquote|br|code|del|em|h3|h4|h5|h6|hr|i|li|ol|p|pre|strong|sub|sup|table|tbody|td|th|thead|tr|ul)"
    r'(?: (?:href|title|rel|start|scope)="[^"<>]*")* ?/?>'
)
_HREF = re.compile(r'href="([^"]*)"')


def _is_harmless(rendered: str) -> bool:
    rest = _ALLOWED_TAG.sub("", rendered)
    schemes = [html.unescape(link).strip().lower() for link in _HREF.findall(rendered)]
    return "<" not in rest and not any(re.match(r"[\s\x00-\x1f]*(javascript|data|vbscript):", link) for link in schemes)


def test_what_a_teacher_writes() -> None:
    rendered = render("# Week 1\n\nWe *met* **daily**.\n\n1. Ask\n2. Listen\n\n| a | b |\n|---|---|\n| 1 | 2 |")
    assert "<h3>Week 1</h3>" in rendered
    assert "<em>met</em>" in rendered
    assert '<th scope="col">a</th>' in rendered
    assert rendered.count("<li>") == 2


def test_headings_stay_below_those_of_the_page() -> None:
    assert "<h6>Deep</h6>" in render("###### Deep")


def test_images_from_elsewhere_become_links() -> None:
    rendered = render("![a chart](https://example.org/x.png)")
    assert "<img" not in rendered
    assert '<a href="https://example.org/x.png" rel="nofollow ugc noopener">a chart</a>' in rendered


OWN = "/attachments/3f7k2m9a/wall-chart.png"


def test_our_own_pictures_are_shown_with_their_words() -> None:
    shown = f'<p>See <img alt="A &gt; &quot;wall&quot; chart" loading="lazy" src="{OWN}"></p>'
    assert render(f'See ![A > "wall" chart]({OWN})') == shown
    assert render(f'See <img alt="A wall" src="{OWN}" onerror="x()">') == f'<p>See <img alt="A wall" src="{OWN}"></p>'
    assert plain(render(f'Before <img alt="a > b" src="{OWN}"> after')) == "Before after"


@pytest.mark.parametrize(
    "source",
    [
        f"![]({OWN})",
        f"![ ]({OWN})",
        f"![x]({OWN}?next=1)",
        "![x](/attachments/3f7k2m9a/../../sign-out)",
        "![x](//attachments/3f7k2m9a/a.png)",
        "![x](/attachments/3f7k2m9a/a.svg)",
        f'<img src="{OWN}">',
        f'<img alt=" " src="{OWN}">',
        '<img alt="x" src="https://example.org/x.png">',
        '<img alt="x" src="/attachments/3f7k2m9a/../x.png">',
        f'<img alt="x" srcset="{OWN}">',
        f"<img src=x alt='src=\"{OWN}\"'>",
        '<img src=x alt="<img src=y onerror=z>">',
    ],
)
def test_no_other_picture_is_shown(source: str) -> None:
    assert "<img" not in render(source)


def test_raw_html_is_shown_and_not_run() -> None:
    assert render("<script>alert(1)</script>") == "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.mark.parametrize("payload", [case["payload"] for case in json.loads((DATA / "xss_markdown.json").read_text())])
def test_known_attacks(payload: str) -> None:
    assert _is_harmless(render(payload))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab<>[]()!*_`#|\"'&:;\\/ \n\t-=+.0javscript"), max_size=200))
def test_random_markup_is_harmless(text: str) -> None:
    assert _is_harmless(render(text))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a" * 100_001, "at most 100 kB"),
        ("[" * 10_000, "at most 2,000 of “[”"),
        ("<" * 2_001, "at most 2,000 of “<”"),
        ("[" * 201, "One paragraph may hold at most 200"),
        ("a" + "\n: b" * 301, "at most 300 lines"),
        ("&" * 20_001, "at most 20,000 characters"),
        ("#\n" * 1_001, "at most 1,000 lines"),
        ("- a\n\n" * 3_001, "at most 3,000 paragraphs"),
        (">" * 41 + " a", "nested at most 40 deep"),
        ("1. " * 3_000, "nested too deeply"),
    ],
)
def test_limits_say_what_to_do(text: str, says: str) -> None:
    with pytest.raises(InvalidError, match=re.escape(says)):
        render(text)


def test_normalise() -> None:
    assert normalise(" a\r\nb\rc\x00 \n") == "a\nb\nc"


def test_plain_words_for_search() -> None:
    assert plain(render("# A\n\nb &amp; *c*\n\n- d\n- e")) == "A b & c d e"
    assert plain("") == ""
