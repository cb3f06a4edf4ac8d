"""Turns what word processors put on the clipboard into clean Markdown. Pure.

Google Docs writes bold as ``font-weight: 700`` inside one ``<b style="font-weight: normal">``; Word writes lists as
paragraphs with ``mso-list`` and draws the bullet itself. Pictures, colours, fonts, fields and programs are left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from kb.errors import InvalidError
from kb.markup import MAX_BYTES
from kb.paste.reading import BLOCKS, DROPPED, Node, read

MAX_HTML = 2_000_000  # bytes; a page of Word is about 20 kB
MAX_COLUMNS = 20
INDENT = "    "
_HEADING = re.compile(r"(?:mso)?heading\s?([1-6])|(mso)?title\b", re.IGNORECASE)
_BOLD = 600
_LEVEL = re.compile(r"level([1-9])")
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[a-z]{1,4})[.)]", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\u00a0]+")
_BEGIN = re.compile(r"^( *)(?:([#>]|[+=-](?=[\s=-]|$))|(\d{1,9})([.)])(?=\s|$))", re.MULTILINE)
_SIGNS = re.compile(r"[\\*`\[]|<(?=[a-zA-Z/!?])|&(?=#?\w{1,30};)|(?<![^\W_])_|_(?![^\W_])")
_ENTITIES = {"<": "&lt;", "&": "&amp;", "=": "&#61;"}  # a backslash does not help these
_WRAPPED = (("www.google.com", "/url", "q"), (".safelinks.protection.outlook.com", "/", "url"))


@dataclass(frozen=True, slots=True)
class Form:
    """How words look: what Markdown can say of it."""

    bold: bool = False
    italic: bool = False
    link: str = ""


@dataclass(slots=True)
class Run:
    """Words of one form."""

    text: str
    form: Form


@dataclass(slots=True)
class Block:
    """A paragraph, heading, item of a list, quotation or table, as finished Markdown lines."""

    kind: str
    text: str
    level: int = 0
    ordered: bool = False
    start: int = 0  # of the first item of a numbered list


def to_markdown(source: str) -> str:
    """Return Markdown for the HTML of a clipboard; InvalidError if it is too much of it."""
    if len(source.encode("utf-8", "replace")) > MAX_HTML:
        raise InvalidError("This is too much to paste at once. Paste it in parts.", field="text")
    text = _join(list(_blocks(read(source), Form(), lists=(), quoted=0)))
    if len(text.encode()) > MAX_BYTES:
        raise InvalidError(f"A text may be at most {MAX_BYTES // 1000} kB long. Paste less of it.", field="text")
    return text


# blocks --------------------------------------------------------------------------------------------------------------


def _blocks(node: Node, form: Form, *, lists: tuple[str, ...], quoted: int) -> Iterator[Block]:
    """Yield the blocks of an element; words that stand between blocks are a paragraph of their own."""
    loose: list[Run] = []
    for child in node.children:
        if isinstance(child, Node) and (child.tag in DROPPED or _is_hidden(child)):
            continue
        if isinstance(child, Node) and _holds_blocks(child):
            yield from _paragraph(loose, quoted)
            loose = []
            yield from _block(child, _form(child, form), lists=lists, quoted=quoted)
        else:
            loose += _runs(child, form)
    yield from _paragraph(loose, quoted)


def _holds_blocks(node: Node) -> bool:
    return node.tag in BLOCKS or any(_holds_blocks(child) for child in node.elements())


def _block(node: Node, form: Form, *, lists: tuple[str, ...], quoted: int) -> Iterator[Block]:
    listed = node.style.get("mso-list", "")
    if node.tag == "table":
        yield from _table(node, lists=lists, quoted=quoted)
    elif node.tag == "hr":
        yield Block("rule", "---")
    elif node.tag == "pre":
        yield Block("code", "\n".join(f"{INDENT}{line}" for line in node.words().strip("\n").split("\n")))
    elif node.tag in ("ul", "ol"):
        yield from _list(node, form, lists=(*lists, node.tag), quoted=quoted)
    elif node.tag == "li":
        yield from _item(node, form, lists=lists or ("ul",), quoted=quoted)
    elif _LEVEL.search(listed) and not _has_tables(node):
        yield from _word_item(node, form, listed)
    elif (level := _heading_level(node)) and not _has_tables(node):
        words = _inline([run for child in node.children for run in _runs(child, form)], heading=True)
        if words:
            yield Block("heading", f"{'#' * level} {words}")
    else:
        yield from _blocks(node, form, lists=lists, quoted=quoted + (node.tag == "blockquote"))


def _has_tables(node: Node) -> bool:
    return any(child.tag == "table" or _has_tables(child) for child in node.elements())


def _heading_level(node: Node) -> int:
    """Return the level of a heading below those of the page, 0 for anything else."""
    if re.fullmatch("h[1-6]", node.tag):
        return min(6, int(node.tag[1]) + 2)
    if node.attributes.get("role") == "heading":
        return min(6, _small_number(node.attributes.get("aria-level", ""), 1) + 2)
    match = _HEADING.search(node.attributes.get("class", "")) if node.tag in ("p", "div") else None
    return 0 if match is None else min(6, int(match.group(1) or 1) + 2)


def _paragraph(runs: list[Run], quoted: int) -> Iterator[Block]:
    text = _inline(runs)
    if text:
        lines = _safe_begin(text).split("\n")
        yield Block("paragraph", "\n".join(f"{'> ' * quoted}{line}" for line in lines) if quoted else "\n".join(lines))


def _list(node: Node, form: Form, *, lists: tuple[str, ...], quoted: int) -> Iterator[Block]:
    """Yield the items of a list. Word on the web makes a list of each item, and says where its numbers go on."""
    start = _small_number(node.attributes.get("start", ""), 1) if node.tag == "ol" else 0
    for block in _blocks(node, form, lists=lists, quoted=quoted):
        if start and block.kind == "item" and not block.start:
            block.start, start = start, 0
        yield block


def _small_number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 4 else otherwise  # noqa: PLR2004


def _item(node: Node, form: Form, *, lists: tuple[str, ...], quoted: int) -> Iterator[Block]:
    """Yield a list item and what belongs to it: further paragraphs and lists below it."""
    said = _small_number(node.attributes.get("aria-level") or node.attributes.get("data-aria-level", ""), 1)
    level, ordered = min(max(len(lists), said), 6) - 1, lists[-1] == "ol"
    first = True
    for block in _blocks(node, form, lists=lists, quoted=quoted):
        if block.kind in ("item", "more", "table"):
            yield block
        elif first:
            yield Block("item", block.text.lstrip("# "), level, ordered)
            first = False
        else:
            yield Block("more", block.text, level)


def _word_item(node: Node, form: Form, listed: str) -> Iterator[Block]:
    found = _LEVEL.search(listed)
    level = min(int(found.group(1)) if found else 1, 6) - 1
    drawn = "".join(part.words() for part in _drawn_bullets(node)).strip()
    text = _inline([run for child in node.children for run in _runs(child, form)])
    if text:
        yield Block("item", _safe_begin(text), level, _NUMBERED.match(drawn) is not None)


def _drawn_bullets(node: Node) -> Iterator[Node]:
    for child in node.elements():
        if child.style.get("mso-list", "") == "ignore":
            yield child
        else:
            yield from _drawn_bullets(child)


def _table(node: Node, *, lists: tuple[str, ...], quoted: int) -> Iterator[Block]:
    rows = [[cell for cell in _cells(row)] for row in _rows(node)]  # noqa: C416 - read once
    width = max((len(row) for row in rows), default=0)
    if width <= 1:  # a box around text
        for row in _rows(node):
            for cell in row.elements():
                yield from _blocks(cell, Form(), lists=lists, quoted=quoted)
        return
    padded = [(row + [""] * width)[:width] for row in rows if any(row)]
    if padded:
        lines = [f"| {' | '.join(row)} |" for row in padded]
        yield Block("table", "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]]))


def _rows(node: Node) -> Iterator[Node]:
    for child in node.elements():
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead", "tfoot"):
            yield from _rows(child)


def _cells(row: Node) -> Iterator[str]:
    count = 0
    for cell in row.elements():
        if cell.tag in ("td", "th") and count < MAX_COLUMNS:
            runs = [run for child in cell.children for run in _runs(child, Form())]
            yield " ".join(_inline(runs, heading=cell.tag == "th").replace("|", "\\|").split())
            wide = min(_small_number(cell.attributes.get("colspan", ""), 1), MAX_COLUMNS - count)
            yield from [""] * (wide - 1)
            count += max(wide, 1)


def _join(blocks: list[Block]) -> str:
    """Return the blocks as one text: items of a list under each other, a blank line between all others."""
    lines: list[str] = []
    numbers = [0] * 7
    before = Block("", "")
    for block in blocks:
        follows = block.kind == before.kind == "item"
        if follows and block.level == before.level and block.ordered is not before.ordered:
            follows, numbers = False, [0] * 7
        if block.start and block.start != numbers[block.level] + 1:
            follows = follows and block.level != before.level
            numbers[block.level] = block.start - 1
        if block.kind == "item":
            numbers[block.level + 1 :] = [0] * (6 - block.level)
            numbers[block.level] += 1
            mark = f"{numbers[block.level]}." if block.ordered else "-"
            text = f"{INDENT * block.level}{mark} " + block.text.replace("\n", f"\n{INDENT * (block.level + 1)}")
        elif block.kind == "more":
            text = "\n".join(f"{INDENT * (block.level + 1)}{line}" for line in block.text.split("\n"))
        else:
            text, numbers = block.text, [0] * 7
        if lines and not follows:
            lines.append("")
        lines.append(text)
        before = block
    return "\n".join(lines).strip("\n")


# words ---------------------------------------------------------------------------------------------------------------


def _is_hidden(node: Node) -> bool:
    style = node.style
    return style.get("display") == "none" or style.get("visibility") == "hidden" or style.get("mso-hide") == "all"


def _form(node: Node, form: Form) -> Form:
    """Return how the words of an element look, inside something that looks like ``form``."""
    weight = node.style.get("font-weight", "")
    if weight:
        form = replace(form, bold=weight in ("bold", "bolder") or (weight.isdigit() and int(weight[:4]) >= _BOLD))
    elif node.tag in ("b", "strong"):
        form = replace(form, bold=True)
    slant = node.style.get("font-style", "")
    if slant:
        form = replace(form, italic=slant.startswith(("italic", "oblique")))
    elif node.tag in ("i", "em", "cite"):
        form = replace(form, italic=True)
    return replace(form, link=_address(node.attributes.get("href", ""))) if node.tag == "a" else form


def _address(href: str) -> str:
    """Return an address that may stand in a text, without the detour of a word processor; "" for any other."""
    address = "".join(href.split())
    for _ in range(3):
        try:
            parts = urlsplit(address)
            inner = [
                parse_qs(parts.query).get(name, [""])[0]
                for host, path, name in _WRAPPED
                if (parts.hostname or "").endswith(host) and parts.path == path
            ]
        except ValueError:
            return ""
        if not inner or not inner[0]:
            break
        address = inner[0]
    if parts.scheme.lower() not in ("http", "https", "mailto"):
        return ""
    return re.sub(r"[()<>\\\s\"']", lambda match: f"%{ord(match.group()):02X}", address)


def _runs(child: Node | str, form: Form) -> Iterator[Run]:
    if isinstance(child, str):
        yield Run(child, form)
    elif child.tag == "br":
        yield Run("\x00", form)
    elif child.tag not in DROPPED and not _is_hidden(child) and child.style.get("mso-list") != "ignore":
        inner = _form(child, form)
        if child.tag in BLOCKS:
            yield Run(" ", form)
        for one in child.children:
            yield from _runs(one, inner)


def _inline(runs: list[Run], *, heading: bool = False) -> str:
    """Return the Markdown of a paragraph; in a heading everything is bold already."""
    merged: list[Run] = []
    for run in runs:
        form = replace(run.form, bold=False) if heading else run.form
        text = _SPACE.sub(" ", run.text)
        if merged and merged[-1].form == form:
            merged[-1].text += text
        elif text.strip(" \x00") or not merged:
            merged.append(Run(text, form))
        else:
            merged[-1].text += text  # the form of a blank does not matter
    text = "".join(_marked(run) for run in merged)
    parts: list[list[str]] = [[]]  # lines between blank ones
    for line in text.split("\x00"):
        if words := " ".join(line.split()):
            parts[-1].append(words)
        elif parts[-1]:
            parts.append([])
    if heading:
        return " ".join(line for lines in parts for line in lines)
    return "\n\n".join("  \n".join(lines) for lines in parts if lines)


def _marked(run: Run) -> str:
    """Return words with their marks, which must touch the words; each line gets its own."""
    return "\x00".join(_marked_line(line, run.form) for line in run.text.split("\x00"))


def _marked_line(text: str, form: Form) -> str:
    words = text.strip()
    if not words:
        return " " if text else ""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    marked = _SIGNS.sub(_escaped, words)
    if form.link:
        bare = words in (form.link, form.link.removeprefix("mailto:"))
        marked = f"<{words}>" if bare else f"[{marked}]({form.link})"
    mark = "*" * (2 * form.bold + form.italic)
    return f"{before}{mark}{marked}{mark}{after}"


def _escaped(match: re.Match[str]) -> str:
    sign = match.group()
    return _ENTITIES.get(sign) or f"\\{sign}"


def _safe_begin(text: str) -> str:
    """Escape what would make a paragraph a heading, a list or a rule."""

    def safe(match: re.Match[str]) -> str:
        blank, sign, number, dot = match.groups()
        return f"{blank}{number}\\{dot}" if number else blank + (_ENTITIES.get(sign) or f"\\{sign}")

    return _BEGIN.sub(safe, text)
