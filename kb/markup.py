"""Markdown to safe HTML, when a text is saved. The only file that imports markdown and bleach.

Python-Markdown is quadratic on hostile text (10,000 "[" took 11 s), so the input is capped before it is parsed: with
these caps 100 kB of the worst shapes known take 4 s of CPU. Raise ``RENDERER`` when the output changes: stored HTML of
an older number is made again by ``kb db render``.
"""

import html
import re
from collections.abc import Callable, MutableMapping
from xml.etree.ElementTree import Element  # only the type; nothing is parsed with it

import bleach
import markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from kb.errors import InvalidError
from kb.ids import PUBLIC_ID

RENDERER = 2
MAX_BYTES = 100_000
MAX_BRACKETS = 2_000
MAX_BRACKETS_IN_BLOCK = 200
MAX_DEFINITIONS_IN_BLOCK = 300
MAX_BLOCK = 20_000
MAX_LINES_IN_BLOCK = 1_000
MAX_BLOCKS = 3_000
MAX_DEPTH = 40
_TOP_HEADING = 3  # the page owns h1 and h2
_TAGS = frozenset(
    (
        *("a", "abbr", "b", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "i", "img", "li"),
        *("ol", "p", "pre", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    )
)
_OWN_PICTURE = re.compile(rf"/attachments/{PUBLIC_ID.pattern}/[a-z0-9-]+\.(?:png|jpg|webp)")


def _of_picture(_tag: str, name: str, value: str) -> bool:
    """Only pictures of our own are shown: one from elsewhere would tell its owner who reads this."""
    return _OWN_PICTURE.fullmatch(value) is not None if name == "src" else name in ("alt", "loading")


_ATTRIBUTES: dict[str, list[str] | Callable[[str, str, str], bool]] = {
    "a": ["href", "title"],
    "abbr": ["title"],
    "img": _of_picture,
    "ol": ["start"],
    "th": ["scope"],
}
_PICTURE = re.compile(r'<img ?((?:[^>"]++|"[^"]*+")*+)>')
_HAS_SOURCE, _HAS_WORDS = re.compile(r'\bsrc="[^"]'), re.compile(r'\balt="\s*[^"\s]')
_PROTOCOLS = frozenset({"http", "https", "mailto"})
_Attributes = MutableMapping[tuple[str | None, str], str]
_TAG = re.compile(r'<(?:[^>"]++|"[^"]*+")*+>')
_BLOCK_END = re.compile(r"</(?:p|li|h[3-6]|td|th|tr|pre|blockquote)>|<br ?/?>|<hr ?/?>")
_BLANK_LINES = re.compile(r"\n[ \t]*\n")


class _PageHeadings(Treeprocessor):
    """Push headings below those of the page, keep our own pictures that have words, and give table headers a scope.

    Any other picture becomes a link.
    """

    def run(self, root: Element) -> None:
        for element in root.iter():
            if re.fullmatch("h[1-6]", element.tag):
                element.tag = f"h{max(_TOP_HEADING, int(element.tag[1]))}"
            elif element.tag == "img":
                alt, source = element.get("alt", "").strip(), element.get("src", "")
                element.attrib.clear()
                if alt and _OWN_PICTURE.fullmatch(source):
                    element.attrib.update(src=source, alt=alt, loading="lazy")
                    continue
                element.tag = "a"
                element.set("href", source)
                element.text = alt or source
            elif element.tag == "th":
                element.attrib.clear()
                element.set("scope", "col")


class _Throughline(Extension):
    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802 - the library's name
        md.treeprocessors.register(_PageHeadings(md), "throughline", 5)


def _open_link(attributes: _Attributes, new: bool = False, /) -> _Attributes:  # noqa: FBT001, FBT002 - the library's
    """Mark links as written by users, for search engines; ``new`` is part of bleach's interface."""
    del new
    attributes[(None, "rel")] = "nofollow ugc noopener"
    return attributes


def _whole_picture(match: re.Match[str]) -> str:
    """Leave out a picture that was written as HTML and is not ours or says nothing to who cannot see it."""
    return match.group() if _HAS_SOURCE.search(match.group(1)) and _HAS_WORDS.search(match.group(1)) else ""


def normalise(text: str) -> str:
    """Return the text as it is stored: one kind of line end, no NUL, no blank at the ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip()


def check(text: str) -> None:
    """Raise InvalidError if the text is too long or too tangled to be rendered in bounded time."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        message = f"A text may be at most {MAX_BYTES // 1000} kB long."
        raise InvalidError(message)
    for sign in "[<":
        if text.count(sign) > MAX_BRACKETS:
            message = f"A text may hold at most {MAX_BRACKETS:,} of “{sign}”."
            raise InvalidError(message)
    blocks = _BLANK_LINES.split(text)
    if len(blocks) > MAX_BLOCKS:
        message = f"A text may have at most {MAX_BLOCKS:,} paragraphs."
        raise InvalidError(message)
    for block in blocks:
        _check_block(block)


def _check_block(block: str) -> None:
    """Raise InvalidError if one paragraph, list or table is more than the parser can take in a second."""
    if len(block) > MAX_BLOCK:
        message = f"One paragraph, list or table may have at most {MAX_BLOCK:,} characters."
        raise InvalidError(message)
    if block.count("\n") >= MAX_LINES_IN_BLOCK:
        message = f"One paragraph, list or table may have at most {MAX_LINES_IN_BLOCK:,} lines."
        raise InvalidError(message)
    if max(block.count("["), block.count("<")) > MAX_BRACKETS_IN_BLOCK:
        message = f"One paragraph may hold at most {MAX_BRACKETS_IN_BLOCK} of “[” or “<”."
        raise InvalidError(message)
    if block.count("\n:") > MAX_DEFINITIONS_IN_BLOCK:
        message = f"One paragraph may hold at most {MAX_DEFINITIONS_IN_BLOCK} lines that begin with “:”."
        raise InvalidError(message)
    if re.search(rf"^[ \t]*(?:>[ \t]*){{{MAX_DEPTH},}}", block, re.MULTILINE):
        message = f"Quotations may be nested at most {MAX_DEPTH} deep."
        raise InvalidError(message)


def render(text: str) -> str:
    """Return safe HTML for Markdown, with headings from h3 down; InvalidError if the text is over a limit."""
    text = normalise(text)
    if not text:
        return ""
    check(text)
    converter = markdown.Markdown(extensions=["tables", "sane_lists", _Throughline()], output_format="html")
    try:
        raw = converter.convert(text)
    except RecursionError as error:
        message = "This text is nested too deeply. Use fewer levels of lists or quotations."
        raise InvalidError(message) from error
    clean = bleach.clean(raw, tags=_TAGS, attributes=_ATTRIBUTES, protocols=_PROTOCOLS)
    clean = _PICTURE.sub(_whole_picture, clean)
    return bleach.linkify(clean, callbacks=[_open_link], skip_tags={"pre", "code"})


def plain(rendered: str) -> str:
    """Return the words of rendered HTML as one line of plain text."""
    spaced = _BLOCK_END.sub(" ", rendered)
    return " ".join(html.unescape(_TAG.sub("", spaced)).split())
