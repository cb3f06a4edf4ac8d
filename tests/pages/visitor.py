"""A visitor that checks every page it gets, and follows every link."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient

from kb.db import Database
from tests.counting import counted

MOST_QUERIES = 14  # of the first search, which reads the catalogue
INPUTS = ("input", "select", "textarea")


@dataclass
class Page:
    """A page that passed the checks."""

    address: str
    status: int
    html: str
    tree: Element
    queries: int

    @property
    def text(self) -> str:
        """The words a person reads, in one line."""
        return re.sub(r"\s+", " ", "".join(self.tree.itertext())).strip()

    @property
    def links(self) -> set[str]:
        """Every address on this site that the page refers to, without fragments."""
        targets = (element.get("href", "") for element in self.tree.iter() if element.tag in ("a", "link"))
        here = urlsplit(self.address)
        full = (target if not target.startswith("?") else here.path + target for target in targets)
        return {target.split("#")[0] for target in full if target.startswith("/")}

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements of a tag that have these attributes."""
        return [
            element
            for element in self.tree.iter(tag)
            if all(element.get(name.rstrip("_").replace("_", "-")) == value for name, value in attributes.items())
        ]


class Visitor:
    """Wraps a client; ``get`` fails where a page breaks a rule."""

    def __init__(self, client: FlaskClient, database: Database) -> None:
        self.client = client
        self.database = database
        self.most_queries = MOST_QUERIES

    def get(self, address: str, status: int = 200, **options: Any) -> Page:
        """Return the checked page at the address, after redirects."""
        page = self._fetch(address, status, options)
        assert page is not None, f"{address}: no page"
        return page

    def crawl(self, *starts: str) -> dict[str, Page]:
        """Follow every link from the starts; each must answer, pages must pass the checks."""
        pages: dict[str, Page] = {}
        waiting, seen = list(starts), set(starts)
        while waiting:
            address = waiting.pop()
            page = self._fetch(address, 200, {})
            if page is None:
                continue
            pages[address] = page
            new = sorted(page.links - seen)
            seen.update(new)
            waiting += new
        return pages

    def _fetch(self, address: str, status: int, options: dict[str, Any]) -> Page | None:
        """Return the checked page; None for what is not a page (a style sheet, a table of comma-separated values)."""
        with counted(self.database) as statements:
            answer = self.client.get(address, follow_redirects=True, **options)
        assert answer.status_code == status, (address, answer.status_code)
        html = answer.get_data(as_text=True)
        answer.close()
        if answer.mimetype != "text/html":
            return None
        page = Page(answer.request.full_path.rstrip("?"), answer.status_code, html, parse(html), len(statements))
        check(page, self.most_queries)
        return page


def parse(html: str) -> Element:
    """Return the tree of a document that is valid HTML; a parse error is raised."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(html)
    return tree


def check(page: Page, most_queries: int = MOST_QUERIES) -> None:
    """Fail where the page breaks a rule that holds for all pages."""
    where = page.address
    heads = page.all("h1")
    assert len(heads) == 1, f"{where}: {len(heads)} h1"
    head = " ".join("".join(heads[0].itertext()).split())
    title = " ".join("".join(page.all("title")[0].itertext()).split())
    assert title.startswith(head), f"{where}: {title!r} does not begin with {head!r}"
    twice = [name for name, count in Counter(e.get("id") for e in page.tree.iter() if e.get("id")).items() if count > 1]
    assert twice == [], f"{where}: double ids {twice}"
    _check_labels(page)
    _check_code(page)
    _check_fragments(page)
    assert page.queries <= most_queries, f"{where}: {page.queries} queries"
    for paragraph in page.all("p"):
        words = "".join(paragraph.itertext())
        assert not re.search(r"[a-z][.?!][A-Z]", words), f"{where}: a space is missing in {words!r}"


def _check_labels(page: Page) -> None:
    labelled = {label.get("for") for label in page.all("label")}
    for tag in INPUTS:
        for element in page.all(tag):
            if element.get("type") not in ("hidden", "submit"):
                assert element.get("id") in labelled or element.get("aria-label"), f"{page.address}: {element.attrib}"


def _check_code(page: Page) -> None:
    assert [script for script in page.all("script") if not script.get("src")] == [], f"{page.address}: inline script"
    assert page.all("style") == [], f"{page.address}: style element"
    for element in page.tree.iter():
        style = element.get("style", "")
        assert re.fullmatch(r"(--[a-z]+:-?[\d.]+;?)*", style), f"{page.address}: style {style!r}"
        assert not [name for name in element.attrib if str(name).startswith("on")], f"{page.address}: handler"


def _check_fragments(page: Page) -> None:
    ids = {element.get("id") for element in page.tree.iter()}
    for link in page.all("a"):
        target = link.get("href", "")
        if target.startswith("#"):
            assert target[1:] in ids, f"{page.address}: {target} leads nowhere"
    for element in page.tree.iter():
        for name in (element.get("aria-labelledby") or "").split():
            assert name in ids, f"{page.address}: labelled by {name}, which is not there"
