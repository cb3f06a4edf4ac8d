"""Paste: what Google Docs and Word put on the clipboard becomes clean Markdown; nothing runs, nothing stays hidden."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb import markup
from kb.errors import InvalidError
from kb.paste.rules import MAX_HTML, to_markdown

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("name", ["google_docs", "word", "word_web"])
def test_a_document_becomes_clean_markdown(name: str) -> None:
    made = to_markdown((DATA / f"{name}.html").read_text())
    assert made == (DATA / f"{name}.md").read_text().rstrip("\n")
    assert "ecret" not in made
    rendered = markup.render(made)
    assert ("<table>" in rendered) is (name != "word_web")
    assert (rendered.count("<ul>"), rendered.count("<ol>"), rendered.count("<li>")) == (2, 1, 5)


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("", ""),
        ("plain words", "plain words"),
        ("<p>One</p>\n\n<p>Two<br>three<br><br>four</p>", "One\n\nTwo  \nthree\n\nfour"),
        ("<div>One<div>Two</div></div>Three", "One\n\nTwo\n\nThree"),
        ("<b>bold </b>and<i> slanted</i><strong></strong>", "**bold** and *slanted*"),
        ("<b>one</b><b> two</b>", "**one two**"),
        ("<b><i>both</i></b>", "***both***"),
        ("<p>a <b> </b> b</p>", "a b"),
        ("<span style='font-weight:900'>heavy</span>", "**heavy**"),
        ("<b style='font-weight:normal'>light</b>", "light"),
        ("<p>1. Not a list</p><p>- nor this</p><p># nor that</p>", "1\\. Not a list\n\n\\- nor this\n\n\\# nor that"),
        ("<p>2 * 3 * 4, a[0], `x`, \\n</p>", "2 \\* 3 \\* 4, a\\[0], \\`x\\`, \\\\n"),
        ("<p>snake_case and _this_</p>", "snake_case and \\_this\\_"),
        ("<p>&lt;b&gt; 3 &lt; 4 &amp;amp; R&amp;D</p>", "&lt;b> 3 < 4 &amp;amp; R&D"),
        ("<ul><li>a<ul><li>b</li></ul></li><li><p>c</p><p>d</p></li></ul>", "- a\n    - b\n- c\n\n    d"),
        ("<ol><li>a<li>b</ol>", "1. a\n2. b"),
        ("<ul><li>a</ul><ol><li>b</ol><ol><li>c</ol>", "- a\n\n1. b\n\n1. c"),
        ("<ol start='3'><li>c</ol><ol start='4'><li>d</ol><ol><li>a</ol>", "3. c\n4. d\n\n1. a"),
        ("<ol><li>a<ol><li>b</ol><li>c</ol>", "1. a\n    1. b\n2. c"),
        ("<ul><li>a</ul><ul><li data-aria-level='2'>b</ul><ul><li data-aria-level='1'>c</ul>", "- a\n    - b\n- c"),
        ("<p role='heading' aria-level='2'>H</p><p role=presentation>p</p>", "#### H\n\np"),
        ("<blockquote><p>said</p><p>again</p></blockquote>", "> said\n\n> again"),
        ("<pre>a  b\n c</pre>", "    a  b\n     c"),
        ("<h1>A <b>b</b></h1><h6>Deep</h6>", "### A b\n\n###### Deep"),
        ("<p class=MsoHeading2>H</p><p class=MsoTitle>T</p>", "#### H\n\n### T"),
        ("<table><tr><td>One box</td></tr></table>", "One box"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "| a | b |\n| --- | --- |\n| c |  |"),
        ("a<hr>b", "a\n\n---\n\nb"),
        ("<a href='https://example.org/a(b) c'>x</a>", "[x](https://example.org/a%28b%29c)"),
        ("<a href=https://example.org/>https://example.org/</a>", "<https://example.org/>"),
        (
            "<a href='https://x.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2F&data=me'>x</a>",
            "[x](https://example.org/)",
        ),
        ("<a href='data:text/html,x'>x</a> <a href='#top'>y</a> <a href='http://[x'>z</a>", "x y z"),
        ("zero\u200bwidth \u202egnp.exe", "zerowidth gnp.exe"),
        ("<p>a</p><!-- <p>b</p> --><p>c</p><!-- open", "a\n\nc"),
        ("<o:p></o:p><svg><text>x</text></svg><img src=x onerror=y alt=z>", ""),
        ("<scr<script>ipt>alert(1)</script>", "&lt;scr"),
        ("<style>b{}</style><script>if (a<b) alert('</p>')</script >ok", "ok"),
        ("<script>alert(1)", ""),
        ("<p style='display:none'>gone</p><p style=\"mso-hide:all\">gone</p>here", "here"),
        ("<td><p>one</p></b></i></td>", "one"),
    ],
)
def test_each_part(source: str, made: str) -> None:
    assert to_markdown(source) == made


def test_too_much_is_refused_in_words() -> None:
    with pytest.raises(InvalidError, match="Paste it in parts"):
        to_markdown("x" * (MAX_HTML + 1))
    with pytest.raises(InvalidError, match="Paste less"):
        to_markdown("x " * 100_000)


TAGS = [
    "<p>",
    "</p>",
    "<b>",
    "</b>",
    "<ul>",
    "<li>",
    "</ul>",
    "<table>",
    "<tr>",
    "<td>",
    "</table>",
    "<br>",
    "<!--",
    "-->",
]
MORE = [
    "<a href='https://x'>",
    "</a>",
    "<script>",
    "</script>",
    "<",
    ">",
    '"',
    "'",
    "&lt;",
    "*",
    "_",
    "[x](javascript:y)",
    "\n",
    "a b",
]


@given(st.lists(st.sampled_from([*TAGS, *MORE]), max_size=40))
def test_whatever_is_pasted_renders_harmlessly(pieces: list[str]) -> None:
    made = to_markdown("".join(pieces))
    assert "<script" not in made.lower()
    rendered = markup.render(made)
    assert "javascript:" not in rendered.replace("[x](javascript:y)", "")


@given(st.text(max_size=200))
def test_plain_words_stay_what_they_are(text: str) -> None:
    """What is escaped on the way to Markdown reads as it did."""
    words = "".join(sign for sign in text if sign.isalnum() or sign in " .,;*_`[]()#<>-+=|~!:\\'\"&")
    escaped = words.replace("&", "&amp;").replace("<", "&lt;")
    shown = markup.plain(markup.render(to_markdown(f"<p>{escaped}</p>")))
    assert shown.split() == words.split()


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "<a b",
        "<p>",
        "<b>",
        "</p>",
        "<!--",
        "<![",
        "<a href='",
        '<a x="',
        "<script>",
        "<td>",
        "<ul><li>",
        "&",
        "&#",
        "_",
        "\n",
        "a=",
    ],
)
def test_hostile_html_is_read(piece: str) -> None:
    """Rules that go back and forth would take minutes on these: nothing but the end of the test is asserted."""
    for text in (piece * (20_000 // len(piece)), "<p " + piece * (20_000 // len(piece)) + ">"):
        with suppress(InvalidError):
            to_markdown(text)
