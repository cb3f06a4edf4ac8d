"""Reads the HTML that word processors put on the clipboard into a small tree, in one pass. Pure.

Nothing is executed, fetched or kept as HTML: the tree holds words and the few facts that Markdown can say. Each tag is
matched up to the next "<" and no further, so the time grows with the length of the text and nothing else.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 60
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"})
RAW = frozenset({"script", "style", "title", "textarea", "noscript", "template", "xmp", "iframe", "noembed", "xml"})
DROPPED = RAW | frozenset(
    (
        *("head", "svg", "math", "object", "embed", "applet", "audio", "video", "canvas", "select", "button", "img"),
        *("map", "frameset", "picture", "datalist", "dialog"),
    )
)
BLOCKS = frozenset(
    (
        *(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "center",
            "dd",
            "details",
            "div",
            "dl",
            "dt",
            "fieldset",
        ),
        *("figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li"),
        *("main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
        "ul",
    )
)
KEPT = ("href", "class", "start", "colspan", "role", "aria-level", "data-aria-level")
_CLOSES = {  # what a start tag ends that was left open, up to what
    "li": (("li",), ("ul", "ol")),
    "td": (("td", "th"), ("tr", "table")),
    "th": (("td", "th"), ("tr", "table")),
    "tr": (("tr",), ("table",)),
    "dt": (("dt", "dd"), ("dl",)),
    "dd": (("dt", "dd"), ("dl",)),
}
_NOTE = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^<>]*+>?", re.DOTALL)
_TAG = re.compile(r"""<(/?)([a-zA-Z][\w:-]{0,40})((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+)>""")
_ATTRIBUTE = re.compile(r"""(?<![\w:-])([\w:-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\ue000-\uf8ff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(slots=True)
class Node:
    """An element: its tag, the attributes and styles that matter, and its words and elements in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    style: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)

    def words(self) -> str:
        """Return all words below, without their form."""
        return "".join(child if isinstance(child, str) else child.words() for child in self.children)

    def elements(self) -> Iterator["Node"]:
        """Yield the elements right below."""
        return (child for child in self.children if isinstance(child, Node))


def read(text: str) -> Node:
    """Return the tree of a piece of HTML; what is hidden, or no text, is left out."""
    text = _NOTE.sub("", text)
    root = Node("body")
    open_: list[Node] = [root]
    reached = 0
    for match in _tags(text):
        _add_words(open_[-1], text[reached : match.start()])
        reached = match.end()
        closing, tag = match.group(1), match.group(2).lower()
        if closing:
            _close(open_, tag)
        elif tag in RAW:
            reached = _after(text, tag, reached)
        else:
            _open(open_, tag, match.group(3))
    _add_words(open_[-1], text[reached:])
    return root


def _tags(text: str) -> Iterator[re.Match[str]]:
    """Yield the tags, without those that stand in what a script or style sheet holds."""
    place = 0
    while (match := _TAG.search(text, place)) is not None:
        yield match
        place = match.end()
        if not match.group(1) and match.group(2).lower() in RAW:
            place = _after(text, match.group(2).lower(), place)


def _after(text: str, tag: str, place: int) -> int:
    """Return where the content of a script and the like ends: at its end tag, or at the end of all."""
    end = re.compile(rf"</{tag}\b[^<>]*>", re.IGNORECASE).search(text, place)
    return len(text) if end is None else end.end()


def _open(open_: list[Node], tag: str, attributes: str) -> None:
    ends, limit = _CLOSES.get(tag, ((), ()))
    for place in range(len(open_) - 1, 0, -1):
        if open_[place].tag in limit:
            break
        if open_[place].tag in ends:
            del open_[place:]
            break
    if tag in BLOCKS and open_[-1].tag == "p":
        open_.pop()
    node = _node(tag, attributes)
    if len(open_) < MAX_DEPTH:
        open_[-1].children.append(node)
        if tag not in VOID:
            open_.append(node)
    elif tag in BLOCKS:
        open_[-1].children.append(Node("br"))


def _node(tag: str, attributes: str) -> Node:
    found = {
        name.lower(): html.unescape(one or two or three) for name, one, two, three in _ATTRIBUTE.findall(attributes)
    }
    style = {}
    for rule in found.get("style", "").lower().split(";"):
        name, colon, value = rule.partition(":")
        if colon:
            style[name.strip()] = value.strip()
    kept = {name: found[name] for name in KEPT if name in found}
    return Node(tag, kept, style)


def _close(open_: list[Node], tag: str) -> None:
    for place in range(len(open_) - 1, 0, -1):
        if open_[place].tag == tag:
            del open_[place:]
            return
        if open_[place].tag in ("td", "th") and tag not in ("tr", "table", "tbody", "thead", "tfoot"):
            return  # an end tag inside a cell ends nothing outside of it


def _add_words(node: Node, text: str) -> None:
    if text:
        words = _UNSEEN.sub("", html.unescape(text))
        if words:
            node.children.append(words)
